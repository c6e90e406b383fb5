'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20261125195702 extends Migration {

  name = 'Migration20261125195702';

  async up() {
    this.addSql(`alter table "refund" add "sending_since" timestamptz(3) null;`);
  }

  async down() {
    this.addSql(`alter table "refund" drop column "sending_since";`);
  }

}
exports.Migration20261125195702 = Migration20261125195702;
