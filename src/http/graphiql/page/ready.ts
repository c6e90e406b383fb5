/** Marks the page as ready once its editors are loaded. */
import { useGraphiQL } from '@graphiql/react'
import { useEffect } from 'react'

export function MarkWhenReady({ place }: { place: HTMLElement }) {
  const ready = useGraphiQL(({ queryEditor, variableEditor, headerEditor, responseEditor }) =>
    [queryEditor, variableEditor, headerEditor, responseEditor].every(Boolean),
  )
  useEffect(() => {
    if (ready) place.dataset.ready = 'yes'
  }, [place, ready])
  return null
}
