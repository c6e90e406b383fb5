/** Tests which addresses a buyer may be sent back to. */
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { returnUrlProblem } from '../../src/values/return-url.ts'

const origins = ['https://app.example.org', 'http://localhost:*', 'https://*.preview.example.org']

describe('the address that a buyer comes back to', () => {
  it.each([
    'https://app.example.org/enrolments?tab=2#top',
    'https://APP.example.org/',
    'https://app.example.org:443/back',
    'http://localhost/back',
    'http://localhost:5173/back',
    'https://pr-12.preview.example.org/',
  ])('may be %s', (url) => {
    expect(returnUrlProblem(url, origins)).toBeNull()
  })

  it.each([
    ['ftp://app.example.org/', /http:\/\/ or https:\/\//],
    ['javascript:alert(1)', /http:\/\/ or https:\/\//],
    ['/enrolments', /http:\/\/ or https:\/\//],
    ['https://evil.example/?https://app.example.org', /https:\/\/evil\.example/],
    ['https://app.example.org.evil.example/', /evil/],
    ['https://app.example.org@evil.example/', /user name/],
    ['https://me:secret@app.example.org/', /user name/],
    ['http://app.example.org/', /http:\/\/app/],
    ['https://app.example.org:8443/', /8443/],
    ['https://a.b.preview.example.org/', /a\.b/],
    ['https://preview.example.org/', /preview/],
    ['https://localhost:5173/', /localhost/],
    ['https://appXexample.org/', /appxexample/],
  ])('may not be %s, and the refusal says so', (url, message) => {
    expect(returnUrlProblem(url, origins)).toMatch(message)
  })

  it('is nowhere when no origin is allowed', () => {
    fc.assert(fc.property(fc.webUrl(), (url) => expect(returnUrlProblem(url, [])).not.toBeNull()))
  })

  it('is any page of an allowed origin', () => {
    fc.assert(
      fc.property(fc.webPath(), fc.webQueryParameters(), (path, query) => {
        expect(returnUrlProblem(`https://app.example.org${path}?${query}`, origins)).toBeNull()
      }),
    )
  })
})
