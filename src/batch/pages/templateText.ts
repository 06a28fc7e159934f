/** Texts with placeholders, into which the values of columns go. */

import type { Inputs } from "../../TaskRuns.js"
import { blank, find } from "../placeholders.js"

export interface Placeholder {
  /** Which placeholder of the template it is, from 0. */
  readonly nth: number
  readonly name: string
  readonly start: number
  readonly end: number
}

/** In place of its placeholders the text has letters of no meaning. */
export interface TemplateText {
  readonly text: string
  readonly placeholders: ReadonlyArray<Placeholder>
}

export const fromTemplate = (template: string): TemplateText => ({
  text: blank(template),
  placeholders: find(template).map((found, nth) => ({ ...found, nth }))
})

const part = (text: string, placeholders: ReadonlyArray<Placeholder>, from: number, to: number): TemplateText => ({
  text: text.slice(from, to),
  placeholders: placeholders.map((placeholder) => ({
    ...placeholder,
    start: placeholder.start - from,
    end: placeholder.end - from
  }))
})

/** Gives one part of the text after the other; each begins where the last one ended, or later. */
export const parts = ({ placeholders, text }: TemplateText): ((from: number, to: number) => TemplateText) => {
  let next = 0
  return (from, to) => {
    while ((placeholders[next]?.start ?? Number.POSITIVE_INFINITY) < from) next++
    const first = next
    while ((placeholders[next]?.end ?? Number.POSITIVE_INFINITY) <= to) next++
    return part(text, placeholders.slice(first, next), from, to)
  }
}

/** What follows after so many characters. */
export const after = (template: TemplateText, from: number): TemplateText => parts(template)(from, template.text.length)

/** Changes what is between the placeholders. */
export const mapFixed = (template: TemplateText, change: (fixed: string) => string): TemplateText => {
  const placeholders: Array<Placeholder> = []
  let text = ""
  let read = 0
  for (const placeholder of template.placeholders) {
    text += change(template.text.slice(read, placeholder.start))
    const start = text.length
    text += template.text.slice(placeholder.start, placeholder.end)
    placeholders.push({ ...placeholder, start, end: text.length })
    read = placeholder.end
  }
  return { text: text + change(template.text.slice(read)), placeholders }
}

export const valueOf = (inputs: Inputs, name: string): string | undefined =>
  Object.hasOwn(inputs, name) ? inputs[name] : undefined

/** What it reads like with these inputs as they are; what is no column is nothing. */
export const filled = ({ placeholders, text }: TemplateText, inputs: Inputs): string => {
  const fixed = placeholders.map(({ end }, i) => text.slice(end, placeholders[i + 1]?.start))
  return (
    text.slice(0, placeholders[0]?.start) +
    placeholders.map(({ name }, i) => (valueOf(inputs, name) ?? "") + fixed[i]).join("")
  )
}

/** Makes a value fit for its place; the other inputs are for those who have to see more than the one. */
export type Escape = (value: string, inputs: Inputs) => string

/** Is told what stands where, by who reads the text around it. */
export interface Reader {
  readonly place: (placeholder: Placeholder, escape: Escape) => void
  /** A placeholder where markup would be shown as such, were it said to be that. */
  readonly shown: (placeholder: Placeholder) => void
  /** A placeholder that may be a template literal's own substitution. */
  readonly substitution: (placeholder: Placeholder) => void
  /** A name that a script uses. */
  readonly identifier: (name: string) => void
}

/** Reads what stands within something else, for which all of it is escaped once more. */
export const within = (reader: Reader, escape: (text: string) => string): Reader => ({
  ...reader,
  place: (placeholder, inner) => reader.place(placeholder, (value, inputs) => escape(inner(value, inputs)))
})
