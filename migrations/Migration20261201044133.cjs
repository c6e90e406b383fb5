'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20261201044133 extends Migration {

  name = 'Migration20261201044133';

  async up() {
    this.addSql(`alter table "course_run" add "cancelled_at" timestamptz(3) null, add "missed_at" timestamptz(3) null;`);

    this.addSql(`alter table "enrolment" add "registration_end_seen_at" timestamptz(3) null, add "registration_missed_at" timestamptz(3) null, add "partner_looked_at" timestamptz(3) null, add "refund_until" timestamptz(3) null, add "refund_basis" text null;`);
    this.addSql(`update "course_run" set "cancelled_at" = "fetched_at" where "cancelled";`);
    this.addSql(`update "enrolment" set "registration_end_seen_at" = "registration_ended_at" where "registration_ended_at" is not null;`);
    this.addSql(`update "enrolment" e set "refund_basis" = 'CONTRACT_FROM_START',
        "refund_until" = (r.starts_at at time zone r.time_zone + interval '14 days') at time zone r.time_zone
      from "course_run" r where r.id = e.run_id and e.payment_id is not null and r.starts_at is not null;`);
    this.addSql(`alter table "enrolment" add constraint "enrolment_refund_basis_check" check ("refund_basis" in ('CONTRACT_FROM_START', 'STATUTORY_FROM_PURCHASE', 'RUN_CANCELLED', 'REGISTRATION_ENDED', 'ASKED_IN_TIME'));`);
  }

  async down() {
    this.addSql(`alter table "course_run" drop column "cancelled_at", drop column "missed_at";`);

    this.addSql(`alter table "enrolment" drop constraint "enrolment_refund_basis_check";`);
    this.addSql(`alter table "enrolment" drop column "registration_end_seen_at", drop column "registration_missed_at", drop column "partner_looked_at", drop column "refund_until", drop column "refund_basis";`);
  }

}
exports.Migration20261201044133 = Migration20261201044133;
