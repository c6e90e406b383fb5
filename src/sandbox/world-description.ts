/** Words what `npm start` prints when ready: addresses, people and a first query. */
import { join } from 'node:path'
import { type LocalSettings, sandboxParts } from './local-settings.ts'

/** Several lines of text; `databaseUrl` is the embedded server's, undefined when the reader brought another. */
export function describeWorld(settings: LocalSettings, databaseUrl: string | undefined): string {
  const { gateway, localFolder, sandboxes } = settings
  const addresses = [
    ['GraphQL', `${gateway.publicUrl}/graphql (a browser shows GraphiQL there)`],
    ['health', `${gateway.operationsUrl}/health/ready`],
    ['metrics', `${gateway.operationsUrl}/metrics`],
    ...sandboxParts.flatMap(({ name, title, replacedBy }) => {
      const port = sandboxes[name]
      return [[title.replace(/^the /, ''), port ? `http://127.0.0.1:${port}` : `yours, because ${replacedBy} is set`]]
    }),
    ['PostgreSQL', databaseUrl ?? 'yours, because DATABASE_URL is set'],
    ['logs', join(localFolder, '*.log')],
  ]
  const query = '{"query":"{ courses(first: 3) { nodes { title credit { amount scheme } } } }"}'
  const token = sandboxes.identity ? ` -H "authorization: Bearer $(npm run -s token -- ada)"` : ''
  return [
    '',
    ...addresses.map(([name, address]) => `  ${name?.padEnd(18)}${address}`),
    '',
    token ? 'A first query, asked by the learner ada:' : 'A first query, asked by nobody in particular:',
    '',
    `  curl -s ${gateway.publicUrl}/graphql -H 'content-type: application/json'${token} \\`,
    `    -d '${query}'`,
    '',
    `Ctrl-C stops everything. Without ${localFolder} the next start begins afresh.`,
  ].join('\n')
}
