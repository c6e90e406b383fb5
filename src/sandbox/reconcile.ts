/** Runs the gateway's reconcile command against the running local world. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { gatewayEnvironment } from './gateway-environment.ts'
import { type LocalSettings, readLocalSettings } from './local-settings.ts'
import { databaseUser, readPassword } from './postgres-data.ts'
import { StartRefusal } from './start-refusal.ts'

/** The embedded server's address; undefined when DATABASE_URL names another. */
async function databaseUrlOf({ localFolder, postgresPort }: LocalSettings): Promise<string | undefined> {
  if (postgresPort === undefined) return undefined
  const password = await readPassword(join(localFolder, 'postgres')).catch(() => {
    throw new StartRefusal(`There is no local world in ${localFolder}; start it with npm start, or set DATABASE_URL.`)
  })
  return `postgresql://${databaseUser}:${password}@127.0.0.1:${postgresPort}/gateway`
}

async function runCommand(): Promise<number> {
  const settings = readLocalSettings(process.env)
  const env = gatewayEnvironment(process.env, settings, await databaseUrlOf(settings))
  const command = join(import.meta.dirname, '..', 'commands', 'reconcile.js')
  const child = spawn(process.execPath, ['--enable-source-maps', command, ...process.argv.slice(2)], {
    env,
    stdio: 'inherit',
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

try {
  process.exitCode = await runCommand()
} catch (problem) {
  console.error(problem instanceof StartRefusal ? problem.message : problem)
  process.exitCode = 1
}
