'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20261201125710 extends Migration {

  name = 'Migration20261201125710';

  async up() {
    this.addSql(`alter table "enrolment" drop constraint "enrolment_status_check";`);
    this.addSql(`alter table "enrolment" add "deferred_from_id" uuid null;`);
    this.addSql(`alter table "enrolment" add constraint "enrolment_deferred_from_id_foreign" foreign key ("deferred_from_id") references "enrolment" ("id") on delete restrict;`);
    this.addSql(`create index "enrolment_deferred_from_id_index" on "enrolment" ("deferred_from_id");`);
    this.addSql(`drop index enrolment_one_active_per_learner_and_run;`);
    this.addSql(`create unique index enrolment_one_active_per_learner_and_run on enrolment (learner_id, run_id) where status not in ('CANCELLED', 'EXPIRED', 'COMPENSATED', 'REVOKED', 'WITHDRAWN', 'DEFERRED');`);
    this.addSql(`create unique index enrolment_moved_once_at_a_time on enrolment (deferred_from_id) where status <> 'CANCELLED';`);
    this.addSql(`alter table "enrolment" add constraint "enrolment_status_check" check ("status" in ('PENDING_PAYMENT', 'PAID', 'REGISTERING', 'REGISTERED', 'COMPLETED', 'CANCELLED', 'EXPIRED', 'COMPENSATING', 'COMPENSATED', 'REVOKING', 'REVOKED', 'WITHDRAWN', 'DEFERRING', 'DEFERRED', 'STUCK'));`);
    this.addSql(`alter table "payment" add "pending_reason" text null, add "pending_since" timestamptz(3) null;`);
    this.addSql(`alter table "payment" add constraint "payment_pending_since" check ((pending_reason is null) = (pending_since is null));`);
    this.addSql(`alter table "payment" add constraint "payment_pending_reason_check" check ("pending_reason" in ('BANK_TRANSFER', 'PROVIDER_REVIEW', 'SELLER_MUST_ACCEPT', 'SELLER_ACCOUNT', 'BUYER_VERIFICATION', 'PROCESSING', 'OTHER'));`);
  }

  async down() {
    this.addSql(`alter table "payment" drop constraint "payment_pending_since";`);
    this.addSql(`alter table "payment" drop constraint "payment_pending_reason_check";`);
    this.addSql(`alter table "payment" drop column "pending_reason", drop column "pending_since";`);
    this.addSql(`alter table "enrolment" drop constraint "enrolment_deferred_from_id_foreign";`);

    this.addSql(`drop index "enrolment_deferred_from_id_index";`);
    this.addSql(`drop index enrolment_moved_once_at_a_time;`);
    this.addSql(`drop index enrolment_one_active_per_learner_and_run;`);
    this.addSql(`create unique index enrolment_one_active_per_learner_and_run on enrolment (learner_id, run_id) where status not in ('CANCELLED', 'EXPIRED', 'COMPENSATED', 'REVOKED', 'WITHDRAWN');`);
    this.addSql(`alter table "enrolment" drop constraint "enrolment_status_check";`);
    this.addSql(`alter table "enrolment" drop column "deferred_from_id";`);
    this.addSql(`alter table "enrolment" add constraint "enrolment_status_check" check ("status" in ('PENDING_PAYMENT', 'PAID', 'REGISTERING', 'REGISTERED', 'COMPLETED', 'CANCELLED', 'EXPIRED', 'COMPENSATING', 'COMPENSATED', 'REVOKING', 'REVOKED', 'WITHDRAWN', 'STUCK'));`);
  }

}
exports.Migration20261201125710 = Migration20261201125710;
