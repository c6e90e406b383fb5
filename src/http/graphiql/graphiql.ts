/** Serves GraphiQL's page and assets to browsers under a strict Content-Security-Policy. */
import { createReadStream, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

export interface GraphiqlOptions {
  /** Undefined: on, but in production off. */
  wanted: 'on' | 'off' | undefined
  production: boolean
  /** Whose tokens are taken. One on this machine is the sandbox, whose personas the page then offers. */
  issuer: string
  /** Where `npm run build:graphiql` left the assets. */
  folder: string
}

export interface Graphiql {
  /** Answers a browser with the page. */
  page(request: FastifyRequest, reply: FastifyReply): FastifyReply
  /** Adds the route of the page's assets, and one that leads to the page. */
  addAssets(fastify: FastifyInstance): void
}

interface Assets {
  version: string
  names: ReadonlySet<string>
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.ttf': 'font/ttf',
}

/** Null when it has not been built. */
function findAssets(folder: string): Assets | null {
  try {
    const version = readFileSync(join(folder, 'version'), 'utf8')
    return { version, names: new Set(readdirSync(folder).filter((name) => extname(name) in mediaTypes)) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** The editor draws with style attributes, so styles may be inline; scripts, workers and connections are ours alone. */
function policy(sandboxIssuer: string | null): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self' data:",
    "img-src 'self' data:",
    `connect-src 'self'${sandboxIssuer ? ` ${sandboxIssuer}` : ''}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')

/** Addresses are relative, so that the page also works behind a proxy that adds a path. */
function pageText(version: string, sandboxIssuer: string | null): string {
  const issuer = sandboxIssuer ? ` data-sandbox-issuer="${escaped(sandboxIssuer)}"` : ''
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>GraphiQL: microcredential gateway</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="graphiql/${version}/style.css">
  </head>
  <body>
    <div id="graphiql"${issuer}>Loading…</div>
    <script type="module" src="graphiql/${version}/start.js"></script>
  </body>
</html>
`
}

const localAddress = /^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?$/

/** Null where it is off. Reads what was built; without it browsers are told how to build it. */
export function openGraphiql({ wanted, production, issuer, folder }: GraphiqlOptions): Graphiql | null {
  if ((wanted ?? (production ? 'off' : 'on')) === 'off') return null
  const sandboxIssuer = !production && localAddress.test(issuer) ? issuer : null
  const assets = findAssets(folder)
  const text = assets && pageText(assets.version, sandboxIssuer)
  const contentSecurityPolicy = policy(sandboxIssuer)
  return {
    page(_request, reply) {
      reply.header('cache-control', 'no-store').header('vary', 'accept')
      if (text === null) {
        const help = 'GraphiQL is not built: run "npm run build:graphiql" and start the gateway again.\n'
        return reply.code(503).type('text/plain; charset=utf-8').send(help)
      }
      return reply.header('content-security-policy', contentSecurityPolicy).type('text/html; charset=utf-8').send(text)
    },
    addAssets(fastify) {
      // Who types the address alone is looking for it.
      fastify.get('/', (_request, reply) => reply.redirect('graphql'))
      fastify.get<{ Params: { version: string; name: string } }>('/graphiql/:version/:name', ({ params }, reply) => {
        if (assets?.version !== params.version || !assets.names.has(params.name)) return reply.callNotFound()
        return reply
          .header('cache-control', 'public, max-age=31536000, immutable')
          .type(mediaTypes[extname(params.name)] as string)
          .send(createReadStream(join(folder, params.name)))
      })
    },
  }
}
