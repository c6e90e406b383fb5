/** Runs one reconciliation from the command line, applied or only reported. */
import 'reflect-metadata'
import { parseArgs } from 'node:util'
import { destination } from 'pino'
import { type App, openApp } from '../app.ts'
import { readConfig } from '../config.ts'
import { requireDatabaseUser } from '../database-user.ts'
import { openLog } from '../observability/log.ts'
import { reconcile } from '../payments/reconciliation/reconcile.ts'
import { Correction } from '../payments/reconciliation/reconciliation.ts'
import { reasonOfFailure } from '../start-failure.ts'

const usage = `Say what to do about what is found:
  npm run reconcile -- --dry-run   report it, and change nothing
  npm run reconcile -- --apply     put it right`

/** What the arguments ask for; null when they do not say it, or say both. */
function readArguments(): { apply: boolean } | null {
  try {
    const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean' }, apply: { type: 'boolean' } } })
    const [apply, dryRun] = [values.apply === true, values['dry-run'] === true]
    return apply === dryRun ? null : { apply }
  } catch {
    return null
  }
}

async function run(app: App, apply: boolean): Promise<void> {
  const context = app.systemContext('reconcile-command')
  const { id, examined } = await reconcile(context, { apply })
  const corrections = await context.em.fork().find(Correction, { reconciliationId: id }, { orderBy: { id: 'asc' } })
  for (const { outcome, subjectKind, subjectId, providerReference, from, to, note } of corrections) {
    const subject = [subjectKind, subjectId, providerReference].filter(Boolean).join(' ')
    console.log(`${outcome.padEnd(12)}${subject}: ${from} -> ${to}. ${note}`)
  }
  const counts = Map.groupBy(corrections, ({ outcome }) => outcome)
  const summary = [...counts].map(([outcome, found]) => `${found.length} ${outcome}`).join(', ')
  console.log(`Examined ${examined}: ${summary || 'nothing to correct'}${apply ? '.' : '; a dry run changes nothing.'}`)
}

async function main(): Promise<void> {
  const asked = readArguments()
  if (asked === null) {
    console.error(usage)
    process.exitCode = 2
    return
  }
  const config = readConfig()
  await requireDatabaseUser(config)
  const app = await openApp(config, { log: openLog('warn', destination(2)) })
  try {
    await run(app, asked.apply)
  } finally {
    await app.close()
  }
}

/** Ends at once, for connections that are tried again would keep the process. What was put right stays; the rest waits. */
function fail(error: unknown): void {
  console.error(reasonOfFailure(error))
  process.exit(1)
}

// Also what nobody awaits: a command that could not do its work does not go on.
process.on('unhandledRejection', fail)
process.on('uncaughtException', fail)
main().catch(fail)
