/** Says in directives what fields, inputs and lists cost, by the limits' own numbers. */
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isObjectType,
} from 'graphql'
import { type ListSize, listSizeOf } from './list-size.ts'
import { leastWorkOf } from './weights.ts'

type Field = GraphQLField<unknown, unknown>

/** `@cost` and `@listSize` of the fields, arguments and inputs that have any, by coordinate: `Query.courses.filter`. */
export function costDirectives(schema: GraphQLSchema): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'))
  const pages = new Set<GraphQLNamedType>(
    types
      .flatMap(fieldsOf)
      .filter(isPage)
      .map(({ type }) => getNamedType(type)),
  )
  for (const type of types) {
    for (const field of fieldsOf(type)) {
      const at = `${type.name}.${field.name}`
      const size = pages.has(type) && !isPage(field) ? null : listSizeOf(field)
      const texts = [
        costText(leastWorkOf(field, {})),
        isCompositeType(getNamedType(field.type)) && listSizeText(field, size),
      ]
      if (texts.some(Boolean)) found.set(at, texts.filter(Boolean).join(' '))
      for (const argument of field.args) addInputs(found, at, field, argument)
    }
  }
  return found
}

function fieldsOf(type: GraphQLNamedType): Field[] {
  return isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : []
}

/** An object whose lists have the size that the field's arguments say. */
const isPage = (field: Field) => !isListType(getNullableType(field.type)) && listSizeOf(field) !== null

const costText = (points: number) => (points > 0 ? `@cost(weight: "${points}")` : '')

function listSizeText({ type }: Field, size: ListSize | null): string {
  if (size === null) return ''
  const { assumedSize, slicingArguments: slicing } = size
  const page = isListType(getNullableType(type)) ? null : getNamedType(type)
  const sized = page ? fieldsOf(page).filter((field) => !isPage(field) && isListType(getNullableType(field.type))) : []
  const texts = (names: readonly string[]) => `[${names.map((name) => `"${name}"`).join(', ')}]`
  const parts = [
    assumedSize !== null && `assumedSize: ${assumedSize}`,
    slicing.length > 0 && `slicingArguments: ${texts(slicing)}`,
    sized.length > 0 && `sizedFields: ${texts(sized.map(({ name }) => name))}`,
    slicing.length > 0 && assumedSize !== null && 'requireOneSlicingArgument: false',
  ]
  return `@listSize(${parts.filter(Boolean).join(', ')})`
}

/** What an argument adds when it is given, and what each field of an input object does. */
function addInputs(found: Map<string, string>, at: string, field: Field, { name, type }: GraphQLArgument): void {
  const added = (value: unknown, without: Record<string, unknown>) =>
    costText(leastWorkOf(field, { [name]: value }) - leastWorkOf(field, without))
  const ofArgument = added(sampleOf(type), {})
  if (ofArgument) found.set(`${at}.${name}`, ofArgument)
  const input = getNamedType(type)
  if (!isInputObjectType(input)) return
  const given = (object: object) => (isListType(getNullableType(type)) ? [object] : object)
  for (const inner of Object.values(input.getFields())) {
    const ofInner = added(given({ [inner.name]: sampleOf(inner.type) }), { [name]: given({}) })
    if (ofInner) found.set(`${input.name}.${inner.name}`, ofInner)
  }
}

/** A list of one, an object with nothing in it, or a word. */
function sampleOf(type: GraphQLInputType): unknown {
  const nullable = getNullableType(type)
  if (isListType(nullable)) return [sampleOf(nullable.ofType)]
  return isInputObjectType(nullable) ? {} : 'word'
}
