'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20261201000209 extends Migration {

  name = 'Migration20261201000209';

  async up() {
    this.addSql(`create table "missing_permission" ("provider" text not null, "permission" text not null, "consequence" text not null, "since" timestamptz(3) not null, primary key ("provider", "permission"));`);
  }

  async down() {
    this.addSql(`drop table if exists "missing_permission" cascade;`);
  }

}
exports.Migration20261201000209 = Migration20261201000209;
