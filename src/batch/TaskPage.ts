/**
 * The requester's HTML as the page a worker gets: a whole document with a form and a way to submit it, its placeholders
 * filled, and a script that hands the answers to the page around it. Every byte the requester wrote stays.
 *
 * @since 0.1.0
 */
import type { Answers } from "../Agents.js"
import { assets } from "../internal/assets.js"
import type { Inputs, Task } from "../TaskRuns.js"
import { defaultStyle } from "./pages/defaultStyle.js"
import * as Submitting from "./pages/submitting.js"
import { type Tag, tagsOf } from "./pages/tags.js"
import { blank } from "./placeholders.js"
import * as Template from "./Template.js"

/**
 * A part of the page: the requester's, in which placeholders are filled; ours; or where the frame's script goes.
 */
type Part =
  | { readonly theirs: Template.Template }
  | { readonly ours: string }
  /** Where our button goes; `below` the page, if it cannot be known whether the page has one. */
  | { readonly button: "inside" | "below" }
  | "script"

/**
 * A template made ready, once for all units of a run.
 *
 * @since 0.1.0
 * @category models
 */
export interface Prepared {
  readonly parts: ReadonlyArray<Part>
  /** The columns whose values are markup. */
  readonly markup: ReadonlyArray<string>
}

/**
 * What the page is for: somebody works on it; looks at it before they accept; or reviews it with the given answers filled
 * in. Only work can be submitted.
 *
 * @since 0.1.0
 * @category models
 */
export interface RenderOptions {
  readonly mode: "work" | "preview" | "review"
  readonly answers?: Answers | undefined
  /** The origin of the page around it, which alone is told and listened to; any, if it is not known. */
  readonly around?: string | undefined
}

interface Insertion {
  readonly at: number
  readonly part: Part
}

/** The names by which Mechanical Turk's own form goes, which people's scripts and styles look for. */
const formStart = '<form name="mturk_form" id="mturk_form" method="post">'

/** It has no name: pages that look for a button mean one of their own. */
const submitButton = '<p><input type="submit" value="Submit"></p>'

const opens = (tags: ReadonlyArray<Tag>, name: string) => tags.filter((tag) => tag.name === name && !tag.closing)

const closes = (tags: ReadonlyArray<Tag>, name: string) => tags.filter((tag) => tag.name === name && tag.closing)

const isStylesheet = (tag: Tag): boolean =>
  (tag.attributes.get("rel") ?? "").toLowerCase().split(/\s+/).includes("stylesheet")

/** Colours that were chosen for white paper. */
const hasColour = ({ attributes }: Tag): boolean =>
  attributes.has("bgcolor") || attributes.has("color") || /color|background/i.test(attributes.get("style") ?? "")

/** Whether the page says itself what it looks like. */
const isStyled = (tags: ReadonlyArray<Tag>): boolean =>
  opens(tags, "style").length > 0 || opens(tags, "link").some(isStylesheet) || tags.some(hasColour)

/** The form, if there is none, and the button, if nothing submits it. */
const formInsertions = (
  html: string,
  tags: ReadonlyArray<Tag>,
  start: number,
  end: number
): ReadonlyArray<Insertion> => {
  const { forms, submitting } = Submitting.read(html, tags, end)
  const form = forms.find(({ hasField }) => hasField) ?? forms[0]
  const at = form?.end ?? end
  const button: ReadonlyArray<Insertion> =
    submitting === "theirs" ? [] : [{ at, part: { button: submitting === "none" ? "inside" : "below" } }]
  return form === undefined
    ? [{ at: start, part: { ours: formStart } }, ...button, { at: end, part: { ours: "</form>" } }]
    : button
}

const cut = (template: Template.Template, insertions: ReadonlyArray<Insertion>): ReadonlyArray<Part> => {
  const parts: Array<Part> = []
  let from = 0
  for (const { at, part } of insertions.toSorted((left, right) => left.at - right.at)) {
    if (at > from) parts.push({ theirs: Template.slice(template, from, at) })
    parts.push(part)
    from = at
  }
  return [...parts, { theirs: Template.slice(template, from, template.source.length) }]
}

