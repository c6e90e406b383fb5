/** Reads what `npm audit --json` answers, and judges the advisories that are not accepted. */
import { z } from 'zod'

/** An advisory without a mended version: accepted for a reason, until a last day. */
export interface Accepted {
  /** Its address, as npm shows it. */
  url: string
  why: string
  /** The last day on which it is accepted, YYYY-MM-DD. */
  until: string
}

const accepted: readonly Accepted[] = []

const advisory = z.object({ url: z.string(), title: z.string(), severity: z.string() })
const report = z.object({
  vulnerabilities: z.record(z.string(), z.object({ via: z.array(z.union([z.string(), advisory])) })),
})
const failure = z.object({ statusCode: z.number().optional(), message: z.string() })

export type Audit = { problems: string[] } | { unanswered: string }

/** One sentence for each advisory that nobody accepted, or whose last day is past; or why the registry did not say. */
export function judgeAudit(json: string, today: string, exceptions: readonly Accepted[] = accepted): Audit {
  let answer: unknown
  try {
    answer = JSON.parse(json)
  } catch {
    return { unanswered: 'npm audit answered no JSON' }
  }
  const read = report.safeParse(answer)
  if (!read.success) {
    const failed = failure.safeParse(answer)
    return { unanswered: failed.success ? failed.data.message : 'npm audit answered something else' }
  }
  const problems = Object.entries(read.data.vulnerabilities).flatMap(([name, { via }]) =>
    via.flatMap((cause) => {
      if (typeof cause === 'string') return []
      const exception = exceptions.find(({ url }) => url === cause.url)
      if (exception && exception.until >= today) return []
      const late = exception ? ` (accepted until ${exception.until}, which is past)` : ''
      return [`${name}: ${cause.severity}, ${cause.title}, ${cause.url}${late}`]
    }),
  )
  return { problems }
}
