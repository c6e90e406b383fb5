/** The query by which anyone checks a credential or a statement. */
import { Arg, Ctx, Field, ObjectType, Query, Resolver } from 'type-graphql'
import type { Context } from '../context.ts'
import { publishEnum } from '../graph/enum.ts'
import { Jwt } from '../graph/scalars.ts'
import { CheckName, CheckStatus, SignedKind, verifySigned } from './verify-signed.ts'

publishEnum(SignedKind, 'SignedKind', 'What was signed.', {
  CREDENTIAL: 'A credit record, as a verifiable credential.',
  TRANSFER_STATEMENT: 'The answer to a transfer question.',
  UNKNOWN: 'Nothing that this gateway signs.',
})
publishEnum(
  CheckName,
  'VerificationCheckName',
  'SIGNATURE of a published key; ISSUER; VALIDITY in time; STATUS: neither suspended nor revoked.',
  {
    SIGNATURE: 'Signed with a key that is published here.',
    ISSUER: 'Signed by this gateway.',
    VALIDITY: 'Valid today.',
    STATUS: 'Neither suspended nor revoked.',
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
    description:
      'Checks a credential or the statement of a transfer answer; anyone may ask. The published keys and status lists say the same.',
  })
  verify(
    @Arg('token', () => Jwt, { description: 'The credential or statement.' }) token: string,
    @Ctx() context: Context,
  ): Promise<Verification> {
    return verifySigned(context, token)
  }
}
