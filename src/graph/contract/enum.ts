/** Declares enums of the graph with a description of every value. */
import { registerEnumType } from 'type-graphql'

/** Publishes the values under a name; one without its meaning does not compile. */
export function publishEnum<Values extends Record<string, string>>(
  values: Values,
  name: string,
  description: string,
  meanings: Readonly<Record<keyof Values, string>>,
): void {
  const described = Object.entries(meanings).map(([value, meaning]) => [value, { description: meaning }])
  registerEnumType(values, { name, description, valuesConfig: Object.fromEntries(described) })
}
