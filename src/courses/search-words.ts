/** Reads the words of a search, and what else they may be when misspelt. */
import type { ReadConnection } from '../reading/connection/read-connection.ts'
import { statement } from '../reading/statement.ts'
import { mayBeMisspelt, SHORTEST_MISSPELT_LETTERS } from './misspelt.rules.ts'

/** Of a text that is pasted whole, the others have to be right. */
const MOST_MISSPELT_WORDS = 8
/** PostgreSQL's trigrams tell which words are worth a closer look. */
const LOOKED_AT_WORDS = 50
const MOST_LIKELY_WORDS = 10

interface Alike {
  /** The word that was typed. */
  typed: string
  /** The same as the search knows it, without accents. */
  plain: string
  word: string
}

/** Two swapped letters leave few trigrams, so those are asked for by themselves; so is the next word of the alphabet, which begins as typed if any does. */
const alike = statement<Alike>(
  'course-words-alike',
  `select typed.word as typed, asked.plain, found.word from unnest($1::text[]) typed(word)
   cross join lateral (select lexeme as plain from unnest(to_tsvector('course_search', typed.word)) limit 1) asked
   cross join lateral (
     (select w.word from course_word w where w.word % asked.plain
      order by similarity(w.word, asked.plain) desc, w.word limit ${LOOKED_AT_WORDS})
     union
     select w.word from course_word w where w.word = any(array(
       select overlay(asked.plain placing reverse(substr(asked.plain, at, 2)) from at for 2)
       from generate_series(1, length(asked.plain) - 1) at))
     union
     (select w.word from course_word w where w.word >= asked.plain order by w.word limit 1)) found
   order by similarity(found.word, asked.plain) desc, found.word`,
)

/**
 * A search for PostgreSQL: each word must occur, or begin one that does; one that no course has, or what else it may be.
 * Null when there is no word in the text.
 */
export async function searchWords(read: ReadConnection, text: string): Promise<string | null> {
  const words = [
    ...new Set(
      text
        .normalize('NFC')
        .toLowerCase()
        .match(/[\p{L}\p{N}]+/gu),
    ),
  ]
  if (words.length === 0) return null
  const likely = await likelyWords(read, words)
  return words.map((word) => `(${[`${word}:*`, ...(likely.get(word) ?? [])].join(' | ')})`).join(' & ')
}

/** By the word that was typed. */
async function likelyWords(read: ReadConnection, words: readonly string[]): Promise<Map<string, string[]>> {
  const long = words.filter((word) => word.length >= SHORTEST_MISSPELT_LETTERS).slice(0, MOST_MISSPELT_WORDS)
  const found = long.length === 0 ? [] : await read.rows(alike, [long])
  // What some course has was meant: coaching is not a misspelt teaching.
  const known = new Set(found.filter(({ plain, word }) => word.startsWith(plain)).map(({ typed }) => typed))
  const likely = found.filter(({ typed, plain, word }) => !known.has(typed) && mayBeMisspelt(plain, word))
  const byWord = Map.groupBy(likely, ({ typed }) => typed)
  return new Map([...byWord].map(([typed, rows]) => [typed, rows.slice(0, MOST_LIKELY_WORDS).map(({ word }) => word)]))
}
