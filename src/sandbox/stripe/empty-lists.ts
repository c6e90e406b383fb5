/** Lists what this sandbox has none of: early fraud warnings. */

import { z } from 'zod'
import { listPage } from './lists.ts'
import { checked, paging } from './parameters.ts'
import type { Route } from './route.ts'

const anyList = z.strictObject({ ...paging })
const lists = {
  'early_fraud_warnings.list': '/v1/radar/early_fraud_warnings',
}

export function emptyListRoutes(): Route[] {
  return Object.entries(lists).map(([operation, path]) => ({
    method: 'GET',
    path,
    operation,
    handle: ({ params }) => listPage([], checked(anyList, params), path),
  }))
}
