'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20261201122103 extends Migration {

  name = 'Migration20261201122103';

  async up() {
    this.addSql(`alter table "refund" drop constraint "refund_status_check";`);
    this.addSql(`alter table "refund" add "wish_id" uuid null, add "asked_at" timestamptz(3) null, add "waiting_for" text null, add "next_try_at" timestamptz(3) null, add "provider_message" text null, add "outside_method" text null, add "outside_reference" text null, add "outside_settled_on" date null, add "outside_reason" text null;`);
    // A try after the first follows the last first try before it that was asked by the same.
    this.addSql(`update "refund" r set "wish_id" = f."id", "asked_at" = f."requested_at" from "refund" f
      where f."id" = coalesce((select o."id" from "refund" o where o."payment_id" = r."payment_id" and o."origin" = r."origin"
        and o."attempt" = 1 and o."id" <= r."id" order by o."id" desc limit 1), r."id");`);
    this.addSql(`update "refund" set "waiting_for" = 'PROVIDER_BALANCE',
      "next_try_at" = "requested_at" + interval '1 hour' * 2 ^ ("attempt" - 2) where "status" = 'REQUESTED' and "attempt" > 1;`);
    this.addSql(`alter table "refund" alter column "wish_id" set not null, alter column "asked_at" set not null;`);
    this.addSql(`create index "refund_wish_id_index" on "refund" ("wish_id");`);
    this.addSql(`alter table "refund" add constraint "refund_outside_whole" check ((status = 'SETTLED_OUTSIDE') = (outside_method is not null and outside_reference is not null
  and outside_settled_on is not null and outside_reason is not null));`);
    this.addSql(`alter table "refund" add constraint "refund_waiting_for_check" check ("waiting_for" in ('PROVIDER_BALANCE', 'PAYMENT_SETTLEMENT', 'PROVIDER_PERMISSION', 'PROVIDER_SILENT', 'OPERATOR'));`);
    this.addSql(`alter table "refund" add constraint "refund_status_check" check ("status" in ('REQUESTED', 'SUBMITTED', 'PENDING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'UNKNOWN', 'SETTLED_OUTSIDE'));`);
  }

  async down() {
    this.addSql(`drop index "refund_wish_id_index";`);
    this.addSql(`alter table "refund" drop constraint "refund_outside_whole";`);
    this.addSql(`alter table "refund" drop constraint "refund_waiting_for_check";`);
    this.addSql(`alter table "refund" drop constraint "refund_status_check";`);
    this.addSql(`alter table "refund" drop column "wish_id", drop column "asked_at", drop column "waiting_for", drop column "next_try_at", drop column "provider_message", drop column "outside_method", drop column "outside_reference", drop column "outside_settled_on", drop column "outside_reason";`);
    this.addSql(`alter table "refund" add constraint "refund_status_check" check ("status" in ('REQUESTED', 'SUBMITTED', 'PENDING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'UNKNOWN'));`);
  }

}
exports.Migration20261201122103 = Migration20261201122103;
