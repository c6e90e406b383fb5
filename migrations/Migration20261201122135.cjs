'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20261201122135 extends Migration {

  name = 'Migration20261201122135';

  async up() {
    this.addSql(`create table "provider_object" ("id" uuid not null, "provider" text not null, "reference" text not null, "payment_id" text null, "capture_reference" text not null, "captured_minor" bigint not null, "refunded_minor" bigint not null, "currency" text not null, "captured_at" timestamptz(3) not null, "buyer_email" text null, primary key ("id"));`);
    this.addSql(`alter table "provider_object" add constraint "provider_object_provider_reference_unique" unique ("provider", "reference");`);

    this.addSql(`alter table "provider_object" add constraint "provider_object_refunded_exact" check (refunded_minor >= 0 and refunded_minor <= 9007199254740991);`);
    this.addSql(`alter table "provider_object" add constraint "provider_object_captured_exact" check (captured_minor >= 0 and captured_minor <= 9007199254740991);`);
    this.addSql(`alter table "provider_object" add constraint "provider_object_provider_check" check ("provider" in ('STRIPE', 'PAYPAL'));`);
  }

  async down() {
    this.addSql(`drop table if exists "provider_object" cascade;`);
  }

}
exports.Migration20261201122135 = Migration20261201122135;
