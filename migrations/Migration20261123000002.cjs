'use strict'
Object.defineProperty(exports, '__esModule', { value: true })
const { Migration } = require('@mikro-orm/migrations')

/** What the entities cannot say: the numbers of the credential status list, given once and never again. */
class Migration20261123000002 extends Migration {
  name = 'Migration20261123000002'

  async up() {
    this.addSql('create sequence "credit_status_index" as integer minvalue 0 start with 0;')
  }

  async down() {
    this.addSql('drop sequence "credit_status_index";')
  }
}
exports.Migration20261123000002 = Migration20261123000002
