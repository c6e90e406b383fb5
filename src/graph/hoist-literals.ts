/** Rewrites an operation so that graphql-jit meets no literal of a client and no declared type: every argument becomes a read variable. */
import {
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  Kind,
  TypeInfo,
  type TypeNode,
  type ValueNode,
  type VariableDefinitionNode,
  valueFromAST,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import type { Operation } from './operation.ts'
import type { Variables } from './variables.ts'

interface Literal {
  name: string
  read(variables: Variables): unknown
}

/** Leaves are read once; lists and objects each time, so that no request shares one with another. */
function literalReader(node: ValueNode, type: GraphQLInputType): (variables: Variables) => unknown {
  if (node.kind === Kind.OBJECT || node.kind === Kind.LIST) return (variables) => valueFromAST(node, type, variables)
  const value = valueFromAST(node, type)
  // a single value stands for a list of one
  return Array.isArray(value) ? () => [...value] : () => value
}

export interface Hoisted {
  /** The one operation and its fragments, without literals in arguments of fields. */
  document: DocumentNode
  /** All that the rewritten operation asks for; null when a literal cannot be read with these variables. */
  valuesFrom(variables: Variables): Variables | null
}

function isBoolean(type: TypeNode): boolean {
  if (type.kind === Kind.NON_NULL_TYPE) return isBoolean(type.type)
  return type.kind === Kind.NAMED_TYPE && type.name.value === 'Boolean'
}

/** A prefix that no variable of the operation begins with. */
function freePrefix(names: readonly string[]): string {
  let prefix = 'literal'
  while (names.some((name) => name.startsWith(prefix))) prefix += '_'
  return prefix
}

/**
 * graphql-jit 0.8 writes literals into the code that it compiles: a string with its own mark for dates would be run as code,
 * a variable inside a literal loses "absent", and a scalar's value has to survive JSON. As read variables they never enter the code.
 * `asRead` is the type of variables that are taken as they are. Null for a document that must not be compiled at all.
 */
export function hoistLiterals(schema: GraphQLSchema, { document, node }: Operation, asRead: string): Hoisted | null {
  const declared = node.variableDefinitions ?? []
  const prefix = freePrefix(declared.map(({ variable }) => variable.name.value))
  const literals: Literal[] = []
  let reservedName = false
  const typeInfo = new TypeInfo(schema)
  const own = document.definitions.filter((part) => part === node || part.kind === Kind.FRAGMENT_DEFINITION)
  const rewritten = visit(
    { kind: Kind.DOCUMENT, definitions: own } satisfies DocumentNode,
    visitWithTypeInfo(typeInfo, {
      // an object of compiled code would take it for its prototype
      Name: ({ value }) => {
        if (value === '__proto__') reservedName = true
      },
      Directive: () => false,
      VariableDefinition: () => false,
      Argument: (argument) => {
        const type = typeInfo.getInputType()
        if (argument.value.kind === Kind.VARIABLE || !type) return false
        const name = `${prefix}${literals.length}`
        literals.push({ name, read: literalReader(argument.value, type) })
        return { ...argument, value: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } } }
      },
    }),
  )
  if (reservedName || declared.some(({ variable }) => variable.name.value === '__proto__')) return null
  return {
    document: withDefinitions(rewritten, declared, literals, asRead),
    valuesFrom(variables) {
      if (literals.length === 0) return variables
      const values: Record<string, unknown> = { ...variables }
      for (const { name, read } of literals) {
        const value = read(variables)
        if (value === undefined) return null
        values[name] = value
      }
      return values
    },
  }
}

/** Booleans keep their type, which graphql-jit asks for in @skip and @include; reading one twice changes nothing. */
function withDefinitions(
  document: DocumentNode,
  declared: readonly VariableDefinitionNode[],
  literals: readonly Literal[],
  asRead: string,
): DocumentNode {
  const type: TypeNode = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: asRead } }
  const variableDefinitions = [
    ...declared.map((definition) =>
      isBoolean(definition.type) ? definition : { ...definition, type, defaultValue: undefined },
    ),
    ...literals.map(({ name }): VariableDefinitionNode => {
      const variable = { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } } as const
      return { kind: Kind.VARIABLE_DEFINITION, variable, type }
    }),
  ]
  return {
    ...document,
    definitions: document.definitions.map((part) =>
      part.kind === Kind.OPERATION_DEFINITION ? { ...part, variableDefinitions } : part,
    ),
  }
}
