/** Writes a page to print, without script, as the documents' addresses serve it. */

/** A page with the name under which it is kept. */
export interface Page {
  html: string
  fileName: string
}

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (letter) => escapes[letter] as string)

/** `body` is HTML below the heading, `title` is text. */
export function printPage({ title, language, body }: { title: string; language: string; body: string }): string {
  return `<!doctype html>
<html lang="${escaped(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>${escaped(title)}</title>
<style>
body { font: 1rem/1.5 sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem; color: #111; background: #fff }
table { width: 100%; border-collapse: collapse }
th, td { text-align: right; padding: .4rem; border-bottom: 1px solid #767676; vertical-align: top }
th:first-child, td:first-child { text-align: left }
@media print { body { margin: 0; max-width: none } }
</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${body}
</main>
</body>
</html>
`
}
