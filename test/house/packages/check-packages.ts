/** Fails on known advisories and licences outside the list: `npm run check:packages`. */
import { spawnSync } from 'node:child_process'
import { judgeAudit } from './advisories.ts'
import { licenceProblems } from './licences.ts'

const patienceMs = 60_000
/** The product's packages, and those of the clients that it is tried with. */
const folders = ['.', 'test/clients']

const { stdout } = spawnSync('npm', ['audit', '--json'], { encoding: 'utf8', timeout: patienceMs })
const audit = judgeAudit(stdout ?? '', new Date().toISOString().slice(0, 10))
if ('unanswered' in audit)
  console.warn(`Advisories were NOT looked up, the registry does not answer: ${audit.unanswered}.`)
const problems = [...('problems' in audit ? audit.problems : []), ...folders.flatMap(licenceProblems)]
for (const problem of problems) console.error(problem)
if (problems.length) process.exitCode = 1
else console.log('Packages: licences are on the list.')
