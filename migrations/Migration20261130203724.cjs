'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20261130203724 extends Migration {

  name = 'Migration20261130203724';

  async up() {
    this.addSql(`alter table "partner_event" add "digest" text null;`);
    this.addSql(`alter table "partner_event" alter column "href" drop not null;`);
    this.addSql(`alter table "partner_event" add constraint "partner_event_digest_unique" unique ("digest");`);
    this.addSql(`create index "partner_event_received_at_index" on "partner_event" ("received_at");`);
  }

  async down() {
    this.addSql(`alter table "partner_event" drop constraint "partner_event_digest_unique";`);
    this.addSql(`drop index "partner_event_received_at_index";`);
    this.addSql(`alter table "partner_event" drop column "digest";`);
    this.addSql(`delete from "partner_event" where "href" is null;`);
    this.addSql(`alter table "partner_event" alter column "href" set not null;`);
  }

}
exports.Migration20261130203724 = Migration20261130203724;
