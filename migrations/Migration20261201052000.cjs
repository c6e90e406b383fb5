'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20261201052000 extends Migration {

  name = 'Migration20261201052000';

  /** The law's deadline of what was paid before it was kept, where it is the later one. */
  async up() {
    this.addSql(`update "enrolment" e set "refund_until" = s.until, "refund_basis" = 'STATUTORY_FROM_PURCHASE'
      from (select p.id, p.enrolment_id,
          ((p.captured_at at time zone r.time_zone)::date + 15)::timestamp at time zone r.time_zone - interval '1 millisecond' as until
        from "payment" p join "enrolment" e on e.id = p.enrolment_id join "course_run" r on r.id = e.run_id
        where p.captured_at is not null) s
      where s.enrolment_id = e.id and s.id = e.payment_id and (e.refund_until is null or s.until > e.refund_until);`);
  }

  async down() {}

}
exports.Migration20261201052000 = Migration20261201052000;
