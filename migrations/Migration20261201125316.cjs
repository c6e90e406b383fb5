'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20261201125316 extends Migration {

  name = 'Migration20261201125316';

  async up() {
    this.addSql(`create table "acknowledgement" ("id" uuid not null, "enrolment_id" uuid not null, "kind" text not null, "received_at" timestamptz(3) not null, "subject" text not null, "text" text not null, "language" text not null, "message_id" uuid null, primary key ("id"));`);
    this.addSql(`create index "acknowledgement_enrolment_id_index" on "acknowledgement" ("enrolment_id");`);

    this.addSql(`alter table "acknowledgement" add constraint "acknowledgement_kind_check" check ("kind" in ('WITHDRAWAL_WITH_REFUND', 'WITHDRAWAL_WITHOUT_REFUND', 'DEFERRAL'));`);
    this.addSql(`create or replace function "acknowledgement_acknowledgement_unchangeable_fn"() returns trigger as $$ begin raise exception 'an acknowledgement is never changed'; end; $$ language plpgsql;`);
    this.addSql(`create trigger "acknowledgement_unchangeable" BEFORE UPDATE on "acknowledgement" for each ROW execute function "acknowledgement_acknowledgement_unchangeable_fn"();`);
  }

  async down() {
    this.addSql(`drop table if exists "acknowledgement" cascade;`);
    this.addSql(`drop function if exists "acknowledgement_acknowledgement_unchangeable_fn"();`);
  }

}
exports.Migration20261201125316 = Migration20261201125316;
