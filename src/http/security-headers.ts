/** Sets helmet's security headers, computed once for every answer. */

import { IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import helmet from 'helmet'

/**
 * Headers for answers that are data. Pages for browsers replace Content-Security-Policy by their own.
 * `https` adds Strict-Transport-Security.
 */
export function securityHeaders(https: boolean): OutgoingHttpHeaders {
  const secure = helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    crossOriginResourcePolicy: { policy: 'cross-origin' },
    strictTransportSecurity: https ? { maxAge: 31_536_000, includeSubDomains: true } : false,
    // About documents with scripts and windows, or for browsers of long ago: data needs none of them.
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  })
  const answer = new ServerResponse(new IncomingMessage(new Socket()))
  secure(answer.req, answer, (error) => {
    if (error) throw error
  })
  return { ...answer.getHeaders() }
}
