/** Tests Apollo Server's gateway, by which it lets another executor in. */
import { ApolloServer } from '@apollo/server'
import { expect, it } from '@jest/globals'
import { buildSchema } from 'graphql'

it('Apollo Server takes its schema from a gateway, has it execute, passes its answer on, and stops it', async () => {
  const asked: object[] = []
  const schema = buildSchema('type Query { hello(name: String): String }')
  let stopped = 0
  const apollo = new ApolloServer<{ caller: string }>({
    gateway: {
      onSchemaLoadOrUpdate(tell) {
        tell({ apiSchema: schema, coreSupergraphSdl: '' })
        return () => {}
      },
      load: async () => ({
        executor: async ({ document, operationName, request, context }) => {
          asked.push({ kind: document.kind, operationName, variables: request.variables, context })
          return { data: { hello: 'from elsewhere' }, extensions: { cost: 1 } }
        },
      }),
      stop: async () => {
        stopped += 1
      },
    },
    stopOnTerminationSignals: false,
  })
  await apollo.start()
  const { body } = await apollo.executeOperation(
    { query: 'query Greeting($name: String) { hello(name: $name) }', variables: { name: 'Ada' } },
    { contextValue: { caller: 'ada' } },
  )
  expect(asked).toEqual([
    { kind: 'Document', operationName: 'Greeting', variables: { name: 'Ada' }, context: { caller: 'ada' } },
  ])
  expect(body).toMatchObject({
    kind: 'single',
    singleResult: { data: { hello: 'from elsewhere' }, extensions: { cost: 1 } },
  })
  const refused = await apollo.executeOperation({ query: '{ nothing }' }, { contextValue: { caller: 'ada' } })
  expect(refused.body).toMatchObject({
    singleResult: { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
  })
  expect(asked).toHaveLength(1)
  await apollo.stop()
  expect(stopped).toBe(1)
})
