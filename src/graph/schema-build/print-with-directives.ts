/** Prints the schema with the costs and refusals that graphql-js leaves out. */
import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql'
import { refusalDirectives } from '../contract/refuses.ts'
import { costDirectives } from '../limits/cost-directives.ts'

/** As text, in a stable order: what introspection shows, and the directives of fields, arguments and inputs. */
export function printWithDirectives(schema: GraphQLSchema): string {
  const [costs, refusals] = [costDirectives(schema), refusalDirectives(schema)]
  const coordinateOf = coordinates()
  const lines = printSchema(lexicographicSortSchema(schema)).split('\n')
  const annotated = lines.map((line) => {
    const at = coordinateOf(line)
    return [line, costs.get(at), refusals.get(at)].filter((part) => part !== undefined).join(' ')
  })
  return `${annotated.join('\n')}\n`
}

/** Says of each line of printed schema, one after the other, whose declaration ends on it; '' when nobody's does. */
function coordinates(): (line: string) => string {
  let [type, field, isDescription] = ['', '', false]
  return (line) => {
    const quotes = line.split('"""').length - 1
    if (quotes === 1) isDescription = !isDescription
    if (quotes > 0 || isDescription) return ''
    type = /^(?:type|interface|input) (\w+)/.exec(line)?.[1] ?? type
    field = /^ {2}(\w+)/.exec(line)?.[1] ?? field
    // What has arguments ends where they do.
    if (/^ {2}(\w+:|\w+\(.*\):|\):)/.test(line)) return `${type}.${field}`
    const argument = /^ {4}(\w+):/.exec(line)?.[1]
    return argument === undefined ? '' : `${type}.${field}.${argument}`
  }
}
