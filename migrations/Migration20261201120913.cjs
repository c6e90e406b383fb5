'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20261201120913 extends Migration {

  name = 'Migration20261201120913';

  async up() {
    this.addSql(`alter table "payment" add "fraud_warning_at" timestamptz(3) null;`);

    this.addSql(`alter table "dispute" add "stage" text not null default 'CHARGEBACK', add "reason" text not null default 'OTHER', add "reason_code" text null, add "evidence_due_by" timestamptz(3) null, add "evidence_submitted" boolean not null default false, add "refundable" text not null default 'NOTHING', add "lost_minor" bigint not null default '0', add "counts_refunds" boolean not null default false, add "fee_minor" bigint null, add "fee_currency" text null, add "looked_at" timestamptz(3) null;`);
    // The rest is filled by the next look, which each open one has in every pass, and the ended ones within a day.
    this.addSql(`update "dispute" d set "looked_at" = d."opened_at", "counts_refunds" = p."provider" = 'PAYPAL',
      "lost_minor" = case d."status" when 'LOST' then d."amount_minor" else 0 end,
      "refundable" = case when d."status" in ('OPEN', 'UNDER_REVIEW') then 'NOTHING' else 'ANY' end,
      "closed_at" = case when d."status" in ('OPEN', 'UNDER_REVIEW') then null else coalesce(d."closed_at", d."opened_at") end
      from "payment" p where p."id" = d."payment_id";`);
    this.addSql(`alter table "dispute" alter column "stage" drop default, alter column "reason" drop default, alter column "refundable" drop default, alter column "looked_at" set not null;`);
    this.addSql(`create index "dispute_ended" on "dispute" ("closed_at", "looked_at") where closed_at is not null;`);
    this.addSql(`create index "dispute_opened_at_index" on "dispute" ("opened_at");`);
    this.addSql(`alter table "dispute" add constraint "dispute_closed_once_decided" check ((closed_at is null) = (status in ('OPEN', 'UNDER_REVIEW')));`);
    this.addSql(`alter table "dispute" add constraint "dispute_fee_exact" check (fee_minor >= 0 and fee_minor <= 9007199254740991);`);
    this.addSql(`alter table "dispute" add constraint "dispute_lost_exact" check (lost_minor >= 0 and lost_minor <= 9007199254740991);`);
    this.addSql(`alter table "dispute" add constraint "dispute_stage_check" check ("stage" in ('INQUIRY', 'CHARGEBACK', 'PRE_ARBITRATION', 'ARBITRATION', 'APPEAL'));`);
    this.addSql(`alter table "dispute" add constraint "dispute_reason_check" check ("reason" in ('FRAUDULENT', 'UNRECOGNISED', 'NOT_RECEIVED', 'NOT_AS_DESCRIBED', 'DUPLICATE', 'REFUND_NOT_RECEIVED', 'WRONG_AMOUNT', 'CANCELLED', 'OTHER'));`);
    this.addSql(`alter table "dispute" add constraint "dispute_refundable_check" check ("refundable" in ('NOTHING', 'WHOLE_ONLY', 'ANY'));`);
  }

  async down() {
    this.addSql(`drop index "dispute_ended";`);
    this.addSql(`drop index "dispute_opened_at_index";`);
    this.addSql(`alter table "dispute" drop constraint "dispute_closed_once_decided";`);
    this.addSql(`alter table "dispute" drop constraint "dispute_fee_exact";`);
    this.addSql(`alter table "dispute" drop constraint "dispute_lost_exact";`);
    this.addSql(`alter table "dispute" drop constraint "dispute_stage_check";`);
    this.addSql(`alter table "dispute" drop constraint "dispute_reason_check";`);
    this.addSql(`alter table "dispute" drop constraint "dispute_refundable_check";`);
    this.addSql(`alter table "dispute" drop column "stage", drop column "reason", drop column "reason_code", drop column "evidence_due_by", drop column "evidence_submitted", drop column "refundable", drop column "lost_minor", drop column "counts_refunds", drop column "fee_minor", drop column "fee_currency", drop column "looked_at";`);

    this.addSql(`alter table "payment" drop column "fraud_warning_at";`);
  }

}
exports.Migration20261201120913 = Migration20261201120913;
