/** Publishes the register's policies that are not there yet: the first versions of each qualification. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { z } from 'zod'
import type { Context } from '../context.ts'
import { importRegister, readRegister } from '../institutions/import-register.ts'
import { newId } from '../store/row.ts'
import { inTransaction } from '../store/transaction.ts'
import { AgreementMode, OverAgeTreatment, TransferRule } from './check.rules.ts'
import { TransferPolicy } from './transfer-policy.ts'

const amount = z.string().regex(/^\d+(\.\d{1,2})?$/)
const levels = z.array(z.object({ level: z.number().int(), credit: amount }))

const policy = z.object({
  effectiveFrom: z.iso.date(),
  effectiveTo: z.iso.date().nullable().default(null),
  agreement: z.enum(AgreementMode),
  maxCredit: amount,
  levelCaps: levels.default([]),
  granularity: amount.default('1'),
  acceptedLevels: z.array(z.number().int()),
  higherLevelCountsLower: z.boolean().default(false),
  minimumGrade: amount.nullable().default(null),
  maximumAgeYears: z.number().int().nullable().default(null),
  overAge: z.enum(OverAgeTreatment).default('FAIL'),
  requiresCmf: z.boolean().default(false),
  requiresIdentityVerification: z.boolean().default(false),
  recognisedAwardingBodies: z.array(z.string()).default([]),
  subjects: z.array(z.string()).default([]),
  freeChoiceMax: amount.default('0'),
  allowedCourses: z.array(z.string()).default([]),
  exclusions: z.array(z.object({ course: z.string(), reason: z.string() })).default([]),
  clauses: z.array(z.object({ rule: z.enum(TransferRule), text: z.string() })).default([]),
})

/** Takes the whole register file, in one transaction: institutions, qualifications, first policies. */
export async function importRegisterFile(context: Context, path: string): Promise<void> {
  const register = readRegister(path)
  const now = context.now()
  await inTransaction(context.em, async (tx) => {
    await tx.execute("select pg_advisory_xact_lock(hashtext('register'))")
    const ids = await importRegister(tx, register, now)
    for (const { institution, slug, policies } of register.qualifications) {
      const qualificationId = ids.get(`${institution}/${slug}`) as string
      await publishMissing(tx, qualificationId, policies, now)
    }
  })
}

async function publishMissing(tx: EntityManager, qualificationId: string, policies: unknown[], now: Date) {
  const known = await tx.find(TransferPolicy, { qualificationId })
  const days = new Set(known.map((one) => one.effectiveFrom))
  let version = known.reduce((most, one) => Math.max(most, one.version), 0)
  for (const given of policies) {
    const { effectiveTo, ...terms } = policy.parse(given)
    if (days.has(terms.effectiveFrom)) continue
    version += 1
    tx.create(TransferPolicy, {
      ...terms,
      ...{ id: newId(), qualificationId, version, declaredEffectiveTo: effectiveTo },
      ...{ publishedAt: now, publishedBy: 'register' },
    } as unknown as TransferPolicy)
  }
}
