/** Fetches answers of a bounded size, leaving off once one is larger. */

/** As `fetch`, answering once the body is there. Rejects with `tooLarge` beyond so many bytes, counted after unzipping. */
export function fetchWithin(mostBytes: number, tooLarge: () => Error): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init)
    if (response.body === null) return response
    const chunks: Uint8Array[] = []
    let bytes = 0
    // Leaving the loop lets go of the connection: nothing more of it is read or unzipped.
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      bytes += chunk.byteLength
      if (bytes > mostBytes) throw tooLarge()
      chunks.push(chunk)
    }
    const { status, statusText, headers } = response
    return new Response(Buffer.concat(chunks, bytes), { status, statusText, headers })
  }
}
