/** Texts with holes, into which the values of columns go. */

import type { Inputs } from "../../TaskRuns.js"
import { blank, find } from "../placeholders.js"

export interface Hole {
  /** Which placeholder of the template it is, from 0. */
  readonly nth: number
  readonly name: string
  readonly start: number
  readonly end: number
}

/** In place of its holes the text has letters of no meaning. */
export interface Holed {
  readonly text: string
  readonly holes: ReadonlyArray<Hole>
}

export const fromTemplate = (template: string): Holed => ({
  text: blank(template),
  holes: find(template).map((found, nth) => ({ ...found, nth }))
})

const part = (text: string, holes: ReadonlyArray<Hole>, from: number, to: number): Holed => ({
  text: text.slice(from, to),
  holes: holes.map((hole) => ({ ...hole, start: hole.start - from, end: hole.end - from }))
})

/** Gives one part of the text after the other; each begins where the last one ended, or later. */
export const parts = ({ holes, text }: Holed): ((from: number, to: number) => Holed) => {
  let next = 0
  return (from, to) => {
    while ((holes[next]?.start ?? Number.POSITIVE_INFINITY) < from) next++
    const first = next
    while ((holes[next]?.end ?? Number.POSITIVE_INFINITY) <= to) next++
    return part(text, holes.slice(first, next), from, to)
  }
}

/** What follows after so many characters. */
export const after = (holed: Holed, from: number): Holed => parts(holed)(from, holed.text.length)

/** Changes what is between the holes. */
export const mapFixed = (holed: Holed, change: (fixed: string) => string): Holed => {
  const holes: Array<Hole> = []
  let text = ""
  let read = 0
  for (const hole of holed.holes) {
    text += change(holed.text.slice(read, hole.start))
    const start = text.length
    text += holed.text.slice(hole.start, hole.end)
    holes.push({ ...hole, start, end: text.length })
    read = hole.end
  }
  return { text: text + change(holed.text.slice(read)), holes }
}

export const valueOf = (inputs: Inputs, name: string): string | undefined =>
  Object.hasOwn(inputs, name) ? inputs[name] : undefined

/** What it reads like with these inputs as they are; what is no column is nothing. */
export const filled = ({ holes, text }: Holed, inputs: Inputs): string => {
  const fixed = holes.map(({ end }, i) => text.slice(end, holes[i + 1]?.start))
  return text.slice(0, holes[0]?.start) + holes.map(({ name }, i) => (valueOf(inputs, name) ?? "") + fixed[i]).join("")
}

/** Makes a value fit for its place; the other inputs are for those who have to see more than the one. */
export type Escape = (value: string, inputs: Inputs) => string

/** Is told what stands where, by who reads the text around it. */
export interface Reader {
  readonly place: (hole: Hole, escape: Escape) => void
  /** A hole where markup would be shown as such, were it said to be that. */
  readonly shown: (hole: Hole) => void
  /** A hole that may be a template literal's own substitution. */
  readonly substitution: (hole: Hole) => void
  /** A name that a script uses. */
  readonly identifier: (name: string) => void
}

/** Reads what stands within something else, for which all of it is escaped once more. */
export const within = (reader: Reader, escape: (text: string) => string): Reader => ({
  ...reader,
  place: (hole, inner) => reader.place(hole, (value, inputs) => escape(inner(value, inputs)))
})
