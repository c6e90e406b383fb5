/** Loads the seed's programs, one JSON file a subject, with their institutions. */

import business from './programs/business-and-management.json' with { type: 'json' }
import computing from './programs/computing-and-data-science.json' with { type: 'json' }
import education from './programs/education-and-teaching.json' with { type: 'json' }
import engineering from './programs/engineering-and-design.json' with { type: 'json' }
import environment from './programs/environment-and-sustainability.json' with { type: 'json' }
import health from './programs/health-and-social-care.json' with { type: 'json' }
import law from './programs/law-and-public-policy.json' with { type: 'json' }
import psychology from './programs/psychology-and-society.json' with { type: 'json' }
import register from './register.json' with { type: 'json' }
import { stableUuid } from './stable-uuid.ts'

/** A microcredential; a fact that the partner does not state is null. Decimals are strings, hours and weeks numbers. */
export interface Program {
  uuid: string
  code: string
  title: string
  introduction: string
  description: string | null
  /** BCP 47, e.g. `en`. */
  language: string
  subject: string | null
  organisation: { uuid: string; slug: string; name: string; country: string }
  hours_per_week: number | null
  weeks_count: number | null
  total_study_hours: number | null
  level: 'undergraduate' | 'postgraduate' | null
  credit: {
    amount: string
    scheme: 'CATS' | 'ECTS' | 'SCQF' | 'US_SEMESTER' | 'US_QUARTER'
    level: number
    framework: 'FHEQ' | 'EQF' | 'SCQF'
  } | null
  assessment: {
    summary: string
    formal: boolean | null
    online: boolean | null
    /** Decimal 0–100. */
    pass_mark: string | null
    identity_verification: boolean | null
  } | null
  learning_outcomes: string[]
  /** Whether its transcript states outcomes, hours, level and credit. */
  transcript: boolean | null
  withdrawn_at: string | null
  updated_at: string
}

/** How the price of a run is taxed. */
export interface RunTax {
  treatment: 'exempt' | 'taxed' | 'outside'
  rate: string | null
  note: string | null
}

/** What kind of run, relative to the day of the start; see `plannedRun`. */
export type RunKind =
  | 'upcoming'
  | 'open'
  | 'nearly-full'
  | 'full'
  | 'closed'
  | 'started-13-days-ago'
  | 'started-15-days-ago'
  | 'running'
  | 'ended'
  | 'cancelled'
  | 'incomplete'

/** A program with the plan of its runs: their zone, price in minor units and kinds. */
export interface SeededProgram {
  program: Program
  timeZone: string
  price: { minor: number; currency: string }
  tax: RunTax | null
  runs: RunKind[]
}

type Stated = Omit<Program, 'uuid' | 'organisation' | 'withdrawn_at' | 'updated_at'> & {
  organisation: string
  time_zone: string
  price: { minor: number; currency: string }
  tax?: RunTax | null
  runs: RunKind[]
}

/**
 * Every seeded program. All of them count as changed at the start, so that a mirror that asks only for changes
 * also hears of what a newer seed says.
 */
export function seededPrograms(now: Date): SeededProgram[] {
  const stated = [business, computing, education, engineering, environment, health, law, psychology].flat() as Stated[]
  return stated.map(({ time_zone, price, tax = null, runs, organisation, ...facts }) => ({
    program: {
      ...facts,
      uuid: stableUuid(`program/${facts.code}`),
      organisation: organisationOf(organisation),
      withdrawn_at: null,
      updated_at: now.toISOString(),
    },
    timeZone: time_zone,
    price,
    tax,
    runs,
  }))
}

function organisationOf(slug: string): Program['organisation'] {
  const institution = register.institutions.find((one) => one.slug === slug)
  if (!institution) throw new Error(`register.json has no institution ${slug}`)
  return { uuid: stableUuid(`organisation/${slug}`), slug, name: institution.name, country: institution.country }
}
