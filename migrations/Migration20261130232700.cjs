'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20261130232700 extends Migration {

  name = 'Migration20261130232700';

  async up() {
    this.addSql(`drop index "course_by_price_descending";`);
    this.addSql(`alter table "course" alter column "lowest_price_minor" type bigint using ("lowest_price_minor"::bigint);`);
    this.addSql(`alter table "course" alter column "lowest_price_minor" set default '9007199254740991';`);
    this.addSql(`update "course" set "lowest_price_minor" = 9007199254740991 where "lowest_price_minor" = 2147483647;`);
    this.addSql(`create index course_by_price_descending on course (coalesce(nullif(lowest_price_minor, 9007199254740991), -1), id);`);

    this.addSql(`alter table "course_run" drop constraint "course_run_price_not_negative";`);
    // PostgreSQL changes no column that a generated one is made of.
    this.addSql(`alter table "course_run" drop column "complete";`);
    this.addSql(`alter table "course_run" alter column "price_minor" type bigint using ("price_minor"::bigint);`);
    this.addSql(`alter table "course_run" add column "complete" boolean generated always as (starts_at is not null and ends_at is not null and price_minor is not null and currency is not null and enrolment_opens_at is not null and enrolment_closes_at is not null) stored not null;`);
    this.addSql(`alter table "course_run" add constraint "course_run_price_exact" check (price_minor between 0 and 9007199254740991);`);

    this.addSql(`alter table "payment" drop constraint "payment_amount_positive";`);
    this.addSql(`alter table "payment" drop constraint "payment_captured_not_negative";`);
    this.addSql(`alter table "payment" alter column "amount_minor" type bigint using ("amount_minor"::bigint);`);
    this.addSql(`alter table "payment" alter column "captured_minor" type bigint using ("captured_minor"::bigint);`);
    this.addSql(`alter table "payment" add constraint "payment_captured_exact" check (captured_minor between 0 and 9007199254740991);`);
    this.addSql(`alter table "payment" add constraint "payment_amount_exact" check (amount_minor between 1 and 9007199254740991);`);

    this.addSql(`alter table "dispute" alter column "amount_minor" type bigint using ("amount_minor"::bigint);`);
    this.addSql(`alter table "dispute" add constraint "dispute_amount_exact" check (amount_minor between 0 and 9007199254740991);`);

    this.addSql(`alter table "refund" drop constraint "refund_amount_positive";`);
    this.addSql(`alter table "refund" alter column "amount_minor" type bigint using ("amount_minor"::bigint);`);
    this.addSql(`alter table "refund" add constraint "refund_amount_exact" check (amount_minor between 1 and 9007199254740991);`);
  }

  async down() {
    this.addSql(`drop index "course_by_price_descending";`);
    this.addSql(`alter table "course" alter column "lowest_price_minor" type int using (least("lowest_price_minor", 2147483647)::int);`);
    this.addSql(`alter table "course" alter column "lowest_price_minor" set default 2147483647;`);
    this.addSql(`create index course_by_price_descending on course (coalesce(nullif(lowest_price_minor, 2147483647), -1), id);`);

    this.addSql(`alter table "course_run" drop constraint "course_run_price_exact";`);
    // PostgreSQL changes no column that a generated one is made of.
    this.addSql(`alter table "course_run" drop column "complete";`);
    this.addSql(`alter table "course_run" alter column "price_minor" type int using ("price_minor"::int);`);
    this.addSql(`alter table "course_run" add column "complete" boolean generated always as (starts_at is not null and ends_at is not null and price_minor is not null and currency is not null and enrolment_opens_at is not null and enrolment_closes_at is not null) stored not null;`);
    this.addSql(`alter table "course_run" add constraint "course_run_price_not_negative" check (price_minor >= 0);`);

    this.addSql(`alter table "dispute" drop constraint "dispute_amount_exact";`);
    this.addSql(`alter table "dispute" alter column "amount_minor" type int using ("amount_minor"::int);`);

    this.addSql(`alter table "payment" drop constraint "payment_captured_exact";`);
    this.addSql(`alter table "payment" drop constraint "payment_amount_exact";`);
    this.addSql(`alter table "payment" alter column "amount_minor" type int using ("amount_minor"::int);`);
    this.addSql(`alter table "payment" alter column "captured_minor" type int using ("captured_minor"::int);`);
    this.addSql(`alter table "payment" add constraint "payment_amount_positive" check (amount_minor > 0);`);
    this.addSql(`alter table "payment" add constraint "payment_captured_not_negative" check (captured_minor is null or captured_minor >= 0);`);

    this.addSql(`alter table "refund" drop constraint "refund_amount_exact";`);
    this.addSql(`alter table "refund" alter column "amount_minor" type int using ("amount_minor"::int);`);
    this.addSql(`alter table "refund" add constraint "refund_amount_positive" check (amount_minor > 0);`);
  }

}
exports.Migration20261130232700 = Migration20261130232700;
