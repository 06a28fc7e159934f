import type { Fault } from "../CrowdError.js"
import * as columnNotes from "./columnNotes.js"
import * as Faults from "./faults.js"
import { find } from "./placeholders.js"

/**
 * A `${column}` in a template, and the line it is on (from 1).
 *
 * @since 0.1.0
 * @category models
 */
export interface Placeholder {
  readonly name: string
  readonly line: number
}

/**
 * What is known of a page's data, and of what was said of it: the columns that are markup, those that hold form fields
 * where the page shows them, and whether another tool's language is meant to be in the page.
 *
 * @since 0.1.0
 * @category models
 */
export interface PageKnown {
  readonly markup: ReadonlyArray<string>
  readonly withFields: ReadonlyArray<string>
  readonly isForeignMeant: boolean
}

/**
 * What there is to say of a page: faults; what is probably not meant; and what is done that the page does not say.
 *
 * @since 0.1.0
 * @category models
 */
export interface PageReport {
  readonly faults: ReadonlyArray<Fault>
  readonly warnings: ReadonlyArray<Fault>
  readonly notes: ReadonlyArray<Fault>
}

/**
 * What reads a template as the page it is, which takes more than `effect`: `page` of `batch/Template`.
 *
 * @since 0.1.0
 * @category models
 */
export interface PageReader {
  /** The placeholders that have to name a column. */
  readonly placeholders: (template: string) => ReadonlyArray<Placeholder>
  /** The columns that stand where markup would be shown. */
  readonly shownColumns: (template: string) => ReadonlySet<string>
  /** `file` names the template in what is said. */
  readonly check: (template: string, file: string, known: PageKnown) => PageReport
}

/** @internal */
export const nothing: PageReport = { faults: [], warnings: [], notes: [] }

/** What there is to say of a template as a page, and of its data in it: the warnings of the data come first. @internal */
export const pageReport = (
  page: PageReader,
  template: { readonly text: string; readonly file: string },
  data: {
    readonly file: string
    readonly columns: ReadonlyArray<string>
    readonly notes: columnNotes.Notes
    readonly markup: ReadonlyArray<string>
    readonly isMarkupSaid: boolean
    readonly isForeignMeant: boolean
  }
): PageReport => {
  const { file, text } = template
  if (text.trim() === "") return nothing
  const { columns, isForeignMeant, isMarkupSaid, markup, notes } = data
  const shown = page.shownColumns(text)
  const used = new Set(find(text).map(({ name }) => name))
  const useOf = (name: string) => ({ isShown: shown.has(name), isUsed: used.has(name) })
  const ofData = columnNotes
    .warnings(columns, notes, { markup, isMarkupSaid, useOf })
    .map(({ line, message }) => Faults.fault(data.file, message, line))
  const withFields = columns.filter((name, i) => notes[i]?.fields !== undefined && shown.has(name))
  const report = page.check(text, file, { markup, withFields, isForeignMeant })
  return { ...report, warnings: [...ofData, ...report.warnings] }
}
