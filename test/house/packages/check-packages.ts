/** Fails on known advisories and licences outside the list: `npm run check:packages`. */
import { spawnSync } from 'node:child_process'
import { judgeAudit } from './advisories.ts'
import { licenceProblems } from './licences.ts'

const patienceMs = 60_000

const { stdout } = spawnSync('npm', ['audit', '--json'], { encoding: 'utf8', timeout: patienceMs })
const audit = judgeAudit(stdout ?? '', new Date().toISOString().slice(0, 10))
if ('unanswered' in audit)
  console.warn(`Advisories were NOT looked up, the registry does not answer: ${audit.unanswered}.`)
const problems = [...('problems' in audit ? audit.problems : []), ...licenceProblems(process.cwd())]
for (const problem of problems) console.error(problem)
if (problems.length) process.exitCode = 1
else console.log('Packages: licences are on the list.')
