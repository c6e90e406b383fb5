'use strict';
Object.defineProperty(exports, '__esModule', { value: true });
const { Migration } = require('@mikro-orm/migrations');

const words = (configuration) =>
  `(setweight(to_tsvector('${configuration}', title), 'A') || setweight(to_tsvector('${configuration}', subject), 'B') || setweight(to_tsvector('${configuration}', summary), 'C'))`;

class Migration20261130223222 extends Migration {

  name = 'Migration20261130223222';

  /** Both extensions are trusted ones: an ordinary user that owns the database may create them. */
  async up() {
    this.addSql(`create extension if not exists "unaccent" with schema public;`);
    this.addSql(`create extension if not exists "pg_trgm" with schema public;`);
    // The function unaccent() may answer otherwise one day, so no index may rest on it; on a configuration it may.
    this.addSql(`create text search configuration public.course_search (copy = pg_catalog.simple);`);
    this.addSql(`alter text search configuration public.course_search alter mapping for asciiword, word, numword, asciihword, hword, numhword, hword_asciipart, hword_part, hword_numpart with unaccent, simple;`);

    this.addSql(`alter table "course" alter column "words" set expression as ${words('course_search')};`);
    this.addSql(`create index course_by_credit_descending on course (coalesce(credit_cats, 0), id);`);
    this.addSql(`create index course_by_price_descending on course (coalesce(nullif(lowest_price_minor, 2147483647), -1), id);`);
    this.addSql(`create index course_by_start_descending on course (coalesce(nullif(next_start, 'infinity'), '-infinity'), id);`);

    this.addSql(`create table "course_word" ("word" text not null, primary key ("word"));`);
    this.addSql(`create index course_word_alike on course_word using gin (word gin_trgm_ops);`);
    this.addSql(`insert into course_word (word) select word from ts_stat('select words from course') where word ~ '^[[:alpha:]]{4,40}$';`);
  }

  async down() {
    this.addSql(`drop table "course_word";`);
    this.addSql(`drop index "course_by_start_descending";`);
    this.addSql(`drop index "course_by_price_descending";`);
    this.addSql(`drop index "course_by_credit_descending";`);
    this.addSql(`alter table "course" alter column "words" set expression as ${words('simple')};`);
    this.addSql(`drop text search configuration public.course_search;`);
    this.addSql(`drop extension "pg_trgm";`);
    this.addSql(`drop extension "unaccent";`);
  }

}
exports.Migration20261130223222 = Migration20261130223222;