/**
 * How a template becomes a page.
 *
 * @since 0.1.0
 * @category models
 */
export interface PrepareOptions extends Template.CompileOptions {
  /** What a page without style of its own gets; `default` if nothing is said. */
  readonly style?: Task["style"] | undefined
}

/**
 * Returns the template as a whole document, ready to be rendered for each row: read once for all rows of a run.
 *
 * @example
 * import * as TaskPage from "effect-crowd/batch/TaskPage"
 *
 * const prepared = TaskPage.prepare('<p>${text}</p> <input name="language" required>')
 *
 * TaskPage.render(prepared, { text: "Bonjour" }, { mode: "work" }) // a document with a form and a Submit button
 *
 * @since 0.1.0
 * @category constructors
 */
export const prepare = (template: string, options: PrepareOptions = {}): Prepared => {
  const html = template.replace(/^\uFEFF/, "")
  const readable = blank(html)
  const tags = tagsOf(readable)
  const [doctype] = opens(tags, "!doctype")
  const [page] = opens(tags, "html")
  const [head] = opens(tags, "head")
  const [body] = opens(tags, "body")
  const headStart = (head ?? page ?? doctype)?.end ?? 0
  const bodyStart = body?.end ?? closes(tags, "head")[0]?.end ?? headStart
  const bodyEnd = (closes(tags, "body").at(-1) ?? closes(tags, "html").at(-1))?.start ?? html.length
  return {
    markup: options.markup ?? [],
    parts: cut(Template.compile(html, options), [
      ...(doctype === undefined ? [{ at: 0, part: { ours: "<!doctype html>" } }] : []),
      { at: headStart, part: "script" },
      ...(options.style === "none" || isStyled(tags) ? [] : [{ at: headStart, part: { ours: defaultStyle } }]),
      ...formInsertions(readable, tags, bodyStart, bodyEnd)
    ])
  }
}

const frameScript = assets["frame.js"]?.body ?? ""

/** JSON that cannot end the script element it stands in. */
const embedded = (value: object): string => JSON.stringify(value).replaceAll("<", "\\u003c")

const scriptFor = (settings: RenderOptions & { readonly hasButtonBelow: boolean }): string =>
  `<script type="application/json">${embedded(settings)}</script><script>${frameScript}</script>`

const submitMarkup = /<button\b|<input\b[^<>]*\btype\s*=\s*["']?(?:submit|image)/i

/** A row's own markup may bring a button. */
const isSubmitted = ({ markup }: Prepared, inputs: Inputs): boolean =>
  markup.some((name) => Object.hasOwn(inputs, name) && submitMarkup.test(inputs[name] ?? ""))

/**
 * The document for one row of data, with this script, and with our button where it goes: `inside` the page, or wherever
 * it may go.
 *
 * @since 0.1.0
 * @category conversions
 */
export const assemble = (
  prepared: Prepared,
  inputs: Inputs,
  options: { readonly script: string; readonly button: "inside" | "anywhere" }
): string =>
  prepared.parts
    .map((part) => {
      if (part === "script") return options.script
      if ("theirs" in part) return Template.fill(part.theirs, inputs)
      if ("ours" in part) return part.ours
      const isOurs = part.button === "inside" || options.button === "anywhere"
      return isOurs && !isSubmitted(prepared, inputs) ? submitButton : ""
    })
    .join("")

/**
 * The document for one row of data.
 *
 * @since 0.1.0
 * @category conversions
 */
export const render = (prepared: Prepared, inputs: Inputs, { answers, around, mode }: RenderOptions): string => {
  const isBelow = prepared.parts.some((part) => part !== "script" && "button" in part && part.button === "below")
  const hasButtonBelow = mode === "work" && isBelow && !isSubmitted(prepared, inputs)
  return assemble(prepared, inputs, { script: scriptFor({ mode, answers, around, hasButtonBelow }), button: "inside" })
}
