/** Imports the register file: institutions, qualifications and their first policies. */
import type { EntityManager } from '@mikro-orm/postgresql'
import { z } from 'zod'
import type { Context } from '../../context.ts'
import { importRegister, type Register, readRegister } from '../../institutions/import-register.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ConfigRefused } from '../../values/config-refused.ts'
import { AgreementMode, InvalidTransferInput, OverAgeTreatment, TransferRule } from '../engine/check.rules.ts'
import { readPolicy, readQualification } from '../engine/check-input.rules.ts'
import { overlapped, type PolicyDates } from '../engine/policy-dates.rules.ts'
import { addPolicyVersion } from './add-policy-version.ts'
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
    for (const given of register.qualifications) {
      const name = `${given.institution}/${given.slug}`
      try {
        await publishMissing(tx, ids.get(name) as string, given, now)
      } catch (error) {
        throw new ConfigRefused(`REGISTER_FILE ${path}: a policy of ${name} does not fit: ${reasonOf(error)}`)
      }
    }
  })
}

function reasonOf(error: unknown): string {
  if (error instanceof InvalidTransferInput) return `${error.field.join('.')}: ${error.message}`
  return error instanceof Error ? error.message : String(error)
}

/** Held to what a published version is held to: the engine can answer from it, and no two are in force on one day. */
async function publishMissing(
  tx: EntityManager,
  qualificationId: string,
  { policies, ...qualification }: Register['qualifications'][number],
  now: Date,
): Promise<void> {
  const known: PolicyDates[] = await tx.find(TransferPolicy, { qualificationId })
  const days = new Set(known.map((one) => one.effectiveFrom))
  let version = known.length
  for (const given of policies) {
    const terms = policy.parse(given)
    if (days.has(terms.effectiveFrom)) continue
    readPolicy(terms, readQualification(qualification))
    const overlap = overlapped(known, terms)
    if (overlap) throw new Error(`It overlaps the version that is in force from ${overlap.effectiveFrom}.`)
    version += 1
    known.push({ effectiveFrom: terms.effectiveFrom, declaredEffectiveTo: terms.effectiveTo })
    addPolicyVersion(tx, terms, { qualificationId, version, publishedAt: now, publishedBy: 'register' })
  }
}
