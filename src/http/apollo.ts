/** Apollo Server as it is used here: protocol and validation are its own, execution is ours. */

import { randomUUID } from 'node:crypto'
import { ApolloServer, type ApolloServerOptions } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled'
import type { DocumentNode, GraphQLSchema } from 'graphql'
import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import type { Executor } from '../graph/executor.ts'
import { formatterOf, wholeRequestError } from '../graph/mask-errors.ts'
import type { ApolloContext } from './graphql.ts'

export interface ApolloOptions {
  schema: GraphQLSchema
  executor: Executor
  log: Logger
  introspection: boolean
  /** Validated documents kept in memory. */
  documentCount: number
  /** Tokens that a document may have; the parser stops there. */
  maxTokens: number
}

/** A bounded map of validated documents; Apollo's own serialises sizes at every write. */
function documentStore(max: number): ApolloServerOptions<ApolloContext>['documentStore'] {
  const documents = new LRUCache<string, DocumentNode>({ max })
  return {
    get: async (key) => documents.get(key),
    set: async (key, document) => void documents.set(key, document),
    delete: async (key) => documents.delete(key),
  }
}

/** A started Apollo Server. */
export async function startApollo(options: ApolloOptions): Promise<ApolloServer<ApolloContext>> {
  const { schema, executor, log } = options
  const apollo = new ApolloServer<ApolloContext>({
    // the way by which Apollo lets another executor in: no federation gateway is involved
    gateway: {
      onSchemaLoadOrUpdate(tell) {
        tell({ apiSchema: schema, coreSupergraphSdl: '' })
        return () => {}
      },
      load: async () => ({
        executor: async ({ document, operationName, request, context }) => {
          const { variables } = request
          const name = operationName ?? request.operationName
          const result = await executor.run({ document, operationName: name, variables, request: context.request })
          return result.data === undefined ? { ...result, errors: result.errors?.map(wholeRequestError) } : result
        },
      }),
      stop: async () => {},
    },
    // with a hook for fields, Apollo would wrap every one of them
    plugins: [ApolloServerPluginCacheControlDisabled(), ApolloServerPluginLandingPageDisabled()],
    logger: log,
    introspection: options.introspection,
    hideSchemaDetailsFromClientErrors: !options.introspection,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    documentStore: documentStore(options.documentCount),
    validationOptions: { maxErrors: 20 },
    parseOptions: { maxTokens: options.maxTokens },
    formatError: formatterOf(log, randomUUID),
    stopOnTerminationSignals: false,
  })
  await apollo.start()
  return apollo
}
