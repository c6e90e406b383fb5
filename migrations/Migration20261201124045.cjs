'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20261201124045 extends Migration {

  name = 'Migration20261201124045';

  async up() {
    this.addSql(`alter table "refund" add "written_off_at" timestamptz(3) null;`);
    this.addSql(`create index "refund_settled_outside" on "refund" ("outside_settled_on") where outside_settled_on is not null;`);
  }

  async down() {
    this.addSql(`drop index "refund_settled_outside";`);
    this.addSql(`alter table "refund" drop column "written_off_at";`);
  }

}
exports.Migration20261201124045 = Migration20261201124045;
