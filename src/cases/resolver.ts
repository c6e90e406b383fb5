/** Answers the graph's fields about cases, and takes them in hand. */
import { Arg, Ctx, Field, FieldResolver, ID, InputType, Mutation, ObjectType, Resolver, Root } from 'type-graphql'
import type { Context } from '../context.ts'
import { AtMost } from '../graph/contract/at-most.ts'
import { Money } from '../graph/contract/money.ts'
import { Node } from '../graph/contract/node.ts'
import { Refuses } from '../graph/contract/refuses.ts'
import { DateTime, TimeZone } from '../graph/contract/scalars.ts'
import { IllegalTransition, InvalidInput, NotFound, UserError } from '../graph/contract/user-error.ts'
import { inZone, isTimeZone } from '../values/dates.ts'
import { LONGEST_SENTENCE_CHARACTERS } from '../values/lengths.ts'
import { acknowledgeCase } from './acknowledge-case.ts'
import { Case, CaseEntry } from './case.ts'
import { caseAnew, entriesOf } from './loaders.ts'

@InputType({ description: 'Which case to take in hand, or to note something in.' })
class AcknowledgeCaseInput {
  @Field(() => ID, { description: 'The case.' })
  caseId!: string

  @Field(() => String, { nullable: true, description: '1 to 2000 characters.' })
  @AtMost({ characters: LONGEST_SENTENCE_CHARACTERS, inUserErrors: true })
  note!: string | null
}

@ObjectType({ simpleResolvers: true, description: 'The case, taken in hand.' })
class AcknowledgeCasePayload {
  @Field(() => Case, { nullable: true, description: 'The case, as it stands.' })
  case!: Case | null

  @Field(() => [UserError], { description: 'Why it was not done; empty when it was.' })
  userErrors!: UserError[]
}

@Resolver(() => Case)
export class CaseResolver {
  @FieldResolver(() => String, { description: 'Short, to be said on the telephone, e.g. C-1042.' })
  number(@Root() { count }: Case): string {
    return `C-${count}`
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description: 'When it has to be done by; null when there is no such instant.',
  })
  dueAt(
    @Root() { dueAt }: Case,
    @Arg('timeZone', () => TimeZone, { nullable: true, description: "The reader's zone." }) timeZone: string | null,
  ): Date | string | null {
    return dueAt !== null && timeZone != null && isTimeZone(timeZone) ? inZone(dueAt, timeZone) : dueAt
  }

  @FieldResolver(() => Node, {
    nullable: true,
    description: 'What it is about; null when nothing here corresponds.',
  })
  async subject(@Root() { subjectType, subjectId }: Case, @Ctx() context: Context): Promise<object | null> {
    const load = context.caseDesk.subjects[subjectType ?? '']
    const row = load && subjectId ? await load(context, subjectId) : null
    return row && { ...row, __typename: subjectType }
  }

  @FieldResolver(() => Money, { nullable: true, description: 'What is at stake; null when it is not money.' })
  amount(@Root() { amountMinor, currency }: Case): Money | null {
    return amountMinor === null || currency === null ? null : ({ amountMinor, currency } as Money)
  }

  @FieldResolver(() => [CaseEntry], { description: 'Notes and deeds, oldest first.' })
  log(@Root() { id }: Case, @Ctx() context: Context): Promise<CaseEntry[]> {
    return entriesOf(context, id)
  }

  @Mutation(() => AcknowledgeCasePayload, {
    nullable: true,
    description: 'Operators: takes a case in hand, or notes something in it.',
  })
  @Refuses<typeof acknowledgeCase>({ IllegalTransition, InvalidInput, NotFound })
  async acknowledgeCase(
    @Arg('input', () => AcknowledgeCaseInput, { description: 'Which.' }) input: AcknowledgeCaseInput,
    @Ctx() context: Context,
  ): Promise<object> {
    const { caseId, refusals } = await acknowledgeCase(context, input)
    return { case: caseId && (await caseAnew(context, caseId)), userErrors: refusals }
  }
}
