/** Configures the same generation from a running gateway's address. */
import type { CodegenConfig } from '@graphql-codegen/cli'
import config from './codegen.ts'

const { GRAPH_URL = '', AUTHORIZATION = '' } = process.env
const headers: Record<string, string> = AUTHORIZATION ? { authorization: AUTHORIZATION } : {}

const byAddress: CodegenConfig = { ...config, schema: [{ [GRAPH_URL]: { headers } }] }

export default byAddress
