/** Sorts an introspected schema's types and fields by name, for the documentation. */
import type { IntrospectionSchema, IntrospectionType } from 'graphql'

interface Named {
  name: string
}

const byName = (one: Named, other: Named): number => one.name.localeCompare(other.name, 'en')

function sortFields(type: IntrospectionType): IntrospectionType {
  if (type.kind === 'OBJECT' || type.kind === 'INTERFACE') return { ...type, fields: type.fields.toSorted(byName) }
  if (type.kind === 'INPUT_OBJECT') return { ...type, inputFields: type.inputFields.toSorted(byName) }
  return type
}

/** Values of enums and arguments stay as they were written: their order says something. */
export const sortSchema = (schema: IntrospectionSchema): IntrospectionSchema => ({
  ...schema,
  types: schema.types.map(sortFields).sort(byName),
})
