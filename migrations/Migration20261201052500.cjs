'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20261201052500 extends Migration {

  name = 'Migration20261201052500';

  async up() {
    this.addSql(`alter table "enrolment" add "terms_version" text null, add "terms_accepted_at" timestamptz(3) null, add "express_request_at" timestamptz(3) null;`);
  }

  async down() {
    this.addSql(`alter table "enrolment" drop column "terms_version", drop column "terms_accepted_at", drop column "express_request_at";`);
  }

}
exports.Migration20261201052500 = Migration20261201052500;
