'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20261201121122 extends Migration {

  name = 'Migration20261201121122';

  async up() {
    this.addSql(`alter table "payment" add "look_again_at" timestamptz(3) null;`);
    this.addSql(`update payment set look_again_at = captured_at + interval '7 days' where captured_at > now() - interval '180 days';`);
    this.addSql(`create index payment_look_again on payment (provider, look_again_at) where look_again_at is not null;`);

    this.addSql(`create index "dispute_closed_at_index" on "dispute" ("closed_at");`);

    this.addSql(`alter table "reconciliation" add "swept_to" uuid null;`);

    this.addSql(`create index "refund_updated_at_index" on "refund" ("updated_at");`);
  }

  async down() {
    this.addSql(`drop index "dispute_closed_at_index";`);

    this.addSql(`drop index "payment_look_again";`);
    this.addSql(`alter table "payment" drop column "look_again_at";`);

    this.addSql(`alter table "reconciliation" drop column "swept_to";`);

    this.addSql(`drop index "refund_updated_at_index";`);
  }

}
exports.Migration20261201121122 = Migration20261201121122;
