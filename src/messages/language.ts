/** Chooses the language that a learner is written to in. */
export const Language = { ENGLISH: 'en', WELSH: 'cy' } as const
export type Language = (typeof Language)[keyof typeof Language]

/** Longer headers are no browser's. */
const MOST_CHARACTERS = 500

/** Of an Accept-Language header (RFC 9110, section 12.5.4): the one that is liked best; English when it names neither. */
export function languageOf(acceptLanguage: string | null): Language {
  const ranges = (acceptLanguage ?? '').slice(0, MOST_CHARACTERS).split(',').map(rangeOf)
  const qualityOf = (language: string) =>
    Math.max(0, ...ranges.filter(({ name }) => name === language).map(({ quality }) => quality))
  return qualityOf(Language.WELSH) > qualityOf(Language.ENGLISH) ? Language.WELSH : Language.ENGLISH
}

function rangeOf(range: string): { name: string; quality: number } {
  const [tag = '', ...parameters] = range
    .trim()
    .toLowerCase()
    .split(/\s*;\s*/)
  const given = parameters.find((one) => one.startsWith('q='))
  const quality = given === undefined ? 1 : Number(given.slice(2))
  return { name: tag.split('-')[0] ?? '', quality: quality >= 0 && quality <= 1 ? quality : 0 }
}
