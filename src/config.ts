/** Reads and checks the environment once; the only use of process.env. */
import { z } from 'zod'

/** Alone, for the migration tool, which needs nothing else. */
export function databaseUrl(env: NodeJS.ProcessEnv = process.env): string {
  return z.url({ protocol: /^postgres(ql)?$/ }).parse(env.DATABASE_URL ?? 'postgresql://127.0.0.1:4050/gateway')
}
