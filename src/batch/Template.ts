/**
 * Filling a task's template with a row of data.
 *
 * @since 0.1.0
 */
import * as Batch from "../Batch.js"
import type { Inputs } from "../TaskRuns.js"
import { inert } from "./pages/escapes.js"
import { readPage } from "./pages/html.js"
import * as PageChecks from "./pages/pageChecks.js"
import { type Escape, fromTemplate, type Placeholder, type Reader, valueOf } from "./pages/templateText.js"

/**
 * A placeholder: where it stands, and what makes a value fit for that place. `inputs` is the whole row, for where the one
 * value does not tell.
 *
 * @since 0.1.0
 * @category models
 */
export interface Slot {
  readonly name: string
  readonly start: number
  readonly end: number
  readonly escape: (value: string, inputs: Inputs) => string
}

/**
 * A template read once, for any number of rows.
 *
 * @since 0.1.0
 * @category models
 */
export interface Template {
  readonly source: string
  /** In order. */
  readonly slots: ReadonlyArray<Slot>
}

/**
 * Which columns are filled in as markup.
 *
 * @since 0.1.0
 * @category models
 */
export interface CompileOptions {
  /** The columns whose values are markup where the page has text, instead of showing as they are written. */
  readonly markup?: ReadonlyArray<string> | undefined
}

interface Read {
  readonly placeholders: ReadonlyArray<Placeholder>
  readonly escapes: ReadonlyMap<number, Escape>
  readonly substitutions: ReadonlySet<number>
  readonly identifiers: ReadonlySet<string>
  /** Names of columns that stand where markup would be shown. */
  readonly shown: ReadonlySet<string>
}

const read = (source: string, markup: ReadonlyArray<string>): Read => {
  const escapes = new Map<number, Escape>()
  const substitutions = new Set<number>()
  const identifiers = new Set<string>()
  const shown = new Set<string>()
  const template = fromTemplate(source)
  const reader: Reader = {
    place: ({ nth }, escape) => escapes.set(nth, escape),
    shown: ({ name }) => shown.add(name),
    substitution: ({ nth }) => substitutions.add(nth),
    identifier: (name) => identifiers.add(name)
  }
  if (template.placeholders.length > 0) readPage(template, reader, new Set(markup))
  return { placeholders: template.placeholders, escapes, substitutions, identifiers, shown }
}

/**
 * Reads a template. Each `${column}` is replaced by the row's value, made fit for where it stands, so that data is never
 * markup, never script, and never another attribute:
 *
 * - between tags and in attributes it is the text it is; of a column of `markup` the text that it says, in attributes;
 * - in an attribute that holds an address and begins with the placeholder, or in a `<meta>` that leads to one,
 *   `javascript:`, `vbscript:` and `data:` (other
 *   than pictures, sounds and films) get `unsafe:` before them, which no browser opens;
 * - in a string of a script, also of one in an attribute such as `onclick`, it is what the string says. In the code
 *   itself JSON goes in as it is, and all else as a string;
 * - in a style sheet it is a word, a colour, a length or what a string says, and ends nothing;
 * - of a tag's name it can be a number (`<h${level}>`), as an attribute one without a value (`<input ${checked}>`).
 *
 * @example
 * import * as Template from "effect-crowd/batch/Template"
 *
 * const template = Template.compile("<p>${text}</p>")
 *
 * Template.fill(template, { text: "a < b" }) // <p>a &lt; b</p>
 *
 * @since 0.1.0
 * @category constructors
 */
export const compile = (source: string, options: CompileOptions = {}): Template => {
  const { escapes, placeholders: found } = read(source, options.markup ?? [])
  const slots = found.map(({ end, name, nth, start }) => ({ name, start, end, escape: escapes.get(nth) ?? inert }))
  return { source, slots }
}

/**
 * The template with each `${column}` replaced; one that names no column stays. Values are not searched for placeholders
 * again.
 *
 * @since 0.1.0
 * @category conversions
 */
export const fill = ({ slots, source }: Template, inputs: Inputs): string => {
  let text = ""
  let read = 0
  for (const { end, escape, name, start } of slots) {
    const value = valueOf(inputs, name)
    text += source.slice(read, start) + (value === undefined ? source.slice(start, end) : escape(value, inputs))
    read = end
  }
  return text + source.slice(read)
}

/**
 * A part of the template, which is filled as it would be within the whole. No placeholder may be cut in two.
 *
 * @since 0.1.0
 * @category conversions
 */
export const slice = ({ slots, source }: Template, from: number, to: number): Template => ({
  source: source.slice(from, to),
  slots: slots
    .filter(({ end, start }) => start >= from && end <= to)
    .map((slot) => ({ ...slot, start: slot.start - from, end: slot.end - from }))
})

/**
 * The columns that stand where a page shows text: those for which `markup` makes a difference.
 *
 * @since 0.1.0
 * @category conversions
 */
export const shownColumns = (source: string): ReadonlySet<string> => read(source, []).shown

/** `${i}` where the scripts of the page know an `i`, and whatever is no name at all. */
const isCode = (name: string, identifiers: ReadonlySet<string>): boolean =>
  /[^\p{L}\p{N}_$ ]/u.test(name) || name.split(/ +/).some((word) => identifiers.has(word))

/**
 * The placeholders that have to name a column: all, but for what a script's own template literals put in themselves, as
 * in `Row ${i + 1}`.
 *
 * @since 0.1.0
 * @category conversions
 */
export const placeholders = (source: string): ReadonlyArray<Batch.Placeholder> => {
  const { identifiers, substitutions } = read(source, [])
  return Batch.placeholders(source).filter(({ name }, nth) => !(substitutions.has(nth) && isCode(name, identifiers)))
}

/**
 * Reads a template as the page it is, for `Batch.fromRows`: what collects nothing, what is another tool's, which files are
 * lost, and by what the page is submitted.
 *
 * @example
 * import { Batch, TaskRuns } from "effect-crowd"
 * import * as Template from "effect-crowd/batch/Template"
 *
 * export const batchOf = (task: TaskRuns.Task, rows: Iterable<TaskRuns.Inputs>) =>
 *   Batch.fromRows({ name: "greetings", task, template: `<input name="language">`, page: Template.page, rows })
 *
 * @since 0.1.0
 * @category constructors
 */
export const page: Batch.PageReader = { placeholders, shownColumns, check: PageChecks.check }
