/** What there is to say of a template before anybody is shown it. */
import { maxAnswerNames } from "../../Agents.js"
import type { PageKnown as Known, PageReport as Report } from "../../Batch.js"
import type { Fault } from "../../CrowdError.js"
import * as FormFields from "../FormFields.js"
import * as Faults from "../faults.js"
import { blank } from "../placeholders.js"
import * as Submitting from "./submitting.js"
import { type Tag, tagsOf } from "./tags.js"

interface Page {
  readonly source: string
  readonly tags: ReadonlyArray<Tag>
  readonly scripts: Submitting.Scripts
  readonly at: (offset: number, message: string) => Fault
}

/** Counts on from where it was asked before. */
const makeLineOf = (source: string): ((offset: number) => number) => {
  let line = 1
  let counted = 0
  return (offset) => {
    if (offset < counted) [line, counted] = [1, 0]
    line += (source.slice(counted, offset).match(/\r\n|\r|\n/g) ?? []).length
    counted = offset
    return line
  }
}

const hasFields = ({ source, tags }: Page): boolean =>
  FormFields.fromHtml(source).length > 0 ||
  tags.some((tag) => Submitting.isSubmit(tag) && (tag.attributes.get("name") ?? "") !== "")

const isScripted = ({ scripts }: Page): boolean => scripts.areElsewhere || scripts.text.trim() !== ""

const crowdElement = (page: Page): Fault | undefined => {
  const tag = page.tags.find(({ closing, name }) => !closing && name.startsWith("crowd-"))
  return (
    tag &&
    page.at(
      tag.start,
      `<${tag.name}> is one of Amazon's Crowd HTML Elements, of which nothing here collects the answers; write fields of HTML, such as <input name="answer">, or, if a script of the page's own reads them, add "foreign": "meant" to task.json`
    )
  )
}

const foreignLanguage = (page: Page): ReadonlyArray<Fault> => {
  const found = /\{\{|\{%/.exec(page.source)
  return found === null
    ? []
    : [
        page.at(
          found.index,
          `holds ${found[0]}, which is of another tool's language; nothing but \${column} is filled in. If a script of the page's own reads it, add "foreign": "meant" to task.json`
        )
      ]
}

const noField = ({ markup, withFields }: Known): string => {
  const column = withFields.find((name) => !markup.includes(name))
  return column === undefined
    ? 'give what workers fill in a name, such as <input name="answer">'
    : `column "${column}" holds fields: add "markup": [${JSON.stringify(column)}] to task.json`
}

/** Faults and warnings of a page without a field. */
const ofNoField = (page: Page, known: Known): Pick<Report, "faults" | "warnings"> => {
  const none = { faults: [], warnings: [] }
  if (hasFields(page) || known.withFields.some((name) => known.markup.includes(name))) return none
  const foreign = known.isForeignMeant ? undefined : crowdElement(page)
  if (foreign !== undefined) return { ...none, faults: [foreign] }
  const advice = noField(known)
  return isScripted(page)
    ? {
        ...none,
        warnings: [page.at(0, `has no field with a name; unless its scripts make one, nothing is collected: ${advice}`)]
      }
    : { ...none, faults: [page.at(0, `has no field with a name, so nothing would be collected; ${advice}`)] }
}

/** A form of more fields than an answer may have names could never be submitted. */
const tooManyFields = (source: string, file: string): ReadonlyArray<Fault> => {
  const names = FormFields.countNames(source)
  const message = `has fields of ${names} names, and an answer has ${maxAnswerNames} at the most; divide it among several tasks`
  return names > maxAnswerNames ? [Faults.fault(file, message)] : []
}

const pointing: { readonly [element: string]: string } = {
  a: "href",
  audio: "src",
  embed: "src",
  iframe: "src",
  img: "src",
  link: "href",
  object: "data",
  script: "src",
  source: "src",
  track: "src",
  video: "src"
}

/** No whole address, no place within the page, and none of the files that go with a batch. */
const isLost = (address: string): boolean => !/^(?:[a-z][a-z\d+.-]*:|\/\/|#|\?|$|\.?\/?media\/)/i.test(address)

const lostFiles = ({ at, source, tags }: Page): ReadonlyArray<Fault> => {
  if (tags.some(({ attributes, name }) => name === "base" && attributes.has("href"))) return []
  return tags.flatMap((tag) => {
    const address = tag.attributes.get(pointing[tag.name] ?? "")?.trim() ?? ""
    if (!isLost(address) || source.slice(tag.start, tag.end).includes("${")) return []
    return [
      at(
        tag.start,
        `points to "${address}", which is not there for workers; put the file into media/, or write a whole address (https://…)`
      )
    ]
  })
}

const notes: { readonly [How in Submitting.Submitting]: string | undefined } = {
  theirs: undefined,
  none: "has nothing that submits it; a Submit button is added at its end",
  unknown: "may have no button that submits it; a Submit button stands below it"
}

/** `source` is the template as it is written. */
export const check = (source: string, file: string, known: Known): Report => {
  const html = blank(source)
  const tags = tagsOf(html)
  const lineOf = makeLineOf(source)
  const at = (offset: number, message: string) => Faults.fault(file, message, lineOf(offset))
  const page: Page = { source, tags, scripts: Submitting.scriptsOf(html, tags), at }
  const { faults, warnings } = ofNoField(page, known)
  const note = notes[Submitting.read(html, tags, html.length).submitting]
  return {
    faults: [...tooManyFields(source, file), ...faults],
    warnings: [...warnings, ...(known.isForeignMeant ? [] : foreignLanguage(page)), ...lostFiles(page)],
    notes: note === undefined ? [] : [Faults.fault(file, note)]
  }
}
