/** Fills a message's text in, in one language. */
import { Language } from './language.ts'
import type { MessageKind, MessageParams, MessageText, MessageTexts } from './message-kind.ts'
import { english } from './texts/english.ts'
import { welsh } from './texts/welsh.ts'

const textsOf: Readonly<Record<Language, MessageTexts>> = { [Language.ENGLISH]: english, [Language.WELSH]: welsh }

/** Throws for a place in the text that nothing is given for. A subject is one line, whatever a course is called. */
export function messageText<Kind extends MessageKind>(
  kind: Kind,
  language: Language,
  params: MessageParams[Kind],
): MessageText {
  const given = new Map(Object.entries(params))
  const fill = (text: string) =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = given.get(name)
      if (value === undefined) throw new Error(`A message ${kind} says {${name}}, which nothing is given for.`)
      return value
    })
  const { subject, text } = textsOf[language][kind]
  return { subject: fill(subject).replace(/\s+/g, ' '), text: fill(text) }
}
