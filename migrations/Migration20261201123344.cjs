'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20261201123344 extends Migration {

  name = 'Migration20261201123344';

  async up() {
    this.addSql(`alter table "refund" add "written_off_at" timestamptz(3) null;`);
  }

  async down() {
    this.addSql(`alter table "refund" drop column "written_off_at";`);
  }

}
exports.Migration20261201123344 = Migration20261201123344;
