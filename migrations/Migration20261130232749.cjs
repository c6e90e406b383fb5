'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20261130232749 extends Migration {

  name = 'Migration20261130232749';

  async up() {
    this.addSql(`create table "list_mark" ("source" text not null, "list" text not null, "read_until" timestamptz(3) null, "succeeded_at" timestamptz(3) null, "problem" text null, "failing_since" timestamptz(3) null, primary key ("source", "list"));`);

    this.addSql(`alter table "reconciliation" add "lists" jsonb not null default '[]';`);
  }

  async down() {
    this.addSql(`drop table if exists "list_mark" cascade;`);

    this.addSql(`alter table "reconciliation" drop column "lists";`);
  }

}
exports.Migration20261130232749 = Migration20261130232749;
