/** How a page is submitted: by what is written in it, by its scripts, or not at all. */
import type { Tag } from "./tags.js"

/** `theirs`: the page does it itself; `none`: it has nothing that does; `unknown`: only its scripts could tell. */
export type Submitting = "theirs" | "none" | "unknown"

const typeOf = (tag: Tag): string => tag.attributes.get("type")?.trim().toLowerCase() ?? ""

/** Nothing but this can be meant by it. */
export const isSubmit = (tag: Tag): boolean =>
  !tag.closing &&
  ((tag.name === "button" && typeOf(tag) === "submit") ||
    (tag.name === "input" && ["submit", "image"].includes(typeOf(tag))))

/** Submits the form it is in, wanted or not. */
const isTypeless = (tag: Tag): boolean =>
  !tag.closing && tag.name === "button" && !["submit", "button", "reset"].includes(typeOf(tag))

const isField = (tag: Tag): boolean =>
  !tag.closing && ["input", "select", "textarea"].includes(tag.name) && tag.attributes.has("name")

/** `end` is where it is closed, or where the page ends. */
export interface Form {
  readonly end: number
  readonly hasField: boolean
}

interface Found {
  readonly forms: ReadonlyArray<Form>
  /** The tags within one, or that name one. */
  readonly inForms: ReadonlyArray<Tag>
}

/** As browsers find them: a form within a form is none. */
const find = (tags: ReadonlyArray<Tag>, pageEnd: number): Found => {
  const forms: Array<Form> = []
  const inForms: Array<Tag> = []
  let hasField: boolean | undefined
  for (const tag of tags) {
    if (tag.name === "form") {
      if (!tag.closing) hasField ??= false
      else if (hasField !== undefined) {
        forms.push({ end: tag.start, hasField })
        hasField = undefined
      }
      continue
    }
    if (hasField !== undefined || tag.attributes.has("form")) inForms.push(tag)
    if (hasField !== undefined) hasField ||= isField(tag)
  }
  if (hasField !== undefined) forms.push({ end: pageEnd, hasField })
  return { forms, inForms }
}

/** Files of libraries that do nothing which the page's own scripts do not ask of them. */
const library = /^(?:jquery|bootstrap|popper|externalHIT|lodash|underscore|d3|moment|modernizr)/i

/** The page's scripts, those in attributes too. */
export interface Scripts {
  readonly text: string
  /** There are scripts of which only the address is known. */
  readonly areElsewhere: boolean
}

const fileOf = (address: string): string =>
  address
    .replace(/[?#].*$/s, "")
    .split("/")
    .at(-1) ?? ""

const isScript = (tag: Tag): boolean => tag.name === "script" && !tag.closing

/** `html` is what the tags are of. */
export const scriptsOf = (html: string, tags: ReadonlyArray<Tag>): Scripts => {
  const texts: Array<string> = []
  let areElsewhere = false
  for (const [i, tag] of tags.entries()) {
    for (const [name, value] of tag.attributes) {
      if (name.startsWith("on") || /^\s*javascript:/i.test(value)) texts.push(value)
    }
    if (!isScript(tag)) continue
    const src = tag.attributes.get("src")
    if (src === undefined) texts.push(html.slice(tag.end, tags[i + 1]?.start))
    else if (!library.test(fileOf(src))) areElsewhere = true
  }
  return { text: texts.join("\n"), areElsewhere }
}

/** `form.submit()`; with something between the brackets it is jQuery's way to be told of a submission. */
const submission =
  /\.\s*submit\s*\(\s*\)|\.\s*submit\s*\.\s*(?:call|apply)\b|\.\s*requestSubmit\s*\(|\btrigger\s*\(\s*["'`]submit/

/** What may make a button, or send the answers in some other way. */
const making = /createElement\s*\(\s*["'`](?:button|input)|<button|type\W{1,6}submit|externalSubmit|turkSubmitTo/i

const wordsIn = (text: string): ReadonlySet<string> => new Set(text.match(/[\w-]+/g))

/** Whether a script may do something when it is pressed: it is spoken to, or of. */
const mayBeHandled = (words: ReadonlySet<string>, { attributes }: Tag): boolean => {
  const { class: classes = "", id = "", name = "" } = Object.fromEntries(attributes)
  return (
    [...attributes.keys()].some((attribute) => attribute.startsWith("on")) ||
    ["button", id, name, ...classes.split(/\s+/)].some((word) => words.has(word))
  )
}

/** What a page submits, and how. */
export interface Read {
  readonly forms: ReadonlyArray<Form>
  readonly submitting: Submitting
}

/** `html` is what the tags are of; its forms end at `pageEnd` at the latest. */
export const read = (html: string, tags: ReadonlyArray<Tag>, pageEnd: number): Read => {
  const { forms, inForms } = find(tags, pageEnd)
  const { areElsewhere, text } = scriptsOf(html, tags)
  const words = wordsIn(text)
  const isHandled = (tag: Tag) => areElsewhere || mayBeHandled(words, tag)
  const submitting = (): Submitting => {
    if ((forms.length === 0 ? tags : inForms).some(isSubmit)) return "theirs"
    const typeless = inForms.filter(isTypeless)
    if (typeless.some((tag) => !isHandled(tag)) || submission.test(text)) return "theirs"
    return typeless.length > 0 || areElsewhere || making.test(text) ? "unknown" : "none"
  }
  return { forms, submitting: submitting() }
}
