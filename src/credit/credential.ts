/** The credential of a credit record: Open Badges 3.0 as a W3C Verifiable Credential 2.0, to be signed as a JWT. */
import type { CreditRecord } from './credit-record.ts'
import { statusEntries } from './status-list.ts'

/** The payload. Nothing personal but the holder's name, which the transcript carries too. */
export function credentialOf(record: CreditRecord, publicUrl: string): object {
  const { facts } = record
  const url = `${publicUrl}/credentials/${record.id}`
  return {
    iss: publicUrl,
    jti: url,
    '@context': ['https://www.w3.org/ns/credentials/v2', 'https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json'],
    id: url,
    type: ['VerifiableCredential', 'OpenBadgeCredential'],
    issuer: { id: publicUrl, type: ['Profile'], name: facts.awardingBodyName },
    validFrom: `${record.awardedOn}T00:00:00Z`,
    name: facts.courseTitle,
    credentialStatus: statusEntries(publicUrl, record.statusIndex),
    credentialSubject: {
      type: ['AchievementSubject'],
      identifier: [{ type: 'IdentityObject', identityType: 'name', hashed: false, identityHash: record.holderName }],
      achievement: {
        id: `${publicUrl}/courses/${facts.courseSlug}`,
        type: ['Achievement'],
        achievementType: 'MicroCredential',
        name: facts.courseTitle,
        description: facts.learningOutcomes.join(' '),
        criteria: { narrative: 'The formal final assessment was passed.' },
        creditsAvailable: Number(record.creditAmount),
        creator: { id: publicUrl, type: ['Profile'], name: facts.awardingBodyName },
        tag: [`${record.creditScheme} ${record.creditAmount}`, `${record.creditFramework} level ${record.creditLevel}`],
      },
      result: record.grade === null ? [] : [{ type: ['Result'], value: String(record.grade) }],
    },
  }
}
