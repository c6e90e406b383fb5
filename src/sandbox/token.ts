/** Prints a bearer token for the persona named on the command line. */

/** Asks the identity sandbox. Throws with one sentence that says what to do. */
async function fetchToken(issuer: string, persona: string | undefined): Promise<string> {
  if (persona === undefined) throw new Error('Say for whom: npm run -s token -- <persona>, e.g. ada or learner:zoe.')
  const answer = await fetch(`${issuer.replace(/\/+$/, '')}/_sandbox/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ persona }),
    signal: AbortSignal.timeout(10_000),
  }).catch(() => {
    throw new Error(`The identity sandbox does not answer at ${issuer}; start the local world with npm start.`)
  })
  const body = (await answer.json().catch(() => ({}))) as { access_token?: string; error?: string }
  if (body.access_token !== undefined) return body.access_token
  throw new Error(body.error ?? `${issuer} is not the identity sandbox: it answered ${answer.status}.`)
}

try {
  console.log(
    await fetchToken(
      process.env.OIDC_ISSUER || `http://127.0.0.1:${process.env.IDENTITY_PORT || 4040}`,
      process.argv[2],
    ),
  )
} catch (problem) {
  console.error(problem instanceof Error ? problem.message : problem)
  process.exitCode = 1
}
