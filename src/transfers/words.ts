/** Lists the words of transfer answers and policies with their meanings. */
import { publishEnum } from '../graph/contract/enum.ts'
import {
  AgreementMode,
  ClaimSource,
  ClaimStatus,
  FindingStatus,
  ImprovementKind,
  OverAgeTreatment,
  TransferOutcome,
  TransferRule,
  UnplacedReason,
} from './engine/check.rules.ts'

publishEnum(ClaimSource, 'ClaimSource', 'Where a claim comes from.', {
  CREDIT_RECORD: 'Awarded here.',
  COURSE: 'A course not yet taken, looked at as if it had been passed.',
  EXTERNAL: 'Awarded elsewhere, as its holder states it.',
})

publishEnum(ClaimStatus, 'ClaimStatus', 'What the rules make of a claim.', {
  ACCEPTED: 'Every rule passes.',
  REJECTED: 'A rule fails.',
  REVIEW: 'No rule fails, but a fact is missing or a person has to decide.',
})

publishEnum(FindingStatus, 'FindingStatus', 'What a rule makes of a claim; UNKNOWN is never a pass.', {
  PASS: 'The rule holds, or asks for nothing.',
  FAIL: 'The rule does not hold.',
  UNKNOWN: 'A fact is missing, which is never a pass.',
  REVIEW: 'A person has to decide.',
})

publishEnum(ImprovementKind, 'ImprovementKind', 'What would make more credit transfer.', {
  MORE_CREDIT: 'One more piece of credit.',
  RESOLVE_REVIEW: "What is under review, settled in the learner's favour.",
})

publishEnum(UnplacedReason, 'UnplacedReason', 'Why an accepted claim does not count.', {
  LEVEL_CAP: 'It is more than fits at any level where it may count.',
  FREE_CHOICE_CAP: 'It is more than free choice takes.',
  TOTAL_CAP: 'It is more than the qualification takes in all.',
  GRANULARITY: 'All of the credit together is less than the least that is taken.',
  NOT_NEEDED: 'As much transfers without it.',
})

publishEnum(TransferOutcome, 'TransferOutcome', 'The answer in a word; the first that holds.', {
  ELIGIBLE: 'Credit transfers, by itself.',
  SUBJECT_TO_AGREEMENT: 'Credit transfers once the institution agrees.',
  NEEDS_REVIEW: 'None transfers as it stands; some would, were what is under review accepted.',
  INELIGIBLE: 'None transfers.',
  NO_AGREEMENT: 'No policy is in force on the day.',
  NOT_PARTICIPATING: 'The institution answers no transfer questions here.',
})

publishEnum(
  AgreementMode,
  'AgreementMode',
  'Whether credit that fits the policy counts by itself, or the institution agrees case by case.',
  {
    AUTOMATIC: 'It counts by itself.',
    SUBJECT_TO_AGREEMENT: 'The institution agrees case by case.',
  },
)

publishEnum(OverAgeTreatment, 'OverAgeTreatment', 'What becomes of credit that is too old.', {
  FAIL: 'It is not taken.',
  REVIEW: 'The institution looks at it case by case.',
})

publishEnum(TransferRule, 'TransferRule', 'The rules, in the order of the findings.', {
  STANDING: 'Awarded, and neither suspended nor revoked.',
  AWARDING_BODY: 'Awarded by a body that is recognised.',
  CMF_CONFORMANCE: 'Meets the Common Microcredential Framework, where that is required.',
  IDENTITY_VERIFIED: 'Identity is verified at the assessment, where that is required.',
  MINIMUM_GRADE: 'The grade is high enough.',
  LEVEL: 'At a level that is accepted.',
  AGE: 'Recent enough.',
  SUBJECT: 'In a subject that is taken, or within free choice.',
  ALLOW_LIST: 'Of a listed course, where there is a list.',
  EXCLUSION: 'Not of an excluded course.',
  DOUBLE_COUNTING: 'Not used by another application.',
})
