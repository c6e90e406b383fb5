/** Names the keys besides ids by which federation routers know things. */
import type { Context } from './context.ts'
import { courseBySlug } from './courses/loaders.ts'
import { globalId } from './graph/contract/global-id.ts'
import type { FurtherKey } from './graph/schema-build/subgraph.ts'
import { institutionBySlug, qualificationBySlug } from './institutions/loaders.ts'

/** By what routers name a thing when they do not know its id. */
export const furtherKeys: Record<string, FurtherKey<Context>> = {
  Course: bySlug('Course', courseBySlug),
  Institution: bySlug('Institution', institutionBySlug),
  Qualification: {
    fields: 'slug institution { slug }',
    idOf(context, { slug, institution }) {
      const institutionSlug = (institution as { slug?: unknown } | null | undefined)?.slug
      if (typeof slug !== 'string' || typeof institutionSlug !== 'string') return undefined
      return qualificationBySlug(context, { institutionSlug, slug }).then(
        (row) => row && globalId('Qualification', row.id),
      )
    },
  },
}

function bySlug(name: string, load: (context: Context, slug: string) => Promise<{ id: string } | null>) {
  const fields = 'slug'
  const idOf: FurtherKey<Context>['idOf'] = (context, { slug }) =>
    typeof slug === 'string' ? load(context, slug).then((row) => row && globalId(name, row.id)) : undefined
  return { fields, idOf }
}
