'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20261201051650 extends Migration {

  name = 'Migration20261201051650';

  async up() {
    this.addSql(`create table "outgoing_message" ("id" uuid not null, "kind" text not null, "to_address" text not null, "language" text not null, "subject" text not null, "text" text not null, "message_id" text not null, "attempts" int not null default 0, "created_at" timestamptz(3) not null, "sent_at" timestamptz(3) null, "refusal" text null, primary key ("id"));`);
    this.addSql(`alter table "outgoing_message" add constraint "outgoing_message_message_id_unique" unique ("message_id");`);
    this.addSql(`create index "outgoing_message_created_at_index" on "outgoing_message" ("created_at");`);
    this.addSql(`create index "outgoing_message_sent_at_index" on "outgoing_message" ("sent_at");`);

    this.addSql(`alter table "enrolment" add "language" text not null default 'en';`);
    this.addSql(`alter table "enrolment" add constraint "enrolment_language_check" check ("language" in ('en', 'cy'));`);

    this.addSql(`alter table "outgoing_message" add constraint "outgoing_message_sent_or_refused" check (sent_at is null or refusal is null);`);
    this.addSql(`alter table "outgoing_message" add constraint "outgoing_message_language_check" check ("language" in ('en', 'cy'));`);
  }

  async down() {
    this.addSql(`drop table if exists "outgoing_message" cascade;`);

    this.addSql(`alter table "enrolment" drop constraint "enrolment_language_check";`);
    this.addSql(`alter table "enrolment" drop column "language";`);
  }

}
exports.Migration20261201051650 = Migration20261201051650;
