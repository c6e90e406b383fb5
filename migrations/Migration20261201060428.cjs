'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20261201060428 extends Migration {

  name = 'Migration20261201060428';

  async up() {
    this.addSql(`alter table "enrolment" add "result_registration_uuid" text null;`);
    this.addSql(`update "enrolment" set "result_registration_uuid" = "registration_uuid" where "result_outcome" is not null;`);
  }

  async down() {
    this.addSql(`alter table "enrolment" drop column "result_registration_uuid";`);
  }

}
exports.Migration20261201060428 = Migration20261201060428;
