'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20261201051445 extends Migration {

  name = 'Migration20261201051445';

  async up() {
    this.addSql(`create table "operator_case" ("id" uuid not null, "kind" text not null, "subject" text not null, "status" text not null, "message" text not null, "detail" text null, "amount_minor" bigint null, "currency" text null, "due_at" timestamptz(3) null, "learner_id" uuid null, "course_run_id" uuid null, "provider_reference" text null, "since" timestamptz(3) not null, "last_seen_at" timestamptz(3) not null, "outcome" text null, "closed_by" text null, "closed_at" timestamptz(3) null, primary key ("id"));`);
    this.addSql(`create index "operator_case_kind_subject_index" on "operator_case" ("kind", "subject");`);
    this.addSql(`create unique index operator_case_one_not_closed on operator_case (kind, subject) where status <> 'CLOSED';`);

    this.addSql(`alter table "operator_case" add constraint "operator_case_closed_with_an_outcome" check ((status = 'CLOSED') = (outcome is not null));`);
    this.addSql(`alter table "operator_case" add constraint "operator_case_amount_has_currency" check ((amount_minor is null) = (currency is null));`);
    this.addSql(`alter table "operator_case" add constraint "operator_case_amount_exact" check (amount_minor >= 0 and amount_minor <= 9007199254740991);`);
    this.addSql(`alter table "operator_case" add constraint "operator_case_kind_check" check ("kind" in ('ENROLMENT_STUCK', 'REFUND_FAILED', 'REFUND_WAITING', 'PAYMENT_UNSETTLED', 'DISPUTE_OPEN', 'DISPUTE_LOST_IN_PART', 'DISPUTE_REVERSED', 'FRAUD_WARNING', 'PAYMENT_NOT_HERE', 'PAYMENT_DIFFERS', 'RUN_CANCELLED', 'REGISTERED_UNPAID', 'PARTNER_DIFFERS', 'RESULT_CORRECTED', 'ENTRY_UNREADABLE', 'LIST_NOT_READ', 'PERMISSION_MISSING', 'JOB_GIVEN_UP'));`);
    this.addSql(`alter table "operator_case" add constraint "operator_case_status_check" check ("status" in ('OPEN', 'ACKNOWLEDGED', 'CLOSED'));`);
    this.addSql(`alter table "operator_case" add constraint "operator_case_outcome_check" check ("outcome" in ('BY_ITSELF', 'ACTED', 'DISMISSED'));`);
  }

  async down() {
    this.addSql(`drop table if exists "operator_case" cascade;`);
  }

}
exports.Migration20261201051445 = Migration20261201051445;
