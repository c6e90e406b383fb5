'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

class Migration20261123000001 extends Migration {

  name = 'Migration20261123000001';

  async up() {
    this.addSql(`create table "history_entry" ("id" uuid not null, "subject_kind" text not null, "subject_id" uuid not null, "at" timestamptz(3) not null, "from" text null, "to" text not null, "cause" text not null, "actor" text null, primary key ("id"));`);
    this.addSql(`create index "history_entry_subject_kind_subject_id_id_index" on "history_entry" ("subject_kind", "subject_id", "id");`);

    this.addSql(`create table "idempotency_key" ("id" uuid not null, "caller" text not null, "operation" text not null, "key" text not null, "request_hash" text not null, "result" jsonb not null, "created_at" timestamptz(3) not null, primary key ("id"));`);
    this.addSql(`alter table "idempotency_key" add constraint "idempotency_key_caller_operation_key_unique" unique ("caller", "operation", "key");`);

    this.addSql(`create table "institution" ("id" uuid not null, "slug" text not null, "name" text not null, "country" text not null, "participating" boolean not null default false, "updated_at" timestamptz(3) not null, primary key ("id"));`);
    this.addSql(`alter table "institution" add constraint "institution_slug_unique" unique ("slug");`);

    this.addSql(`create table "course" ("id" uuid not null, "partner_uuid" text not null, "slug" text not null, "title" text not null, "summary" text not null, "description" text null, "language" text not null, "subject" text not null, "awarding_institution_id" uuid not null, "level" text null, "credit_amount" numeric(10,2) null, "credit_scheme" text null, "credit_level" int null, "credit_framework" text null, "credit_cats" numeric(12,4) null, "total_study_hours" int null, "weeks" int null, "hours_per_week" numeric(10,2) null, "learning_outcomes" jsonb not null, "assessment" jsonb null, "transcript" boolean null, "cmf_status" text not null, "image_url" text null, "partner_url" text not null, "withdrawn_at" timestamptz(3) null, "fetched_at" timestamptz(3) not null, "partner_updated_at" timestamptz(3) null, "next_start" timestamptz(3) not null default 'infinity', "lowest_price_minor" int not null default 2147483647, "words" tsvector generated always as (setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', subject), 'B') || setweight(to_tsvector('simple', summary), 'C')) stored null, primary key ("id"));`);
    this.addSql(`alter table "course" add constraint "course_partner_uuid_unique" unique ("partner_uuid");`);
    this.addSql(`alter table "course" add constraint "course_slug_unique" unique ("slug");`);
    this.addSql(`create index "course_language_index" on "course" ("language");`);
    this.addSql(`create index "course_subject_index" on "course" ("subject");`);
    this.addSql(`create index "course_words_index" on "course" using gin ("words");`);
    this.addSql(`create index course_by_credit on course (coalesce(credit_cats, 1000000), id);`);
    this.addSql(`create index "course_title_id_index" on "course" ("title", "id");`);
    this.addSql(`create index "course_lowest_price_minor_id_index" on "course" ("lowest_price_minor", "id");`);
    this.addSql(`create index "course_next_start_id_index" on "course" ("next_start", "id");`);
    this.addSql(`alter table "course" add constraint "course_credit_whole" check ((credit_amount is null) = (credit_scheme is null) and (credit_amount is null) = (credit_level is null) and (credit_amount is null) = (credit_framework is null));`);
    this.addSql(`alter table "course" add constraint "course_credit_positive" check (credit_amount > 0);`);
    this.addSql(`alter table "course" add constraint "course_level_check" check ("level" in ('UNDERGRADUATE', 'POSTGRADUATE'));`);
    this.addSql(`alter table "course" add constraint "course_credit_scheme_check" check ("credit_scheme" in ('CATS', 'ECTS', 'SCQF', 'US_SEMESTER', 'US_QUARTER'));`);
    this.addSql(`alter table "course" add constraint "course_credit_framework_check" check ("credit_framework" in ('FHEQ', 'EQF', 'SCQF'));`);
    this.addSql(`alter table "course" add constraint "course_cmf_status_check" check ("cmf_status" in ('MET', 'NOT_MET', 'UNKNOWN'));`);

    this.addSql(`create table "course_run" ("id" uuid not null, "course_id" uuid not null, "partner_uuid" text not null, "code" text not null, "starts_at" timestamptz(3) null, "ends_at" timestamptz(3) null, "time_zone" text not null, "price_minor" int null, "currency" text null, "enrolment_opens_at" timestamptz(3) null, "enrolment_closes_at" timestamptz(3) null, "cancelled" boolean not null default false, "registration_url" text not null, "complete" boolean generated always as (starts_at is not null and ends_at is not null and price_minor is not null and currency is not null and enrolment_opens_at is not null and enrolment_closes_at is not null) stored not null, "places_seen" int null, "places_seen_at" timestamptz(3) null, "fetched_at" timestamptz(3) not null, "partner_updated_at" timestamptz(3) null, primary key ("id"));`);
    this.addSql(`alter table "course_run" add constraint "course_run_partner_uuid_unique" unique ("partner_uuid");`);
    this.addSql(`create index "course_run_course_id_starts_at_id_index" on "course_run" ("course_id", "starts_at", "id");`);
    this.addSql(`alter table "course_run" add constraint "course_run_ends_after_start" check (ends_at >= starts_at);`);
    this.addSql(`alter table "course_run" add constraint "course_run_price_not_negative" check (price_minor >= 0);`);

    this.addSql(`create table "learner" ("id" uuid not null, "issuer" text not null, "subject" text not null, "display_name" text not null, "given_name" text not null, "family_name" text not null, "email" text not null, "time_zone" text null, "created_at" timestamptz(3) not null, primary key ("id"));`);
    this.addSql(`alter table "learner" add constraint "learner_issuer_subject_unique" unique ("issuer", "subject");`);

    this.addSql(`create table "enrolment" ("id" uuid not null, "learner_id" uuid not null, "run_id" uuid not null, "status" text not null, "hold_expires_at" timestamptz(3) null, "payment_id" uuid null, "registration_uuid" text null, "registered_at" timestamptz(3) null, "study_url" text null, "steps_completed_ratio" numeric(6,4) null, "steps_completed" int null, "progress_seen_at" timestamptz(3) null, "result_outcome" text null, "result_grade" numeric(10,2) null, "result_awarded_on" date null, "result_identity_verified" boolean null, "status_before_revoking" text null, "created_at" timestamptz(3) not null, "updated_at" timestamptz(3) not null, primary key ("id"));`);
    this.addSql(`create index "enrolment_run_id_index" on "enrolment" ("run_id");`);
    this.addSql(`alter table "enrolment" add constraint "enrolment_registration_uuid_unique" unique ("registration_uuid");`);
    this.addSql(`create index "enrolment_status_hold_expires_at_index" on "enrolment" ("status", "hold_expires_at");`);
    this.addSql(`create index "enrolment_learner_id_id_index" on "enrolment" ("learner_id", "id");`);
    this.addSql(`create unique index enrolment_one_active_per_learner_and_run on enrolment (learner_id, run_id) where status not in ('CANCELLED', 'EXPIRED', 'COMPENSATED', 'REVOKED');`);
    this.addSql(`alter table "enrolment" add constraint "enrolment_hold_while_pending" check (status <> 'PENDING_PAYMENT' or hold_expires_at is not null);`);
    this.addSql(`alter table "enrolment" add constraint "enrolment_status_check" check ("status" in ('PENDING_PAYMENT', 'PAID', 'REGISTERING', 'REGISTERED', 'COMPLETED', 'CANCELLED', 'EXPIRED', 'COMPENSATING', 'COMPENSATED', 'REVOKING', 'REVOKED', 'STUCK'));`);
    this.addSql(`alter table "enrolment" add constraint "enrolment_result_outcome_check" check ("result_outcome" in ('PASSED', 'FAILED'));`);

    this.addSql(`create table "credit_share" ("id" uuid not null, "learner_id" uuid not null, "code" text not null, "code_hash" text not null, "institution_id" uuid null, "expires_at" timestamptz(3) not null, "revoked_at" timestamptz(3) null, "created_at" timestamptz(3) not null, primary key ("id"));`);
    this.addSql(`alter table "credit_share" add constraint "credit_share_code_hash_unique" unique ("code_hash");`);
    this.addSql(`create index "credit_share_learner_id_id_index" on "credit_share" ("learner_id", "id");`);

    this.addSql(`create table "credit_record" ("id" uuid not null, "enrolment_id" uuid not null, "learner_id" uuid not null, "course_id" uuid not null, "holder_name" text not null, "credit_amount" numeric(10,2) not null, "credit_scheme" text not null, "credit_level" int not null, "credit_framework" text not null, "status" text not null, "awarded_on" date not null, "grade" numeric(10,2) null, "identity_verified" boolean null, "facts" jsonb not null, "status_index" int not null, "created_at" timestamptz(3) not null, "updated_at" timestamptz(3) not null, primary key ("id"));`);
    this.addSql(`alter table "credit_record" add constraint "credit_record_enrolment_id_unique" unique ("enrolment_id");`);
    this.addSql(`create index "credit_record_course_id_index" on "credit_record" ("course_id");`);
    this.addSql(`alter table "credit_record" add constraint "credit_record_status_index_unique" unique ("status_index");`);
    this.addSql(`create index "credit_record_learner_id_id_index" on "credit_record" ("learner_id", "id");`);
    this.addSql(`alter table "credit_record" add constraint "credit_record_amount_positive" check (credit_amount > 0);`);
    this.addSql(`alter table "credit_record" add constraint "credit_record_credit_scheme_check" check ("credit_scheme" in ('CATS', 'ECTS', 'SCQF', 'US_SEMESTER', 'US_QUARTER'));`);
    this.addSql(`alter table "credit_record" add constraint "credit_record_credit_framework_check" check ("credit_framework" in ('FHEQ', 'EQF', 'SCQF'));`);
    this.addSql(`alter table "credit_record" add constraint "credit_record_status_check" check ("status" in ('AWARDED', 'SUSPENDED', 'REVOKED'));`);

    this.addSql(`create table "credit_share_record" ("share_id" uuid not null, "credit_record_id" uuid not null, primary key ("share_id", "credit_record_id"));`);

    this.addSql(`create table "live_event" ("id" uuid not null, "run_id" uuid not null, "partner_uuid" text not null, "title" text not null, "starts_at" timestamptz(3) not null, "duration_minutes" int not null, "join_url" text null, "recording_url" text null, primary key ("id"));`);
    this.addSql(`alter table "live_event" add constraint "live_event_partner_uuid_unique" unique ("partner_uuid");`);
    this.addSql(`alter table "live_event" add constraint "live_event_duration_positive" check (duration_minutes > 0);`);

    this.addSql(`create table "partner_account" ("learner_id" uuid not null, "membership_uuid" text not null, "status" text not null, "invitation_url" text null, "linked_at" timestamptz(3) null, "updated_at" timestamptz(3) not null, primary key ("learner_id"));`);
    this.addSql(`alter table "partner_account" add constraint "partner_account_membership_uuid_unique" unique ("membership_uuid");`);
    this.addSql(`alter table "partner_account" add constraint "partner_account_status_check" check ("status" in ('PENDING', 'LINKED'));`);

    this.addSql(`create table "partner_event" ("id" uuid not null, "object_uuid" text not null, "href" text not null, "type" text null, "received_at" timestamptz(3) not null, "handled_at" timestamptz(3) null, primary key ("id"));`);

    this.addSql(`create table "payment" ("id" uuid not null, "enrolment_id" uuid not null, "provider" text not null, "method" text not null, "status" text not null, "amount_minor" int not null, "currency" text not null, "description" text null, "buyer_email" text null, "closes_at" timestamptz(3) null, "return_url" text not null, "open_key" text not null, "capture_key" text null, "attempt" int not null default 1, "reference" text null, "capture_reference" text null, "redirect_url" text null, "action_expires_at" timestamptz(3) null, "card_brand" text null, "card_last4" text null, "failure_code" text null, "failure_message" text null, "failure_retryable" boolean null, "captured_minor" int null, "captured_currency" text null, "created_at" timestamptz(3) not null, "captured_at" timestamptz(3) null, "updated_at" timestamptz(3) not null, primary key ("id"));`);
    this.addSql(`create index "payment_enrolment_id_index" on "payment" ("enrolment_id");`);
    this.addSql(`alter table "payment" add constraint "payment_open_key_unique" unique ("open_key");`);
    this.addSql(`create index "payment_capture_reference_index" on "payment" ("capture_reference");`);
    this.addSql(`create index "payment_status_updated_at_index" on "payment" ("status", "updated_at");`);
    this.addSql(`alter table "payment" add constraint "payment_provider_reference_unique" unique ("provider", "reference");`);
    this.addSql(`alter table "payment" add constraint "payment_captured_not_negative" check (captured_minor is null or captured_minor >= 0);`);
    this.addSql(`alter table "payment" add constraint "payment_amount_positive" check (amount_minor > 0);`);
    this.addSql(`alter table "payment" add constraint "payment_provider_check" check ("provider" in ('STRIPE', 'PAYPAL'));`);
    this.addSql(`alter table "payment" add constraint "payment_method_check" check ("method" in ('CARD', 'PAYPAL'));`);
    this.addSql(`alter table "payment" add constraint "payment_status_check" check ("status" in ('CREATED', 'REQUIRES_ACTION', 'PROCESSING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED', 'UNKNOWN', 'CONFLICTED'));`);
    this.addSql(`alter table "payment" add constraint "payment_card_brand_check" check ("card_brand" in ('VISA', 'MASTERCARD', 'AMERICAN_EXPRESS', 'OTHER'));`);

    this.addSql(`create table "dispute" ("id" uuid not null, "payment_id" uuid not null, "reference" text not null, "amount_minor" int not null, "currency" text not null, "status" text not null, "opened_at" timestamptz(3) not null, "closed_at" timestamptz(3) null, primary key ("id"));`);
    this.addSql(`create index "dispute_payment_id_index" on "dispute" ("payment_id");`);
    this.addSql(`create index "dispute_status_index" on "dispute" ("status");`);
    this.addSql(`create index "dispute_reference_index" on "dispute" ("reference");`);
    this.addSql(`alter table "dispute" add constraint "dispute_payment_id_reference_unique" unique ("payment_id", "reference");`);
    this.addSql(`alter table "dispute" add constraint "dispute_status_check" check ("status" in ('OPEN', 'UNDER_REVIEW', 'WON', 'LOST', 'WITHDRAWN'));`);

    this.addSql(`create table "payment_event" ("id" uuid not null, "provider" text not null, "event_id" text not null, "type" text not null, "status" text not null, "payment_id" text null, "references" jsonb not null, "summary" jsonb not null, "source" text not null, "created_at" timestamptz(3) not null, "received_at" timestamptz(3) not null, "handled_at" timestamptz(3) null, "attempts" int not null default 0, primary key ("id"));`);
    this.addSql(`create index "payment_event_status_received_at_index" on "payment_event" ("status", "received_at");`);
    this.addSql(`alter table "payment_event" add constraint "payment_event_provider_event_id_unique" unique ("provider", "event_id");`);
    this.addSql(`alter table "payment_event" add constraint "payment_event_provider_check" check ("provider" in ('STRIPE', 'PAYPAL'));`);
    this.addSql(`alter table "payment_event" add constraint "payment_event_status_check" check ("status" in ('RECEIVED', 'HANDLED', 'IGNORED', 'WAITING'));`);

    this.addSql(`create table "qualification" ("id" uuid not null, "institution_id" uuid not null, "slug" text not null, "title" text not null, "kind" text not null, "total_credit" numeric(10,2) not null, "levels" jsonb not null, "updated_at" timestamptz(3) not null, primary key ("id"));`);
    this.addSql(`alter table "qualification" add constraint "qualification_institution_id_slug_unique" unique ("institution_id", "slug");`);
    this.addSql(`alter table "qualification" add constraint "qualification_total_credit_positive" check (total_credit > 0);`);
    this.addSql(`alter table "qualification" add constraint "qualification_kind_check" check ("kind" in ('CERTIFICATE_HE', 'DIPLOMA_HE', 'FOUNDATION_DEGREE', 'HONOURS_DEGREE', 'GRADUATE_CERTIFICATE', 'GRADUATE_DIPLOMA', 'INTEGRATED_MASTERS', 'PG_CERTIFICATE', 'PG_DIPLOMA', 'MASTERS'));`);

    this.addSql(`create table "reconciliation" ("id" uuid not null, "started_at" timestamptz(3) not null, "finished_at" timestamptz(3) null, "examined" int not null default 0, "dry_run" boolean not null default false, primary key ("id"));`);

    this.addSql(`create table "correction" ("id" uuid not null, "reconciliation_id" uuid not null, "subject_kind" text null, "subject_id" uuid null, "provider_reference" text null, "outcome" text not null, "from" text not null, "to" text not null, "note" text not null, primary key ("id"));`);
    this.addSql(`create index "correction_reconciliation_id_index" on "correction" ("reconciliation_id");`);
    this.addSql(`alter table "correction" add constraint "correction_outcome_check" check ("outcome" in ('HEALED', 'SKIPPED', 'DEFERRED', 'QUARANTINED'));`);

    this.addSql(`create table "refund" ("id" uuid not null, "payment_id" uuid not null, "amount_minor" int not null, "currency" text not null, "status" text not null, "origin" text not null, "reason" text null, "failure_reason" text null, "keep_registration" boolean not null default false, "call_key" text not null, "attempt" int not null default 1, "reference" text null, "requested_by" text null, "requested_at" timestamptz(3) not null, "settled_at" timestamptz(3) null, "updated_at" timestamptz(3) not null, primary key ("id"));`);
    this.addSql(`create index "refund_payment_id_index" on "refund" ("payment_id");`);
    this.addSql(`alter table "refund" add constraint "refund_call_key_unique" unique ("call_key");`);
    this.addSql(`alter table "refund" add constraint "refund_reference_unique" unique ("reference");`);
    this.addSql(`create index "refund_status_updated_at_index" on "refund" ("status", "updated_at");`);
    this.addSql(`alter table "refund" add constraint "refund_amount_positive" check (amount_minor > 0);`);
    this.addSql(`alter table "refund" add constraint "refund_status_check" check ("status" in ('REQUESTED', 'SUBMITTED', 'PENDING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'UNKNOWN'));`);
    this.addSql(`alter table "refund" add constraint "refund_origin_check" check ("origin" in ('LEARNER', 'OPERATOR', 'COMPENSATION', 'PROVIDER'));`);

    this.addSql(`create table "share_access" ("id" uuid not null, "share_id" uuid not null, "institution_id" uuid not null, "at" timestamptz(3) not null, "by" text not null, primary key ("id"));`);
    this.addSql(`create index "share_access_share_id_id_index" on "share_access" ("share_id", "id");`);

    this.addSql(`create table "sync_state" ("list" text not null, "seen_until" timestamptz(3) null, "etag" text null, "succeeded_at" timestamptz(3) null, "failed_at" timestamptz(3) null, "report" jsonb not null, primary key ("list"));`);

    this.addSql(`create table "transfer_application" ("id" uuid not null, "learner_id" uuid not null, "qualification_id" uuid not null, "status" text not null, "frozen" jsonb not null, "submitted_at" timestamptz(3) not null, "decided_at" timestamptz(3) null, "agreed_credit" numeric(10,2) null, "reasons" jsonb not null, "updated_at" timestamptz(3) not null, primary key ("id"));`);
    this.addSql(`create index "transfer_application_qualification_id_status_id_index" on "transfer_application" ("qualification_id", "status", "id");`);
    this.addSql(`create index "transfer_application_learner_id_id_index" on "transfer_application" ("learner_id", "id");`);
    this.addSql(`alter table "transfer_application" add constraint "transfer_application_agreed_not_negative" check (agreed_credit is null or agreed_credit >= 0);`);
    this.addSql(`alter table "transfer_application" add constraint "transfer_application_status_check" check ("status" in ('SUBMITTED', 'AGREED', 'PARTLY_AGREED', 'DECLINED', 'WITHDRAWN'));`);

    this.addSql(`create table "credit_use" ("id" uuid not null, "application_id" uuid not null, "credit_record_id" uuid not null, "status" text null, primary key ("id"));`);
    this.addSql(`create index "credit_use_credit_record_id_index" on "credit_use" ("credit_record_id");`);
    this.addSql(`create index "credit_use_application_id_index" on "credit_use" ("application_id");`);
    this.addSql(`create unique index credit_use_once on credit_use (credit_record_id) where status is not null;`);
    this.addSql(`alter table "credit_use" add constraint "credit_use_status_check" check ("status" in ('RESERVED', 'COUNTED'));`);

    this.addSql(`create table "transfer_policy" ("id" uuid not null, "qualification_id" uuid not null, "version" int not null, "effective_from" date not null, "declared_effective_to" date null, "agreement" text not null, "max_credit" numeric(10,2) not null, "level_caps" jsonb not null, "granularity" numeric(10,2) not null, "accepted_levels" jsonb not null, "higher_level_counts_lower" boolean not null, "minimum_grade" numeric(10,2) null, "maximum_age_years" int null, "over_age" text not null, "requires_cmf" boolean not null, "requires_identity_verification" boolean not null, "recognised_awarding_bodies" jsonb not null, "subjects" jsonb not null, "free_choice_max" numeric(10,2) not null, "allowed_courses" jsonb not null, "exclusions" jsonb not null, "clauses" jsonb not null, "published_at" timestamptz(3) not null, "published_by" text not null, primary key ("id"));`);
    this.addSql(`alter table "transfer_policy" add constraint "transfer_policy_qualification_id_effective_from_unique" unique ("qualification_id", "effective_from");`);
    this.addSql(`alter table "transfer_policy" add constraint "transfer_policy_qualification_id_version_unique" unique ("qualification_id", "version");`);
    this.addSql(`alter table "transfer_policy" add constraint "transfer_policy_range" check (declared_effective_to is null or declared_effective_to >= effective_from);`);
    this.addSql(`alter table "transfer_policy" add constraint "transfer_policy_granularity_positive" check (granularity > 0);`);
    this.addSql(`alter table "transfer_policy" add constraint "transfer_policy_version_positive" check (version > 0);`);
    this.addSql(`alter table "transfer_policy" add constraint "transfer_policy_agreement_check" check ("agreement" in ('AUTOMATIC', 'SUBJECT_TO_AGREEMENT'));`);
    this.addSql(`alter table "transfer_policy" add constraint "transfer_policy_over_age_check" check ("over_age" in ('FAIL', 'REVIEW'));`);

    this.addSql(`alter table "course" add constraint "course_awarding_institution_id_foreign" foreign key ("awarding_institution_id") references "institution" ("id") on delete restrict;`);

    this.addSql(`alter table "course_run" add constraint "course_run_course_id_foreign" foreign key ("course_id") references "course" ("id") on delete restrict;`);

    this.addSql(`alter table "enrolment" add constraint "enrolment_learner_id_foreign" foreign key ("learner_id") references "learner" ("id") on delete restrict;`);
    this.addSql(`alter table "enrolment" add constraint "enrolment_run_id_foreign" foreign key ("run_id") references "course_run" ("id") on delete restrict;`);

    this.addSql(`alter table "credit_share" add constraint "credit_share_learner_id_foreign" foreign key ("learner_id") references "learner" ("id") on delete cascade;`);
    this.addSql(`alter table "credit_share" add constraint "credit_share_institution_id_foreign" foreign key ("institution_id") references "institution" ("id") on delete restrict;`);

    this.addSql(`alter table "credit_record" add constraint "credit_record_enrolment_id_foreign" foreign key ("enrolment_id") references "enrolment" ("id") on delete restrict;`);
    this.addSql(`alter table "credit_record" add constraint "credit_record_learner_id_foreign" foreign key ("learner_id") references "learner" ("id") on delete restrict;`);
    this.addSql(`alter table "credit_record" add constraint "credit_record_course_id_foreign" foreign key ("course_id") references "course" ("id") on delete restrict;`);

    this.addSql(`alter table "credit_share_record" add constraint "credit_share_record_share_id_foreign" foreign key ("share_id") references "credit_share" ("id") on update cascade on delete cascade;`);
    this.addSql(`alter table "credit_share_record" add constraint "credit_share_record_credit_record_id_foreign" foreign key ("credit_record_id") references "credit_record" ("id") on update cascade on delete restrict;`);

    this.addSql(`alter table "live_event" add constraint "live_event_run_id_foreign" foreign key ("run_id") references "course_run" ("id") on delete cascade;`);

    this.addSql(`alter table "partner_account" add constraint "partner_account_learner_id_foreign" foreign key ("learner_id") references "learner" ("id") on update cascade on delete cascade;`);

    this.addSql(`alter table "payment" add constraint "payment_enrolment_id_foreign" foreign key ("enrolment_id") references "enrolment" ("id") on delete restrict;`);

    this.addSql(`alter table "dispute" add constraint "dispute_payment_id_foreign" foreign key ("payment_id") references "payment" ("id") on delete restrict;`);

    this.addSql(`alter table "qualification" add constraint "qualification_institution_id_foreign" foreign key ("institution_id") references "institution" ("id") on delete restrict;`);

    this.addSql(`alter table "correction" add constraint "correction_reconciliation_id_foreign" foreign key ("reconciliation_id") references "reconciliation" ("id") on delete cascade;`);

    this.addSql(`alter table "refund" add constraint "refund_payment_id_foreign" foreign key ("payment_id") references "payment" ("id") on delete restrict;`);

    this.addSql(`alter table "share_access" add constraint "share_access_share_id_foreign" foreign key ("share_id") references "credit_share" ("id") on delete cascade;`);
    this.addSql(`alter table "share_access" add constraint "share_access_institution_id_foreign" foreign key ("institution_id") references "institution" ("id") on delete restrict;`);

    this.addSql(`alter table "transfer_application" add constraint "transfer_application_learner_id_foreign" foreign key ("learner_id") references "learner" ("id") on delete restrict;`);
    this.addSql(`alter table "transfer_application" add constraint "transfer_application_qualification_id_foreign" foreign key ("qualification_id") references "qualification" ("id") on delete restrict;`);

    this.addSql(`alter table "credit_use" add constraint "credit_use_application_id_foreign" foreign key ("application_id") references "transfer_application" ("id") on delete restrict;`);
    this.addSql(`alter table "credit_use" add constraint "credit_use_credit_record_id_foreign" foreign key ("credit_record_id") references "credit_record" ("id") on delete restrict;`);

    this.addSql(`alter table "transfer_policy" add constraint "transfer_policy_qualification_id_foreign" foreign key ("qualification_id") references "qualification" ("id") on delete restrict;`);
  }

}
exports.Migration20261123000001 = Migration20261123000001;
