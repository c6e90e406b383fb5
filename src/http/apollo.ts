/** Configures Apollo Server for protocol and validation, with execution by our executor. */

import { randomUUID } from 'node:crypto'
import { ApolloServer, type ApolloServerOptions } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled'
import type { GraphQLSchema } from 'graphql'
import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import type { Executor } from '../graph/execution/executor.ts'
import { formatterOf, withStatus } from '../graph/execution/mask-errors.ts'
import type { Documents } from '../graph/limits/documents.ts'
import type { ApolloContext } from './graphql.ts'

export interface ApolloOptions {
  schema: GraphQLSchema
  executor: Executor
  log: Logger
  introspection: boolean
  /** Where validated documents are kept, and how many of them Apollo finds again by its own key. */
  documents: Documents
  documentCount: number
}

/** A bounded map from Apollo's key to the text of a validated document, which is kept once for everybody. */
function documentStore(documents: Documents, max: number): ApolloServerOptions<ApolloContext>['documentStore'] {
  const texts = new LRUCache<string, string>({ max })
  return {
    get: async (key) => documents.valid(texts.get(key) ?? '') ?? undefined,
    set: async (key, document) => {
      const text = document.loc?.source.body
      if (text === undefined) return
      texts.set(key, text)
      documents.keepValid(text, document)
    },
    delete: async (key) => texts.delete(key),
  }
}

/** A started Apollo Server. */
export async function startApollo(options: ApolloOptions): Promise<ApolloServer<ApolloContext>> {
  const { schema, executor, log } = options
  const apollo = new ApolloServer<ApolloContext>({
    // The way by which Apollo lets another executor in: no federation gateway is involved.
    gateway: {
      onSchemaLoadOrUpdate(tell) {
        tell({ apiSchema: schema, coreSupergraphSdl: '' })
        return () => {}
      },
      load: async () => ({
        executor: async ({ document, operationName, request, context }) => {
          const { variables } = request
          const name = operationName ?? request.operationName
          const { request: graphRequest, transport } = context
          const asked = { document, operationName: name, variables, request: graphRequest, transport }
          return withStatus(await executor.run(asked))
        },
      }),
      stop: async () => {},
    },
    // With a hook for fields, Apollo would wrap every one of them.
    plugins: [ApolloServerPluginCacheControlDisabled(), ApolloServerPluginLandingPageDisabled()],
    logger: log,
    introspection: options.introspection,
    hideSchemaDetailsFromClientErrors: !options.introspection,
    includeStacktraceInErrorResponses: false,
    // Refused before it comes here, on every transport.
    csrfPrevention: false,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    documentStore: documentStore(options.documents, options.documentCount),
    validationOptions: { maxErrors: 20 },
    parseOptions: { maxTokens: options.documents.limits.tokens },
    formatError: formatterOf(log, randomUUID),
    stopOnTerminationSignals: false,
  })
  await apollo.start()
  return apollo
}
