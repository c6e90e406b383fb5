/** Answers Query.verify, with which anyone checks a signed document. */
import { Arg, Ctx, Field, ObjectType, Query, Resolver } from 'type-graphql'
import type { Context } from '../../context.ts'
import { publishEnum } from '../../graph/contract/enum.ts'
import { Jwt } from '../../graph/contract/scalars.ts'
import { CheckName, CheckStatus, SignedKind, verifySigned } from './verify-signed.ts'

publishEnum(SignedKind, 'SignedKind', 'What was signed.', {
  CREDENTIAL: 'A credit record, as a verifiable credential.',
  TRANSFER_STATEMENT: 'The answer to a transfer question.',
  STATUS_LIST: 'A list of which credentials are suspended, or revoked.',
  UNKNOWN: 'Nothing that this gateway signs.',
})
publishEnum(
  CheckName,
  'VerificationCheckName',
  'SIGNATURE of a published key; ISSUER; VALIDITY in time; STATUS of the credit that it rests on.',
  {
    SIGNATURE: 'Signed with a key that is published here.',
    ISSUER: 'Signed by this gateway.',
    VALIDITY: 'Valid today.',
    STATUS: 'The credit that it is about, or that a statement counts, is neither suspended nor revoked now.',
  },
)
publishEnum(CheckStatus, 'VerificationStatus', 'UNKNOWN is never a pass.', {
  PASS: 'It holds.',
  FAIL: 'It does not hold.',
  UNKNOWN: 'It cannot be told.',
})

@ObjectType({ simpleResolvers: true, description: 'One thing that was checked.' })
class VerificationCheck {
  @Field(() => CheckName, { description: 'What was checked.' })
  name!: CheckName

  @Field(() => CheckStatus, { description: 'How it came out.' })
  status!: CheckStatus

  @Field(() => String, { description: 'In a sentence.' })
  message!: string
}

@ObjectType({ simpleResolvers: true, description: 'Whether something signed holds, check by check.' })
class Verification {
  @Field(() => SignedKind, { description: 'What it is.' })
  kind!: SignedKind

  @Field(() => Boolean, { description: 'Whether every check passed.' })
  valid!: boolean

  @Field(() => [VerificationCheck], { description: 'Each check; only the signature when that does not hold.' })
  checks!: VerificationCheck[]
}

@Resolver()
export class VerifyResolver {
  @Query(() => Verification, {
    nullable: true,
    description:
      'Checks a credential, the statement of a transfer answer or a status list; anyone may ask. Whoever rather checks by themselves finds the same in the published keys and status lists; a list that cannot be fetched says nothing, least of all that nothing is revoked.',
  })
  verify(
    @Arg('token', () => Jwt, { description: 'The credential or statement.' }) token: string,
    @Ctx() context: Context,
  ): Promise<Verification> {
    return verifySigned(context, token)
  }
}
