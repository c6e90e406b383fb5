'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20261130235152 extends Migration {

  name = 'Migration20261130235152';

  async up() {
    this.addSql(`create index correction_quarantined on correction (provider_reference) where outcome = 'QUARANTINED';`);
  }

  async down() {
    this.addSql(`drop index "correction_quarantined";`);
  }

}
exports.Migration20261130235152 = Migration20261130235152;
