'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20261201042552 extends Migration {

  name = 'Migration20261201042552';

  async up() {
    this.addSql(`alter table "enrolment" drop constraint "enrolment_status_check";`);
    this.addSql(`alter table "enrolment" add "stuck_reason" text null, add "registration_ended_at" timestamptz(3) null, add "registration_ended_by" text null;`);
    this.addSql(`update "enrolment" e set "stuck_reason" = case when exists (
        select from "payment" p join "refund" r on r.payment_id = p.id
        join "history_entry" h on h.subject_kind = 'Refund' and h.subject_id = r.id and h."from" = 'SUCCEEDED' and h."to" = 'FAILED'
        where p.enrolment_id = e.id) then 'REFUND_BOUNCED' else 'COMPENSATION_FAILED' end
      where e.status = 'STUCK';`);
    this.addSql(`update "enrolment" e set "registration_ended_by" = 'GATEWAY', "registration_ended_at" = h.at, "study_url" = null
      from "history_entry" h where h.subject_kind = 'Enrolment' and h.subject_id = e.id and h."to" = 'REVOKED' and e.status = 'REVOKED';`);
    this.addSql(`drop index if exists enrolment_one_active_per_learner_and_run;`);
    this.addSql(`create unique index enrolment_one_active_per_learner_and_run on enrolment (learner_id, run_id) where status not in ('CANCELLED', 'EXPIRED', 'COMPENSATED', 'REVOKED', 'WITHDRAWN');`);
    this.addSql(`alter table "enrolment" add constraint "enrolment_stuck_for_a_reason" check ((status = 'STUCK') = (stuck_reason is not null));`);
    this.addSql(`alter table "enrolment" add constraint "enrolment_stuck_reason_check" check ("stuck_reason" in ('COMPENSATION_FAILED', 'REGISTRATION_ENDED', 'REFUND_BOUNCED', 'DISPUTE_REVERSED'));`);
    this.addSql(`alter table "enrolment" add constraint "enrolment_registration_ended_by_check" check ("registration_ended_by" in ('LEARNER', 'PARTNER', 'GATEWAY'));`);
    this.addSql(`alter table "enrolment" add constraint "enrolment_status_check" check ("status" in ('PENDING_PAYMENT', 'PAID', 'REGISTERING', 'REGISTERED', 'COMPLETED', 'CANCELLED', 'EXPIRED', 'COMPENSATING', 'COMPENSATED', 'REVOKING', 'REVOKED', 'WITHDRAWN', 'STUCK'));`);
  }

  async down() {
    this.addSql(`drop index if exists enrolment_one_active_per_learner_and_run;`);
    this.addSql(`create unique index enrolment_one_active_per_learner_and_run on enrolment (learner_id, run_id) where status not in ('CANCELLED', 'EXPIRED', 'COMPENSATED', 'REVOKED');`);
    this.addSql(`alter table "enrolment" drop constraint "enrolment_stuck_for_a_reason";`);
    this.addSql(`alter table "enrolment" drop constraint "enrolment_stuck_reason_check";`);
    this.addSql(`alter table "enrolment" drop constraint "enrolment_registration_ended_by_check";`);
    this.addSql(`alter table "enrolment" drop constraint "enrolment_status_check";`);
    this.addSql(`alter table "enrolment" drop column "stuck_reason", drop column "registration_ended_at", drop column "registration_ended_by";`);
    this.addSql(`alter table "enrolment" add constraint "enrolment_status_check" check ("status" in ('PENDING_PAYMENT', 'PAID', 'REGISTERING', 'REGISTERED', 'COMPLETED', 'CANCELLED', 'EXPIRED', 'COMPENSATING', 'COMPENSATED', 'REVOKING', 'REVOKED', 'STUCK'));`);
  }

}
exports.Migration20261201042552 = Migration20261201042552;
