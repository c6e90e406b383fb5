/** Reads the local world's parts, ports and folder from a given environment. */
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { WantedPort } from './ports.ts'
import { StartRefusal } from './start-refusal.ts'

/** The sandboxes, in the order of their ports; a real variable in `replacedBy` means that one is not started. */
export const sandboxParts = [
  {
    name: 'partner',
    title: 'the partner sandbox',
    variable: 'PARTNER_PORT',
    port: 4010,
    replacedBy: 'PARTNER_BASE_URL',
  },
  { name: 'stripe', title: 'the Stripe sandbox', variable: 'STRIPE_PORT', port: 4020, replacedBy: 'STRIPE_SECRET_KEY' },
  { name: 'paypal', title: 'the PayPal sandbox', variable: 'PAYPAL_PORT', port: 4030, replacedBy: 'PAYPAL_CLIENT_ID' },
  {
    name: 'identity',
    title: 'the identity provider',
    variable: 'IDENTITY_PORT',
    port: 4040,
    replacedBy: 'OIDC_ISSUER',
  },
  { name: 'mail', title: 'the mail sandbox', variable: 'MAIL_PORT', port: 4060, replacedBy: 'MAIL_URL' },
] as const
export type SandboxName = (typeof sandboxParts)[number]['name']

export type LocalSettings = {
  /** The checkout: the nearest folder above this file with a package.json. */
  root: string
  /** Everything the world keeps: data, sandbox states, keys, logs. */
  localFolder: string
  gateway: {
    host: string
    port: number
    /** What people and their browsers use. */
    publicUrl: string
    /** What programs on this machine use. */
    localUrl: string
    operationsPort: number
    /** Where programs on this machine ask after its health. */
    operationsUrl: string
  }
  /** Undefined when DATABASE_URL names a server of the reader's own. */
  postgresPort: number | undefined
  /** Where the mail sandbox takes mail; undefined when MAIL_URL names another server. */
  smtpPort: number | undefined
  /** The ports of the sandboxes that run; a replaced one is absent. */
  sandboxes: Partial<Record<SandboxName, number>>
  /** Every port the world is going to listen on. */
  ports: WantedPort[]
}

/** Throws a StartRefusal for a port that is none. A variable that is set but empty counts as not set. */
export function readLocalSettings(env: NodeJS.ProcessEnv): LocalSettings {
  const root = findRoot()
  const ports: WantedPort[] = []
  const want = (variable: string, usual: number, part: string, host = '127.0.0.1') => {
    const port = readPort(env, variable, usual)
    ports.push({ port, host, part, variable })
    return port
  }
  const host = env.HOST || '127.0.0.1'
  const port = want('PORT', 4000, 'the gateway', host)
  const operationsPort = want('OPERATIONS_PORT', 4001, "the gateway's operations", host)
  const local = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}`
  const localUrl = `${local}:${port}`
  const operationsUrl = `${local}:${operationsPort}`
  const sandboxes: Partial<Record<SandboxName, number>> = {}
  for (const { name, title, variable, port: usual, replacedBy } of sandboxParts) {
    if (!env[replacedBy]) sandboxes[name] = want(variable, usual, title)
  }
  return {
    root,
    localFolder: resolve(root, env.LOCAL_DIR || '.local'),
    gateway: { host, port, publicUrl: env.PUBLIC_URL || localUrl, localUrl, operationsPort, operationsUrl },
    postgresPort: env.DATABASE_URL ? undefined : want('POSTGRES_PORT', 4050, 'PostgreSQL'),
    smtpPort: env.MAIL_URL ? undefined : want('SMTP_PORT', 4061, 'the mail server'),
    sandboxes,
    ports,
  }
}

function readPort(env: NodeJS.ProcessEnv, variable: string, usual: number): number {
  const text = env[variable] || `${usual}`
  const port = Number(text)
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw new StartRefusal(`${variable} is "${text}", but a port is a whole number from 1 to 65535.`)
  return port
}

/** This file runs both as it is and compiled, from folders of different depth. */
function findRoot(): string {
  let folder = import.meta.dirname
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder)
  return folder
}
