/** Sends a typed document to the gateway and returns its typed data. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import { print } from 'graphql'

interface Answer<Data> {
  data: Data | null
  errors?: { message: string; extensions: { code: string } }[]
}

/** Throws when the request as a whole was refused. */
export async function ask<Data, Variables>(
  url: string,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: print(document), variables }),
  })
  const { data, errors } = (await answer.json()) as Answer<Data>
  if (data === null) throw new Error(errors?.map(({ message }) => message).join(' '))
  return data
}
