/** Starts GraphiQL with the example tabs and, locally, the persona switch. */
import './workers.ts'
import { GraphiQL } from 'graphiql'
import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { Caller } from './caller.ts'
import { exampleOperations } from './example-operations.ts'
import { fetchAs } from './fetch-as.ts'
import { PersonaSwitch } from './persona-switch.ts'
import { MarkWhenReady } from './ready.ts'

const place = document.getElementById('graphiql')
if (place === null) throw new Error('the page has no place for GraphiQL')
const issuer = place.dataset.sandboxIssuer
const caller = issuer === undefined ? null : new Caller(issuer)

/** Where GraphiQL has its own name; the style sheet makes it a row above the tabs. */
const top = createElement(
  GraphiQL.Logo,
  null,
  createElement(MarkWhenReady, { place }),
  issuer !== undefined && caller !== null && createElement(PersonaSwitch, { issuer, caller }),
)

const tabs = exampleOperations({ origin: location.origin, now: new Date(), newKey: () => crypto.randomUUID() }).map(
  ({ query, variables }) => ({ query, variables: JSON.stringify(variables, null, 2) }),
)
// Of the first tab GraphiQL takes the query alone; what a person has written since goes before it.
const firstVisit = localStorage.getItem('graphiql:tabState') === null

createRoot(place).render(
  createElement(
    GraphiQL,
    {
      fetcher: fetchAs(async () => caller?.authorization() ?? null),
      defaultTabs: tabs,
      ...(firstVisit && { initialVariables: tabs[0]?.variables }),
      defaultEditorToolsVisibility: 'variables',
    },
    top,
  ),
)
