/** Tests that the alert rules hold, name metrics that exist and say what to do. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from '@jest/globals'
import { CaseKind } from '../../src/cases/case-kind.ts'
import { needing } from '../support/world/needing.ts'

const file = 'src/observability/alerts.yml'
const promtool = '/usr/bin/promtool'
const rules = readFileSync(file, 'utf8').split('- alert: ').slice(1)

needing('promtool (Debian: prometheus)', existsSync(promtool)).it('are taken by Prometheus', async () => {
  expect(execFileSync(promtool, ['check', 'rules', file], { encoding: 'utf8' })).toContain(
    `${rules.length} rules found`,
  )
})

it.each(rules.map((rule) => [rule.split('\n')[0], rule]))('%s names what the table of metrics lists', (_name, rule) => {
  const table = readFileSync('src/observability/README.md', 'utf8')
  const named = rule?.match(/\bgateway_\w+/g) ?? []
  expect(named.length).toBeGreaterThan(0)
  expect(named.filter((name) => !table.includes(`\`${name}\``))).toEqual([])
  const kinds = /kind=~?"([^"]+)"/.exec(rule ?? '')?.[1]?.split('|') ?? []
  expect(kinds.filter((kind) => !(kind in CaseKind))).toEqual([])
})

it.each(rules.map((rule) => [rule.split('\n')[0], rule]))('%s says what happened and what to do', (_name, rule) => {
  expect(rule).toMatch(/severity: (page|ticket)\n/)
  expect(rule).toMatch(/summary: .+\.["]?\n/)
  expect(rule).toMatch(/description: .{40,}\.\s/)
})
