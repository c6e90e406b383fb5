/** Gives refusals' codes an enum of their own, made from their types. */
import { GraphQLEnumType, GraphQLNonNull, type GraphQLSchema, isInterfaceType } from 'graphql'
import { refusalTypesOf } from '../contract/refuses.ts'
import { refusalCode } from '../contract/user-error.ts'

/** Sets it as the type of each `code`; features own the types, so only the built schema knows them all. */
export function publishRefusalCodes(schema: GraphQLSchema): void {
  const types = refusalTypesOf(schema)
  const codes = new GraphQLEnumType({
    name: 'RefusalCode',
    description: 'What a mutation refuses with: each is the code of one UserError. There may be more of them later.',
    values: Object.fromEntries(types.map(({ name, description }) => [refusalCode(name), { description }])),
  })
  const userError = schema.getType('UserError')
  for (const type of [...types, ...(isInterfaceType(userError) ? [userError] : [])]) {
    type.getFields().code!.type = new GraphQLNonNull(codes)
  }
}
