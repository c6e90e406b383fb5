'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20261130235642 extends Migration {

  name = 'Migration20261130235642';

  async up() {
    this.addSql(`alter table "enrolment" add "price_minor" bigint null, add "price_currency" text null;`);
    this.addSql(`update "enrolment" e set "price_minor" = p.amount_minor, "price_currency" = p.currency
      from (select distinct on (enrolment_id) enrolment_id, amount_minor, currency from "payment" order by enrolment_id, id) p
      where p.enrolment_id = e.id;`);
    this.addSql(`alter table "enrolment" add constraint "enrolment_price_has_currency" check ((price_minor is null) = (price_currency is null));`);
    this.addSql(`alter table "enrolment" add constraint "enrolment_price_exact" check (price_minor >= 0 and price_minor <= 9007199254740991);`);
  }

  async down() {
    this.addSql(`alter table "enrolment" drop constraint "enrolment_price_has_currency";`);
    this.addSql(`alter table "enrolment" drop constraint "enrolment_price_exact";`);
    this.addSql(`alter table "enrolment" drop column "price_minor", drop column "price_currency";`);
  }

}
exports.Migration20261130235642 = Migration20261130235642;
