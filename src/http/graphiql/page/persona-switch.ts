/** Shows the local world's persona switch above GraphiQL's tabs. */
import { createElement, useEffect, useState } from 'react'
import { type Caller, fetchPersonas, type Persona } from './caller.ts'

const rememberedAs = 'gateway:persona'
const nobody = ''
/** The sandbox makes further learners of any name on first use; these two are new, with no history. */
const newcomers: Persona[] = ['learner:zoe', 'learner:noor'].map((name) => ({ name, roles: ['learner'] }))

const labelOf = ({ name, roles, institution }: Persona): string =>
  `${name} (${roles.join(', ')}${institution ? `, ${institution}` : ''})`

/** Until the sandbox answers there is nobody to choose. */
export function PersonaSwitch({ issuer, caller }: { issuer: string; caller: Caller }) {
  const [personas, setPersonas] = useState<Persona[]>([])
  const [chosen, setChosen] = useState(() => localStorage.getItem(rememberedAs) ?? nobody)
  useEffect(() => {
    fetchPersonas(issuer).then(
      (known) => setPersonas([...known, ...newcomers]),
      (problem: unknown) => console.warn('No personas:', problem),
    )
  }, [issuer])
  useEffect(() => {
    caller.become(chosen === nobody ? null : chosen)
    localStorage.setItem(rememberedAs, chosen)
  }, [caller, chosen])
  const options = [
    createElement('option', { key: nobody, value: nobody }, 'nobody'),
    ...personas.map((one) => createElement('option', { key: one.name, value: one.name }, labelOf(one))),
  ]
  const select = createElement(
    'select',
    { value: chosen, onChange: (event: { target: { value: string } }) => setChosen(event.target.value) },
    options,
  )
  return createElement('label', { className: 'persona' }, 'Ask as', select)
}
