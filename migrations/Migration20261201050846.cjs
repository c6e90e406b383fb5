'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20261201050846 extends Migration {

  name = 'Migration20261201050846';

  async up() {
    this.addSql(`create table "payment_reference" ("payment_id" uuid not null, "kind" text not null, "value" text not null, "provider" text not null, "written" text not null, primary key ("payment_id", "kind", "value"));`);
    this.addSql(`create index "payment_reference_value_index" on "payment_reference" ("value");`);
    this.addSql(`create unique index "payment_reference_of_one" on "payment_reference" ("provider", "kind", "value") where kind not in ('OUTSIDE', 'PAYOUT');`);

    this.addSql(`create table "receipt_number" ("kind" text not null, "year" int not null, "last" int not null, primary key ("kind", "year"));`);

    this.addSql(`create table "receipt" ("id" uuid not null, "payment_id" uuid not null, "refund_id" uuid null, "corrects_id" uuid null, "kind" text not null, "number" text not null, "issued_at" timestamptz(3) not null, "voided_at" timestamptz(3) null, "seller" jsonb not null, "buyer" jsonb not null, "kept_lines" jsonb not null, "currency" text not null, "total_minor" bigint not null, "tax_minor" bigint not null, "paid_by" text not null, "provider_reference" text null, primary key ("id"));`);
    this.addSql(`create index "receipt_payment_id_index" on "receipt" ("payment_id");`);
    this.addSql(`alter table "receipt" add constraint "receipt_refund_id_unique" unique ("refund_id");`);
    this.addSql(`alter table "receipt" add constraint "receipt_number_unique" unique ("number");`);
    this.addSql(`create index "receipt_issued_at_index" on "receipt" ("issued_at");`);
    this.addSql(`create unique index "receipt_of_payment" on "receipt" ("payment_id") where kind = 'RECEIPT';`);

    this.addSql(`alter table "course_run" add "tax_treatment" text null, add "tax_rate" text null, add "tax_note" text null;`);

    this.addSql(`alter table "payment" add "fee_minor" bigint null, add "net_minor" bigint null, add "settlement_currency" text null, add "exchange_rate" text null, add "available_at" timestamptz(3) null, add "payout_reference" text null, add "paid_out_at" timestamptz(3) null;`);
    this.addSql(`create index "payment_captured_at_index" on "payment" ("captured_at");`);
    this.addSql(`create index "payment_buyer_email_lower" on "payment" (lower("buyer_email"));`);
    this.addSql(`create index "payment_card_last4_index" on "payment" ("card_last4");`);

    this.addSql(`alter table "payment_reference" add constraint "payment_reference_payment_id_foreign" foreign key ("payment_id") references "payment" ("id") on delete cascade;`);
    this.addSql(`alter table "payment_reference" add constraint "payment_reference_kind_check" check ("kind" in ('SESSION', 'INTENT', 'CHARGE', 'ORDER', 'CAPTURE', 'REFUND', 'DISPUTE', 'OWN', 'RECEIPT', 'OUTSIDE', 'PAYOUT'));`);
    this.addSql(`alter table "payment_reference" add constraint "payment_reference_provider_check" check ("provider" in ('STRIPE', 'PAYPAL'));`);

    this.addSql(`alter table "receipt" add constraint "receipt_payment_id_foreign" foreign key ("payment_id") references "payment" ("id") on delete restrict;`);
    this.addSql(`alter table "receipt" add constraint "receipt_refund_id_foreign" foreign key ("refund_id") references "refund" ("id") on delete restrict;`);
    this.addSql(`alter table "receipt" add constraint "receipt_corrects_id_foreign" foreign key ("corrects_id") references "receipt" ("id") on delete restrict;`);
    this.addSql(`alter table "receipt" add constraint "receipt_kind_check" check ("kind" in ('RECEIPT', 'CREDIT_NOTE'));`);
    this.addSql(`insert into "payment_reference" ("payment_id", "provider", "kind", "value", "written")
      select p.id, p.provider, k.kind, lower(k.value), k.value from "payment" p cross join lateral (values
        ('OWN', p.id::text),
        (case p.provider when 'STRIPE' then 'SESSION' else 'ORDER' end, p.reference),
        (case p.provider when 'STRIPE' then 'INTENT' else 'CAPTURE' end, p.capture_reference)) as k(kind, value)
      where k.value is not null
      union all select p.id, p.provider, 'REFUND', lower(r.reference), r.reference
        from "refund" r join "payment" p on p.id = r.payment_id where r.reference is not null
      union all select p.id, p.provider, 'DISPUTE', lower(d.reference), d.reference
        from "dispute" d join "payment" p on p.id = d.payment_id
      on conflict do nothing;`);
  }

  async down() {
    this.addSql(`alter table "receipt" drop constraint "receipt_corrects_id_foreign";`);

    this.addSql(`drop table if exists "payment_reference" cascade;`);
    this.addSql(`drop table if exists "receipt_number" cascade;`);
    this.addSql(`drop table if exists "receipt" cascade;`);

    this.addSql(`alter table "course_run" drop column "tax_treatment", drop column "tax_rate", drop column "tax_note";`);

    this.addSql(`drop index "payment_captured_at_index";`);
    this.addSql(`drop index "payment_buyer_email_lower";`);
    this.addSql(`drop index "payment_card_last4_index";`);
    this.addSql(`alter table "payment" drop column "fee_minor", drop column "net_minor", drop column "settlement_currency", drop column "exchange_rate", drop column "available_at", drop column "payout_reference", drop column "paid_out_at";`);
  }

}
exports.Migration20261201050846 = Migration20261201050846;
