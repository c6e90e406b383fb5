/** Declares the UserError interface and the refusals that no feature owns. */
import { Field, Int, InterfaceType, ObjectType } from 'type-graphql'

@InterfaceType({
  description: 'Why a mutation did not do what was asked. Concrete types add the data a screen needs.',
  resolveType: (value: { __typename: string }) => value.__typename,
})
export abstract class UserError {
  /** Said by each concrete type, so that the compiler tells them apart. */
  declare readonly __typename: string

  @Field(() => String, { description: 'Stable, upper-case code: switch on it.' })
  code!: string

  @Field(() => String, { description: 'One plain-English sentence that can be shown to a person.' })
  message!: string

  @Field(() => [String], {
    description: 'Path of the input at fault, e.g. ["input","courseRunId"]; empty when no single field is.',
  })
  field!: string[]
}

@ObjectType({ implements: UserError, simpleResolvers: true, description: 'A value does not fit; `field` names it.' })
export class InvalidInput extends UserError {
  declare readonly __typename: 'InvalidInput'
}

@ObjectType({
  implements: UserError,
  simpleResolvers: true,
  description: 'No such thing, or not one that you may see.',
})
export class NotFound extends UserError {
  declare readonly __typename: 'NotFound'
}

@ObjectType({ implements: UserError, simpleResolvers: true, description: 'The caller is known and may not do this.' })
export class Forbidden extends UserError {
  declare readonly __typename: 'Forbidden'
}

@ObjectType({
  implements: UserError,
  simpleResolvers: true,
  description: 'The same idempotencyKey was used before with another request.',
})
export class IdempotencyConflict extends UserError {
  declare readonly __typename: 'IdempotencyConflict'
}

@ObjectType({
  implements: UserError,
  simpleResolvers: true,
  description: 'A payment provider or the registration partner cannot be reached now; nothing is lost.',
})
export class ProviderUnavailable extends UserError {
  declare readonly __typename: 'ProviderUnavailable'

  @Field(() => String, { description: 'Which one, e.g. "STRIPE", "PAYPAL" or "PARTNER".' })
  provider!: string

  @Field(() => Int, { nullable: true, description: 'Whole seconds to wait before trying again, when it said so.' })
  retryAfterSeconds!: number | null
}

@ObjectType({
  implements: UserError,
  simpleResolvers: true,
  description: 'The partner or a provider said a definite no; asking again changes nothing.',
})
export class ProviderRefused extends UserError {
  declare readonly __typename: 'ProviderRefused'

  @Field(() => String, { description: 'Which one: STRIPE, PAYPAL or PARTNER.' })
  provider!: string

  @Field(() => String, { description: 'What it did not take, e.g. EMAIL_NOT_ACCEPTED.' })
  reason!: string
}

@ObjectType({
  implements: UserError,
  simpleResolvers: true,
  description: 'The thing is in a state from which this is not possible.',
})
export class IllegalTransition extends UserError {
  declare readonly __typename: 'IllegalTransition'

  @Field(() => String, { description: 'The state it is in.' })
  from!: string

  @Field(() => String, { description: 'The state that was asked for.' })
  to!: string
}

@ObjectType({
  implements: UserError,
  simpleResolvers: true,
  description: 'The question cannot be answered exactly within the bounds set for one check; make it smaller.',
})
export class TooComplex extends UserError {
  declare readonly __typename: 'TooComplex'
}

@ObjectType({ implements: UserError, simpleResolvers: true, description: 'Too often; try again later.' })
export class RateLimited extends UserError {
  declare readonly __typename: 'RateLimited'

  @Field(() => Int, { description: 'In how many seconds it is worth while.' })
  retryAfter!: number
}

/** What every refusal is made of: the concrete type's name, a sentence, the path, and the type's own data. */
export type Refusal<Name extends string = string> = {
  __typename: Name
  code: string
  message: string
  field: string[]
} & Record<string, unknown>

/** What a concrete type has beyond every UserError; nothing, for many of them. */
type DataOf<Type extends UserError> = [Exclude<keyof Type, keyof UserError>] extends [never]
  ? Record<string, never>
  : Omit<Type, keyof UserError>

/** The code of a refusal's type: its name in UPPER_SNAKE_CASE. */
export function refusalCode(typeName: string): string {
  return typeName.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase()
}

/** A refusal as the graph returns it, with the data of its type. */
export function refusal<Type extends UserError>(
  type: new () => Type,
  data: NoInfer<DataOf<Type>>,
  message: string,
  field: string[] = [],
): Refusal<Type['__typename']> {
  return { __typename: type.name, code: refusalCode(type.name), message, field, ...data }
}

/** The most that an Int of the graph says: 68 years. */
const LONGEST_WAIT_SECONDS = 2 ** 31 - 1

/** RateLimited until an instant after `now`; the sentence says what there is too much of, and what to do. */
export function rateLimitedUntil(
  until: Date,
  now: Date,
  message: string,
  field: string[] = [],
): Refusal<RateLimited['__typename']> {
  const seconds = Math.ceil((until.getTime() - now.getTime()) / 1000)
  return refusal(RateLimited, { retryAfter: Math.min(LONGEST_WAIT_SECONDS, Math.max(1, seconds)) }, message, field)
}
