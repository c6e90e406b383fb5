/** Generates documents and variables from a schema, valid and invalid. */
import fc from 'fast-check'
import {
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
} from 'graphql'

export interface GeneratedOperation {
  text: string
  variables: Record<string, unknown>
}

/** Draws one thing after the other; fast-check shrinks the draws. */
interface Draws {
  /** A whole number from 0 to one below `below`. */
  number(below: number): number
  /** True once in so many times. */
  once(in_: number): boolean
  of<Thing>(things: readonly Thing[]): Thing
}

function drawsFrom(numbers: readonly number[]): Draws {
  let at = 0
  const number = (below: number) => (numbers[at++ % numbers.length] as number) % below
  return { number, once: (times) => number(times) === 0, of: (things) => things[number(things.length)] as never }
}

const texts: Record<string, readonly string[]> = {
  ID: ['Q291cnNlOjE', 'x', ''],
  String: ['', 'Ada', 'é "quoted"\n', 'toString'],
  DateTime: ['2026-11-23T09:00:00Z', '2026-02-28T23:59:59.5+01:00'],
  Date: ['2026-11-23', '2024-02-29'],
  TimeZone: ['Europe/London', 'Asia/Kathmandu'],
  CurrencyCode: ['GBP', 'JPY'],
  Decimal: ['7.5', '0', '-12.25'],
  URL: ['https://app.example/back'],
  JWT: ['e30.e30.c2ln'],
}

class Writer {
  readonly variables: Record<string, unknown> = {}
  private readonly declared: string[] = []
  private readonly fragments: string[] = []
  private names = 0
  private readonly schema: GraphQLSchema
  private readonly draws: Draws

  constructor(schema: GraphQLSchema, draws: Draws) {
    this.schema = schema
    this.draws = draws
  }

  operation(): string {
    const selection = this.selection(this.schema.getQueryType()!, 4)
    const declared = this.declared.length > 0 ? `(${this.declared.join(', ')})` : ''
    return [`query Generated${declared} ${selection}`, ...this.fragments].join('\n')
  }

  private name(prefix: string): string {
    this.names += 1
    return `${prefix}${this.names}`
  }

  private selection(type: GraphQLCompositeType, depth: number): string {
    const entries = Array.from({ length: 1 + this.draws.number(3) }, () => this.entry(type, depth))
    return `{ ${entries.join(' ')} }`
  }

  private entry(type: GraphQLCompositeType, depth: number): string {
    if (this.draws.once(12)) return `__typename${this.directive()}`
    if (depth > 0 && this.draws.once(6)) return this.fragment(type, depth)
    if (isUnionType(type)) return this.fragment(type, depth)
    const open = Object.values(type.getFields()).filter((field) => depth > 0 || isLeafType(getNamedType(field.type)))
    return open.length === 0 ? '__typename' : this.field(this.draws.of(open), depth)
  }

  private fragment(type: GraphQLCompositeType, depth: number): string {
    const inner = isAbstractType(type) ? this.draws.of(this.schema.getPossibleTypes(type)) : type
    const selection = this.selection(inner, depth - 1)
    if (this.draws.once(2)) return `... on ${inner.name}${this.directive()} ${selection}`
    const name = this.name('Part')
    this.fragments.push(`fragment ${name} on ${inner.name} ${selection}`)
    return `...${name}${this.directive()}`
  }

  private field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const given = field.args.filter((arg) => isRequiredArgument(arg) || this.draws.once(2))
    const args = given.length > 0 ? `(${given.map((arg) => `${arg.name}: ${this.argument(arg)}`).join(', ')})` : ''
    const type = getNamedType(field.type)
    const inner = isLeafType(type) ? '' : ` ${this.selection(type as GraphQLCompositeType, depth - 1)}`
    // Of its own name each, so that no two fields have to be the same.
    return `${this.name(field.name)}: ${field.name}${args}${this.directive()}${inner}`
  }

  private directive(): string {
    if (!this.draws.once(8)) return ''
    const condition = this.draws.once(2) ? `$${this.variable('Boolean!', this.draws.once(2))}` : `${this.draws.once(2)}`
    return ` @${this.draws.of(['skip', 'include'])}(if: ${condition})`
  }

  private variable(type: string, value: unknown, byDefault = ''): string {
    const name = this.name('v')
    this.declared.push(`$${name}: ${type}${byDefault}`)
    if (value !== undefined) this.variables[name] = value
    return name
  }

  private argument({ type }: GraphQLArgument): string {
    if (this.draws.once(2)) return literal(this.value(type), type)
    const wrong = this.draws.once(15)
    if (wrong)
      return `$${this.variable(String(type), this.draws.of([undefined, null, 17, {}, ['x'], 'nothing of the kind']))}`
    const missing = !isNonNullType(type) && this.draws.once(6)
    const byDefault = this.draws.once(6) ? ` = ${literal(this.value(type), type)}` : ''
    return `$${this.variable(String(type), missing ? undefined : this.value(type), byDefault)}`
  }

  /** A value that fits, as variables carry it. */
  private value(type: GraphQLInputType, depth = 3): unknown {
    if (isNonNullType(type)) return this.value(type.ofType, depth)
    if (isListType(type)) {
      return Array.from({ length: this.draws.number(3) }, () => this.value(type.ofType, depth))
    }
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter(
        (field) => isRequiredInputField(field) || (depth > 0 && this.draws.once(2)),
      )
      return Object.fromEntries(fields.map((field) => [field.name, this.value(field.type, depth - 1)]))
    }
    if (isEnumType(type)) return this.draws.of(type.getValues()).name
    if (type.name === 'Int' || type.name === 'SafeInt') return this.draws.of([0, 1, 20, -3])
    if (type.name === 'Boolean') return this.draws.once(2)
    return this.draws.of(texts[type.name] ?? ['x'])
  }
}

/** The value as a literal of the type. */
function literal(value: unknown, type: GraphQLInputType): string {
  if (isNonNullType(type)) return literal(value, type.ofType)
  if (Array.isArray(value) && isListType(type)) return `[${value.map((one) => literal(one, type.ofType)).join(', ')}]`
  if (isInputObjectType(type)) {
    const fields = type.getFields()
    const given = Object.entries(value as object).map(([name, one]) => `${name}: ${literal(one, fields[name]!.type)}`)
    return `{ ${given.join(', ')} }`
  }
  return isEnumType(type) ? String(value) : JSON.stringify(value)
}

/** Operations of that schema. */
export function generatedOperations(schema: GraphQLSchema): fc.Arbitrary<GeneratedOperation> {
  return fc.array(fc.nat(0xffff), { minLength: 40, maxLength: 120 }).map((numbers) => {
    const writer = new Writer(schema, drawsFrom(numbers))
    return { text: writer.operation(), variables: writer.variables }
  })
}
