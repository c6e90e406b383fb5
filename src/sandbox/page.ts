/** Renders the accessible HTML frame of every sandbox page. */

/** Markup that is already safe: made by `html`, sent as it is. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Part = string | number | Markup | readonly Markup[] | undefined

/** Writes HTML: every value is escaped unless `html` made it; undefined writes nothing. */
export function html(literals: TemplateStringsArray, ...parts: Part[]): Markup {
  return new Markup(literals.reduce((text, literal, index) => text + partText(parts[index - 1]) + literal))
}

function partText(part: Part): string {
  if (part === undefined) return ''
  if (part instanceof Markup) return part.text
  if (typeof part === 'object') return part.map((one) => one.text).join('')
  return String(part).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

const pageStyle = `
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
  body { margin: 0 auto; max-width: 30rem; padding: 2rem 1rem }
  h1 { font-size: 1.4rem } p.amount { font-size: 2rem; margin: 0 }
  label, input { display: block; width: 100%; box-sizing: border-box } label { margin-top: 1rem }
  input, button { font: inherit; padding: .6rem; border: 1px solid; border-radius: .4rem }
  button { margin: 1.5rem .5rem 0 0; cursor: pointer } :focus-visible { outline: 3px solid #4063d8 }
  body:has(main.wide) { max-width: 48rem }
  h2 { font-size: 1.2rem; margin-top: 2rem } h3 { font-size: 1rem; margin: 1.5rem 0 0; overflow-wrap: anywhere }
  dt { overflow-wrap: anywhere } dd { margin: 0 0 .75rem } section p { margin: .25rem 0 }
  pre.text { white-space: pre-wrap; overflow-wrap: anywhere }
  pre { overflow-x: auto; padding: .6rem; border: 1px solid #8886; border-radius: .4rem; margin: .5rem 0 }
  [role=alert] { border-left: .3rem solid #c0392b; padding: .5rem 1rem } small { opacity: .75 }`

/**
 * A whole page: `lang`, one `h1`, readable at any width, no script.
 * `problem` is told first, as an alert, so that a screen reader says it; `wide` has room for lines of code.
 */
export function page(content: { title: string; body: Markup; problem?: string; wide?: boolean }): string {
  const alert = content.problem === undefined ? undefined : html`<p role="alert">${content.problem}</p>`
  return html`<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${content.title}</title>
<style>${new Markup(pageStyle)}</style>
</head>
<body>
<main class="${content.wide ? 'wide' : undefined}">
<h1>${content.title}</h1>
${alert}
${content.body}
</main>
<footer><p><small>A sandbox of the local world: no real money moves here.</small></p></footer>
</body>
</html>
`.text
}
