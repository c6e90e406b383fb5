'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20261201050702 extends Migration {

  name = 'Migration20261201050702';

  async up() {
    this.addSql(`create table "refund_run" ("id" uuid not null, "run_id" uuid not null, "reason" text not null, "even_if_not_cancelled" boolean not null, "started_at" timestamptz(3) not null, "finished_at" timestamptz(3) null, "started_by" text not null, "total" int not null, primary key ("id"));`);
    this.addSql(`create index "refund_run_run_id_index" on "refund_run" ("run_id");`);
    this.addSql(`create unique index refund_run_one_unfinished on refund_run (run_id) where finished_at is null;`);

    this.addSql(`create table "refund_run_item" ("id" uuid not null, "refund_run_id" uuid not null, "enrolment_id" uuid not null, "refund_id" uuid null, "skipped" text null, primary key ("id"));`);
    this.addSql(`create index "refund_run_item_enrolment_id_index" on "refund_run_item" ("enrolment_id");`);
    this.addSql(`create index "refund_run_item_refund_run_id_id_index" on "refund_run_item" ("refund_run_id", "id");`);
    this.addSql(`alter table "refund_run_item" add constraint "refund_run_item_refund_run_id_enrolment_id_unique" unique ("refund_run_id", "enrolment_id");`);

    this.addSql(`alter table "refund" drop constraint "refund_origin_check";`);
    this.addSql(`alter table "refund" add constraint "refund_origin_check" check ("origin" in ('LEARNER', 'OPERATOR', 'COMPENSATION', 'PROVIDER', 'RUN_CANCELLED'));`);

    this.addSql(`alter table "refund_run" add constraint "refund_run_run_id_foreign" foreign key ("run_id") references "course_run" ("id") on delete restrict;`);

    this.addSql(`alter table "refund_run_item" add constraint "refund_run_item_refund_run_id_foreign" foreign key ("refund_run_id") references "refund_run" ("id") on delete cascade;`);
    this.addSql(`alter table "refund_run_item" add constraint "refund_run_item_enrolment_id_foreign" foreign key ("enrolment_id") references "enrolment" ("id") on delete restrict;`);
    this.addSql(`alter table "refund_run_item" add constraint "refund_run_item_refund_id_foreign" foreign key ("refund_id") references "refund" ("id") on delete restrict;`);
    this.addSql(`alter table "refund_run_item" add constraint "refund_run_item_skipped_for_a_reason" check (refund_id is null or skipped is null);`);
  }

  async down() {
    this.addSql(`alter table "refund_run_item" drop constraint "refund_run_item_refund_run_id_foreign";`);

    this.addSql(`drop table if exists "refund_run" cascade;`);
    this.addSql(`drop table if exists "refund_run_item" cascade;`);

    this.addSql(`alter table "refund" drop constraint "refund_origin_check";`);
    this.addSql(`alter table "refund" add constraint "refund_origin_check" check ("origin" in ('LEARNER', 'OPERATOR', 'COMPENSATION', 'PROVIDER'));`);
  }

}
exports.Migration20261201050702 = Migration20261201050702;
