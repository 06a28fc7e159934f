/**
 * The requester's HTML as the page a worker gets: a whole document with a form and a way to submit it, its placeholders
 * filled, and a script that hands the answers to the page around it. Every byte the requester wrote stays.
 *
 * @since 0.1.0
 */
import type { Answers } from "../Agents.js"
import * as Template from "../batch/Template.js"
import { blank } from "../internal/placeholders.js"
import type { Inputs } from "../TaskRuns.js"
import { assets } from "./internal/assets.js"
import { type Tag, tagsOf } from "./internal/taskHtml.js"

/**
 * A part of the page: the requester's, in which placeholders are filled; ours; or where the frame's script goes.
 */
type Part = { readonly theirs: Template.Template } | { readonly ours: string } | "script"

/**
 * A template made ready, once for all units of a run.
 *
 * @since 0.1.0
 * @category models
 */
export interface Prepared {
  readonly parts: ReadonlyArray<Part>
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
}

interface Insertion {
  readonly at: number
  readonly part: Part
}

/** The names by which Mechanical Turk's own wrapping goes, which people's scripts and styles look for. */
const formStart = '<form name="mturk_form" id="mturk_form" method="post">'
const submitButton = '<p><input type="submit" id="submitButton" value="Submit"></p>'

/** What text looks like where the requester says nothing of it. */
const plainStyle =
  "<style>:where(body){font:1rem/1.5 system-ui,sans-serif;margin:1rem;max-width:48rem}:where(input,button,select,textarea){font:inherit}</style>"

const opens = (tags: ReadonlyArray<Tag>, name: string) => tags.filter((tag) => tag.name === name && !tag.closing)

const closes = (tags: ReadonlyArray<Tag>, name: string) => tags.filter((tag) => tag.name === name && tag.closing)

const typeOf = (tag: Tag): string => tag.attributes.get("type")?.trim().toLowerCase() ?? ""

const submits = (tag: Tag): boolean =>
  !tag.closing &&
  ((tag.name === "button" && !["button", "reset"].includes(typeOf(tag))) ||
    (tag.name === "input" && ["submit", "image"].includes(typeOf(tag))))

const isField = (tag: Tag): boolean =>
  !tag.closing && ["input", "select", "textarea"].includes(tag.name) && tag.attributes.has("name")

const isStyled = (tags: ReadonlyArray<Tag>): boolean =>
  opens(tags, "style").length > 0 ||
  opens(tags, "link").some((tag) => (tag.attributes.get("rel") ?? "").toLowerCase().split(/\s+/).includes("stylesheet"))

/** `end` is where it is closed, or where the page ends. */
interface Form {
  readonly end: number
  readonly hasField: boolean
  readonly submits: boolean
}

/** As browsers find them: a form within a form is none. */
const formsOf = (tags: ReadonlyArray<Tag>, pageEnd: number): ReadonlyArray<Form> => {
  const forms: Array<Form> = []
  let open: Form | undefined
  for (const tag of tags) {
    if (open === undefined) {
      if (tag.name === "form" && !tag.closing) open = { end: pageEnd, hasField: false, submits: false }
    } else if (tag.name === "form" && tag.closing) {
      forms.push({ ...open, end: tag.start })
      open = undefined
    } else open = { ...open, hasField: open.hasField || isField(tag), submits: open.submits || submits(tag) }
  }
  return open === undefined ? forms : [...forms, open]
}

/** The form, if there is none, and the button, if none submits a form. */
const formInsertions = (tags: ReadonlyArray<Tag>, bodyStart: number, bodyEnd: number): ReadonlyArray<Insertion> => {
  const forms = formsOf(tags, bodyEnd)
  const form = forms.find(({ hasField }) => hasField) ?? forms[0]
  const button = { ours: submitButton }
  if (form === undefined) {
    const end = tags.some(submits) ? [] : [{ at: bodyEnd, part: button }]
    return [{ at: bodyStart, part: { ours: formStart } }, ...end, { at: bodyEnd, part: { ours: "</form>" } }]
  }
  const isSubmitted =
    forms.some(({ submits }) => submits) || tags.some((tag) => submits(tag) && tag.attributes.has("form"))
  return isSubmitted ? [] : [{ at: form.end, part: button }]
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
 * @since 0.1.0
 * @category constructors
 */
export const prepare = (template: string, options: Template.CompileOptions = {}): Prepared => {
  const html = template.replace(/^\uFEFF/, "")
  const tags = tagsOf(blank(html))
  const [doctype] = opens(tags, "!doctype")
  const [page] = opens(tags, "html")
  const [head] = opens(tags, "head")
  const [body] = opens(tags, "body")
  const headStart = (head ?? page ?? doctype)?.end ?? 0
  const bodyStart = body?.end ?? closes(tags, "head")[0]?.end ?? headStart
  const bodyEnd = (closes(tags, "body").at(-1) ?? closes(tags, "html").at(-1))?.start ?? html.length
  return {
    parts: cut(Template.compile(html, options), [
      ...(doctype === undefined ? [{ at: 0, part: { ours: "<!doctype html>" } }] : []),
      { at: headStart, part: "script" },
      ...(isStyled(tags) ? [] : [{ at: headStart, part: { ours: plainStyle } }]),
      ...formInsertions(tags, bodyStart, bodyEnd)
    ])
  }
}

const frameScript = assets["frame.js"]?.body ?? ""

/** JSON that cannot end the script element it stands in. */
const embedded = (value: RenderOptions): string => JSON.stringify(value).replaceAll("<", "\\u003c")

const scriptFor = ({ answers, mode }: RenderOptions): string =>
  `<script type="application/json">${embedded({ mode, answers })}</script><script>${frameScript}</script>`

/**
 * The document for one row of data.
 *
 * @since 0.1.0
 * @category conversions
 */
export const render = ({ parts }: Prepared, inputs: Inputs, options: RenderOptions): string =>
  parts
    .map((part) => {
      if (part === "script") return scriptFor(options)
      return "theirs" in part ? Template.fill(part.theirs, inputs) : part.ours
    })
    .join("")
