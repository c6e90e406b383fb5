/** The query by which anyone checks a credential or a statement. */
import { Arg, Ctx, Field, ObjectType, Query, Resolver, registerEnumType } from 'type-graphql'
import type { Context } from '../context.ts'
import { Jwt } from '../graph/scalars.ts'
import { CheckName, CheckStatus, SignedKind, verifySigned } from './verify-signed.ts'

registerEnumType(SignedKind, { name: 'SignedKind', description: 'What was signed.' })
registerEnumType(CheckName, {
  name: 'VerificationCheckName',
  description: 'SIGNATURE of a published key; ISSUER; VALIDITY in time; STATUS: neither suspended nor revoked.',
})
registerEnumType(CheckStatus, { name: 'VerificationStatus', description: 'UNKNOWN is never a pass.' })

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
