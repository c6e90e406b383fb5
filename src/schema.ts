/** The list of resolvers and of what can be fetched by id; prints schema.graphql. */
import 'reflect-metadata'
import { writeFileSync } from 'node:fs'
import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql'
import { buildSchemaSync, type NonEmptyArray } from 'type-graphql'
import type { Context } from './context.ts'
import { finishSchema } from './graph/finish-schema.ts'
import { type NodeLoader, nodeResolver } from './graph/node.resolver.ts'

/** What `node(id)` opens, by type: each loader answers only what the caller may see. */
const nodes: Record<string, NodeLoader<Context>> = {}

const resolvers: unknown[] = [nodeResolver<Context>(nodes)]

/** Types that are reached only through an interface: concrete user errors and nodes. */
const orphanedTypes: unknown[] = []

/** The executable schema. */
export function buildGraph(): GraphQLSchema {
  return finishSchema(
    buildSchemaSync({
      resolvers: resolvers as NonEmptyArray<() => void>,
      orphanedTypes: orphanedTypes as (() => void)[],
      validate: false,
    }),
  )
}

/** The schema as text, in a stable order. */
export function printGraph(): string {
  return `${printSchema(lexicographicSortSchema(buildGraph()))}\n`
}

if (process.argv[1] === import.meta.filename) writeFileSync('schema.graphql', printGraph())
