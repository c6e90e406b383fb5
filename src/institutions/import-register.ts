/** Imports institutions and qualifications from the register file. */
import { readFileSync } from 'node:fs'
import type { EntityManager } from '@mikro-orm/postgresql'
import { z } from 'zod'
import { newId } from '../store/row.ts'
import { ConfigRefused } from '../values/config-refused.ts'
import { Institution } from './institution.ts'
import { Qualification, QualificationKind } from './qualification.ts'
import { seller } from './seller.ts'

const slug = z.string().regex(/^[a-z0-9-]+$/)
const amount = z.string().regex(/^\d+(\.\d{1,2})?$/)

const register = z.object({
  /** Without one no receipts are made. */
  seller: seller.nullable().default(null),
  institutions: z.array(
    z.object({ slug, name: z.string().min(1), country: z.string().length(2), participating: z.boolean() }),
  ),
  qualifications: z.array(
    z.object({
      institution: slug,
      slug,
      title: z.string().min(1),
      kind: z.enum(QualificationKind),
      totalCredit: amount,
      levels: z.array(z.object({ level: z.number().int().min(3).max(8), credit: amount })).min(1),
      /** First policies, oldest first; published by transfers. */
      policies: z.array(z.unknown()).default([]),
    }),
  ),
})
export type Register = z.infer<typeof register>

/** Reads the file. Throws with a line for each place that does not fit. */
export function readRegister(path: string): Register {
  const read = register.safeParse(JSON.parse(readFileSync(path, 'utf8')))
  if (read.success) return read.data
  const problems = read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new ConfigRefused(`REGISTER_FILE ${path} does not fit:\n  ${problems.join('\n  ')}`)
}

/** Stores what the register says, new or changed; answers the uuid of each qualification as `institution/slug`. */
export async function importRegister(tx: EntityManager, { institutions, qualifications }: Register, now: Date) {
  const bySlug = new Map((await tx.find(Institution, {})).map((row) => [row.slug, row]))
  for (const facts of institutions) {
    const row = bySlug.get(facts.slug)
    if (row) tx.assign(row, { ...facts, updatedAt: now })
    else bySlug.set(facts.slug, tx.create(Institution, { id: newId(), ...facts, updatedAt: now }))
  }
  await tx.flush()
  const known = new Map((await tx.find(Qualification, {})).map((row) => [`${row.institutionId}/${row.slug}`, row]))
  const ids = new Map<string, string>()
  for (const { institution, policies: _, ...facts } of qualifications) {
    const owner = bySlug.get(institution)
    if (!owner)
      throw new Error(`The register's qualification ${facts.slug} names an unknown institution: ${institution}.`)
    const fields = { ...facts, institutionId: owner.id, updatedAt: now }
    const row = known.get(`${owner.id}/${facts.slug}`)
    if (row) tx.assign(row, fields)
    ids.set(`${institution}/${facts.slug}`, (row ?? tx.create(Qualification, { id: newId(), ...fields })).id)
  }
  await tx.flush()
  return ids
}
