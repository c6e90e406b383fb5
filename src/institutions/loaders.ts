/** Reads institutions and qualifications, batched and paged. */
import { allColumns, defineColumns } from '../reading/columns.ts'
import type { ReadConnection } from '../reading/connection/read-connection.ts'
import { definePages } from '../reading/list.ts'
import { defineLoader, inOrder, type Loads } from '../reading/loader.ts'
import type { LookAheadJoin } from '../reading/look-ahead-join.ts'
import { statement } from '../reading/statement.ts'
import type { Institution } from './institution.ts'
import type { Qualification } from './qualification.ts'

interface Reading {
  read: ReadConnection
  loads: Loads
}

const ofInstitution = defineColumns('i', {
  always: 'id name',
  plain: 'slug country participating',
  of: { qualifications: '' },
})
const institutionColumns = allColumns(ofInstitution)
const qualificationColumns =
  'q.id, q.institution_id, q.slug, q.title, q.kind, q.total_credit, q.levels, i.participating'

/** A qualification, and whether its institution takes part in transfers. */
export type QualificationRow = Qualification & { participating: boolean }

const institutionsById = statement<Institution>(
  'institutions-by-id',
  `select ${institutionColumns} from institution i where i.id = any($1::uuid[])`,
)

/** An institution by uuid; null when there is none. */
export const institutionById = defineLoader<string, Institution | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(institutionsById, [ids]), (row) => row.id),
)

/** The institution whose id is in the SQL column `id`. */
export const institutionJoin = (path: string, id: string): LookAheadJoin => ({
  wanted: [path],
  columns: ofInstitution,
  join: `left join institution i on i.id = ${id}`,
})

const institutionsBySlug = statement<Institution>(
  'institutions-by-slug',
  `select ${institutionColumns} from institution i where i.slug = any($1::text[])`,
)

/** An institution by slug; null when there is none. */
export const institutionBySlug = defineLoader<string, Institution | null, Reading>(async ({ read }, slugs) =>
  inOrder(slugs, await read.rows(institutionsBySlug, [slugs]), (row) => row.slug),
)

const qualificationsById = statement<QualificationRow>(
  'qualifications-by-id',
  `select ${qualificationColumns} from qualification q join institution i on i.id = q.institution_id where q.id = any($1::uuid[])`,
)

/** A qualification by uuid; null when there is none. */
export const qualificationById = defineLoader<string, QualificationRow | null, Reading>(async ({ read }, ids) =>
  inOrder(ids, await read.rows(qualificationsById, [ids]), (row) => row.id),
)

const qualificationsBySlug = statement<QualificationRow & { institutionSlug: string }>(
  'qualifications-by-slug',
  `select ${qualificationColumns}, i.slug as institution_slug from unnest($1::text[], $2::text[]) as k(institution_slug, slug)
   join institution i on i.slug = k.institution_slug join qualification q on q.institution_id = i.id and q.slug = k.slug`,
)

interface Slugs {
  institutionSlug: string
  slug: string
}
const bothSlugs = ({ institutionSlug, slug }: Slugs) => JSON.stringify([institutionSlug, slug])

/** A qualification by the slugs of its institution and its own; null when there is none. */
export const qualificationBySlug = defineLoader<Slugs, QualificationRow | null, Reading>(
  async ({ read }, keys) => {
    const institutions = keys.map(({ institutionSlug }) => institutionSlug)
    const rows = await read.rows(qualificationsBySlug, [institutions, keys.map(({ slug }) => slug)])
    return inOrder(keys.map(bothSlugs), rows, bothSlugs)
  },
  { cacheKey: bothSlugs },
)

export const institutionList = {
  name: 'institutions',
  columns: institutionColumns,
  from: 'institution i',
  order: [
    { sql: 'i.name', as: 'name', type: 'text' as const },
    { sql: 'i.id', as: 'id', type: 'uuid' as const },
  ],
}

export const qualificationList = {
  name: 'qualifications',
  columns: qualificationColumns,
  from: 'qualification q join institution i on i.id = q.institution_id',
  order: [
    { sql: 'q.title', as: 'title', type: 'text' as const },
    { sql: 'q.id', as: 'id', type: 'uuid' as const },
  ],
}

/** The qualifications of an institution, by title. */
export const qualificationsOf = definePages<Qualification>({
  ...qualificationList,
  name: 'qualifications-of-institution',
  parent: 'q.institution_id',
})
