'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20261201052156 extends Migration {

  name = 'Migration20261201052156';

  async up() {
    this.addSql(`create table "operator_case" ("id" uuid not null, "count" serial, "kind" text not null, "subject_key" text not null, "subject_type" text null, "subject_id" uuid null, "status" text not null default 'OPEN', "holds" boolean not null default true, "since" timestamptz(3) not null, "last_seen_at" timestamptz(3) not null, "due_at" timestamptz(3) null, "learner_id" uuid null, "course_run_id" uuid null, "amount_minor" bigint null, "currency" text null, "provider_reference" text null, "message" text not null, "detail" text null, "acknowledged_by" text null, "acknowledged_at" timestamptz(3) null, "outcome" text null, "closed_by" text null, "closed_at" timestamptz(3) null, primary key ("id"));`);
    this.addSql(`alter sequence "operator_case_count_seq" restart with 1001;`);
    this.addSql(`create index "operator_case_subject_id_index" on "operator_case" ("subject_id");`);
    this.addSql(`create index operator_case_not_closed on operator_case (due_at, since, id) where status <> 'CLOSED';`);
    this.addSql(`create unique index operator_case_holds on operator_case (kind, subject_key) where holds;`);

    this.addSql(`create table "operator_case_entry" ("id" uuid not null, "case_id" uuid not null, "at" timestamptz(3) not null, "by" text null, "action" text null, "note" text null, primary key ("id"));`);
    this.addSql(`create index "operator_case_entry_case_id_index" on "operator_case_entry" ("case_id");`);

    this.addSql(`alter table "operator_case" add constraint "operator_case_amount_exact" check (amount_minor >= 0 and amount_minor <= 9007199254740991);`);
    this.addSql(`alter table "operator_case" add constraint "operator_case_open_holds" check (holds or status = 'CLOSED');`);
    this.addSql(`alter table "operator_case" add constraint "operator_case_kind_check" check ("kind" in ('ENROLMENT_STUCK', 'REFUND_FAILED', 'REFUND_WAITING', 'PAYMENT_UNSETTLED', 'DISPUTE_OPEN', 'DISPUTE_LOST_IN_PART', 'DISPUTE_REVERSED', 'FRAUD_WARNING', 'PAYMENT_NOT_HERE', 'PAYMENT_DIFFERS', 'RUN_CANCELLED', 'REGISTERED_UNPAID', 'PARTNER_DIFFERS', 'RESULT_CORRECTED', 'ENTRY_UNREADABLE', 'LIST_NOT_READ', 'PERMISSION_MISSING', 'JOB_GIVEN_UP'));`);
    this.addSql(`alter table "operator_case" add constraint "operator_case_status_check" check ("status" in ('OPEN', 'ACKNOWLEDGED', 'CLOSED'));`);
    this.addSql(`alter table "operator_case" add constraint "operator_case_outcome_check" check ("outcome" in ('BY_ITSELF', 'ACTED', 'DISMISSED'));`);

    this.addSql(`alter table "operator_case_entry" add constraint "operator_case_entry_case_id_foreign" foreign key ("case_id") references "operator_case" ("id") on delete cascade;`);
    this.addSql(`alter table "operator_case_entry" add constraint "operator_case_entry_action_check" check ("action" in ('RETRY', 'REFUND', 'SETTLE_OUTSIDE', 'WRITE_OFF', 'RESTORE_PLACE', 'END_PLACE', 'ACCEPT_PLACE', 'ADOPT', 'REFUND_RUN', 'DISMISS'));`);
  }

  async down() {
    this.addSql(`alter table "operator_case_entry" drop constraint "operator_case_entry_case_id_foreign";`);

    this.addSql(`drop table if exists "operator_case" cascade;`);
    this.addSql(`drop table if exists "operator_case_entry" cascade;`);
  }

}
exports.Migration20261201052156 = Migration20261201052156;
