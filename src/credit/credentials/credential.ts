/** Builds a credit record's Open Badges 3.0 credential, ready to be signed as a JWT. */
import { amountIn, type Credit, eqfLevel, isLevel } from '../../values/credit.ts'
import { canonicalDecimal } from '../../values/decimal.ts'
import { type CreditRecord, creditOf } from '../credit-record.ts'
import { statusEntries } from './status-list.ts'

/** Frameworks of levels, with where each describes its own. */
const frameworks = {
  FHEQ: ['FHEQ', 'https://www.qaa.ac.uk/the-quality-code/qualifications-frameworks'],
  EQF: ['European Qualifications Framework', 'https://europass.europa.eu/en/description-eight-eqf-levels'],
  SCQF: ['Scottish Credit and Qualifications Framework', 'https://scqf.org.uk/about-the-framework/'],
} as const

/**
 * The payload: the credential itself, and beside it the JWT's claims that Open Badges wants and that say the same.
 * Nothing personal but the holder's name, which the transcript carries too.
 */
export function credentialOf(record: CreditRecord, publicUrl: string): object {
  const { facts } = record
  const url = `${publicUrl}/credentials/${record.id}`
  const holder = `urn:uuid:${record.learnerId}`
  // Where the award's day began before it did in UTC, from the award on: it is never signed before it is valid.
  const fromSeconds = Math.floor(Math.min(Date.parse(record.awardedOn), record.createdAt.getTime()) / 1000)
  const body = profile(`${publicUrl}/institutions/${facts.awardingBodySlug}`, facts.awardingBodyName)
  const achievement = `${publicUrl}/courses/${facts.courseSlug}`
  const stated = results(record)
  return {
    iss: publicUrl,
    sub: holder,
    jti: url,
    nbf: fromSeconds,
    '@context': ['https://www.w3.org/ns/credentials/v2', 'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json'],
    id: url,
    type: ['VerifiableCredential', 'OpenBadgeCredential'],
    issuer: profile(publicUrl, 'Microcredential gateway'),
    validFrom: new Date(fromSeconds * 1000).toISOString().replace('.000', ''),
    name: facts.courseTitle,
    // Two entries, as Verifiable Credentials allow. The JSON schema of Open Badges 3.0 knows one, so it is not named here.
    credentialStatus: statusEntries(publicUrl, record.statusIndex),
    credentialSubject: {
      id: holder,
      type: ['AchievementSubject'],
      identifier: [{ type: 'IdentityObject', identityType: 'name', hashed: false, identityHash: record.holderName }],
      // Who assessed and awards, while the gateway issues.
      source: body,
      creditsEarned: Number(record.creditAmount),
      achievement: {
        id: achievement,
        type: ['Achievement'],
        achievementType: 'MicroCredential',
        name: facts.courseTitle,
        description: facts.learningOutcomes.map(asSentence).join(' ') || facts.courseTitle,
        criteria: { narrative: 'The formal final assessment was passed.' },
        ...(facts.subject !== null && { fieldOfStudy: facts.subject }),
        creator: body,
        creditsAvailable: Number(record.creditAmount),
        alignment: levelsOf(creditOf(record)),
        resultDescription: stated.map(({ key, value: _, ...description }) => ({
          id: `${achievement}#${key}`,
          type: ['ResultDescription'],
          ...description,
        })),
        tag: [`${canonicalDecimal(record.creditAmount)} ${record.creditScheme}`],
      },
      result: stated.map(({ key, value }) => ({
        type: ['Result'],
        resultDescription: `${achievement}#${key}`,
        value,
      })),
    },
  }
}

const asSentence = (outcome: string) => (/[.!?]$/.test(outcome) ? outcome : `${outcome}.`)

const profile = (id: string, name: string) => ({ id, type: ['Profile'], name })

interface Stated {
  key: string
  name: string
  resultType: string
  valueMin?: string
  valueMax?: string
  value: string
}

/** What the transcript states in figures: an amount of credit says its scheme, which `creditsEarned` cannot. */
function results({ creditAmount, creditScheme, grade, identityVerified, facts }: CreditRecord): Stated[] {
  const ects = amountIn(creditAmount, creditScheme, 'ECTS')
  const credit = { key: 'credit', name: `Credit in ${creditScheme}`, resultType: `ext:${creditScheme}` }
  const inEcts = { key: 'ects', name: 'The same credit in ECTS', resultType: 'ext:ECTS', value: ects }
  const mark = { key: 'grade', name: 'Grade', resultType: 'Percent', valueMin: '0', valueMax: '100' }
  const hours = { key: 'study-hours', name: 'Hours of study in all', resultType: 'ext:StudyHours' }
  const identity = { key: 'identity', name: 'Identity at the assessment', resultType: 'ext:IdentityVerification' }
  return [
    { ...credit, value: canonicalDecimal(creditAmount) },
    ...(creditScheme === 'ECTS' ? [] : [inEcts]),
    ...(grade === null ? [] : [{ ...mark, value: canonicalDecimal(grade) }]),
    ...(facts.totalStudyHours === null ? [] : [{ ...hours, value: String(facts.totalStudyHours) }]),
    ...(identityVerified === null ? [] : [{ ...identity, value: identityVerified ? 'verified' : 'not verified' }]),
  ]
}

/** The level in its own framework, and the EQF's where that is another. */
function levelsOf({ level, framework }: Credit): object[] {
  const own = alignment(framework, level)
  return framework === 'EQF' || !isLevel(level, framework) ? [own] : [own, alignment('EQF', eqfLevel(level, framework))]
}

function alignment(framework: keyof typeof frameworks, level: number): object {
  const [targetFramework, targetUrl] = frameworks[framework]
  const target = { targetName: `${framework} level ${level}`, targetCode: String(level), targetFramework, targetUrl }
  return { type: ['Alignment'], targetType: `ext:${framework}`, ...target }
}
