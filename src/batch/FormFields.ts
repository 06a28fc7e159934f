/**
 * The fields of a task's form, and answers to them such as a worker might give: what the Mock crowd fills in.
 *
 * @since 0.1.0
 */
import type { Answers } from "../Agents.js"
import type { Json } from "../Json.js"
import { type Attributes, readElements } from "./pages/elements.js"

/**
 * One field. Radio buttons, and check boxes, of one name are one field; other fields of one name are several.
 *
 * @since 0.1.0
 * @category models
 */
export interface Field {
  readonly name: string
  readonly kind: "radio" | "checkbox" | "select" | "number" | "hidden" | "text"
  /** The `type` of an input, such as `date`; otherwise the element's own name. */
  readonly type: string
  /** What can be chosen, or the one value of a hidden field. */
  readonly options: ReadonlyArray<string>
  /** Whether several options can be chosen. */
  readonly multiple: boolean
  readonly required: boolean
  readonly min?: number | undefined
  readonly max?: number | undefined
  readonly step?: number | undefined
  readonly maxLength?: number | undefined
}

const kinds: { readonly [type: string]: Field["kind"] } = {
  radio: "radio",
  checkbox: "checkbox",
  number: "number",
  range: "number",
  hidden: "hidden"
}

/** Inputs whose value is no answer. */
const ignored = ["submit", "button", "reset", "image", "file"]

const toNumber = (text: string | undefined): number | undefined => {
  const value = Number(text)
  return text === undefined || text.trim() === "" || Number.isNaN(value) ? undefined : value
}

const makeField = (element: string, attributes: Attributes): Field => {
  const type = element === "input" ? (attributes.get("type") ?? "text").toLowerCase() : element
  const range = type === "range"
  return {
    name: attributes.get("name") ?? "",
    kind: element === "select" ? "select" : (kinds[type] ?? "text"),
    type,
    options: [],
    multiple: element === "select" ? attributes.has("multiple") : type === "checkbox",
    required: attributes.has("required"),
    min: toNumber(attributes.get("min")) ?? (range ? 0 : undefined),
    max: toNumber(attributes.get("max")) ?? (range ? 100 : undefined),
    step: toNumber(attributes.get("step")),
    maxLength: toNumber(attributes.get("maxlength"))
  }
}

/** A field as it is read: its options grow, each once. */
interface Draft {
  readonly field: Field
  readonly options: Set<string>
  required: boolean
  /** How many elements it consists of. */
  elements: number
}

const draftOf = (field: Field): Draft => ({ field, options: new Set(), required: field.required, elements: 0 })

const isChoice = ({ kind }: Field): boolean => kind === "radio" || kind === "checkbox"

/** Fields in order; radio buttons and check boxes join the field of their name. */
const collector = () => {
  const drafts: Array<Draft> = []
  const choices = new Map<string, Draft>()
  const draftFor = (field: Field): Draft => {
    const key = `${field.kind} ${field.name}`
    const known = isChoice(field) ? choices.get(key) : undefined
    if (known !== undefined) return known
    const draft = draftOf(field)
    drafts.push(draft)
    if (isChoice(field)) choices.set(key, draft)
    return draft
  }
  return {
    addInput: (field: Field, attributes: Attributes) => {
      const draft = draftFor(field)
      draft.required ||= field.required
      draft.elements++
      if (isChoice(field)) draft.options.add(attributes.get("value") ?? "on")
      else if (field.kind === "hidden") draft.options.add(attributes.get("value") ?? "")
    },
    add: (draft: Draft) => drafts.push(draft),
    fields: (): ReadonlyArray<Field> =>
      drafts.map(({ elements, field, options, required }) => ({
        ...field,
        options: [...options],
        multiple: field.kind === "checkbox" ? elements > 1 : field.multiple,
        required
      }))
  }
}

/**
 * The fields of the forms in an HTML text, in order. Fields without a name or disabled are none, as in a browser.
 *
 * @example
 * import * as FormFields from "effect-crowd/batch/FormFields"
 *
 * FormFields.fromHtml(`<input name="language" required>`).map(({ name }) => name) // ["language"]
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromHtml = (html: string): ReadonlyArray<Field> => {
  const { add, addInput, fields } = collector()
  let select: Draft | undefined
  let option: { value: string | undefined; text: string } | undefined
  const closeOption = () => {
    if (select !== undefined && option !== undefined) select.options.add(option.value ?? option.text.trim())
    option = undefined
  }
  const closeSelect = () => {
    closeOption()
    if (select !== undefined) add(select)
    select = undefined
  }
  readElements(html, {
    open: (element, attributes) => {
      if (element === "option" || element === "optgroup") closeOption()
      if (element === "option" && !attributes.has("disabled")) option = { value: attributes.get("value"), text: "" }
      if (!["input", "textarea", "select"].includes(element)) return
      closeSelect()
      const field = makeField(element, attributes)
      if (field.name === "" || attributes.has("disabled") || ignored.includes(field.type)) return
      if (element === "select") select = draftOf(field)
      else addInput(field, attributes)
    },
    text: (text) => {
      if (option !== undefined) option.text += text
    },
    close: (element) => {
      if (element === "option" || element === "optgroup") closeOption()
      if (element === "select") closeSelect()
    }
  })
  closeSelect()
  return fields()
}

/**
 * How many names the fields of an HTML text have among them: no answer to it has more.
 *
 * @since 0.1.0
 * @category getters
 */
export const countNames = (html: string): number => new Set(fromHtml(html).map(({ name }) => name)).size

const texts = ["Looks right to me.", "Hard to say.", "As written.", "No doubt about it.", "See the text."]

/** What a worker might write where the browser insists on a form. */
const samples: { readonly [type: string]: string } = {
  email: "worker@example.com",
  url: "https://example.com/",
  tel: "+1 555 0100",
  date: "2025-01-31",
  time: "12:30",
  "datetime-local": "2025-01-31T12:30",
  month: "2025-01",
  week: "2025-W05",
  color: "#336699"
}

/** A number from 0 (included) to 1 (excluded). */
type Next = () => number

const pick = <A>(values: ReadonlyArray<A>, next: Next): A | undefined => values[Math.floor(next() * values.length)]

const pickNumber = (field: Field, next: Next): string => {
  const min = field.min ?? Math.min(0, field.max ?? 0)
  const max = field.max ?? min + 10
  const step = field.step !== undefined && field.step > 0 ? field.step : 1
  const steps = Math.max(0, Math.floor((max - min) / step + 1e-9))
  return String(Number((min + Math.floor(next() * (steps + 1)) * step).toFixed(9)))
}

const pickSeveral = (field: Field, next: Next): ReadonlyArray<string> => {
  const chosen = field.options.filter(() => next() < 0.5)
  return chosen.length > 0 || !field.required ? chosen : [pick(field.options, next) ?? ""]
}

/** Of a field that must be filled in, an option that is no empty "please choose". */
const pickOne = (field: Field, next: Next): string => {
  const filled = field.options.filter((option) => option !== "")
  return pick(filled.length > 0 ? filled : field.options, next) ?? ""
}

const answersTo = (field: Field, next: Next): ReadonlyArray<string> => {
  switch (field.kind) {
    case "hidden":
      return field.options
    case "radio":
      return [pickOne(field, next)]
    case "checkbox":
      return pickSeveral(field, next)
    case "select":
      return field.multiple ? pickSeveral(field, next) : [pickOne(field, next)]
    case "number":
      return [pickNumber(field, next)]
    case "text":
      return [(samples[field.type] ?? pick(texts, next) ?? "").slice(0, field.maxLength)]
  }
}

/**
 * Plausible answers to all fields: texts by the names of the fields, as a form sends them. A name that can have several
 * values, and that more than one value was chosen for, has a list. The same source of numbers gives the same answers.
 *
 * @since 0.1.0
 * @category conversions
 */
export const answersFor = (fields: ReadonlyArray<Field>, next: () => number): Answers => {
  const chosen = new Map<string, Array<string>>()
  for (const field of fields) {
    const values = chosen.get(field.name) ?? []
    values.push(...answersTo(field, next))
    chosen.set(field.name, values)
  }
  return Object.fromEntries(
    Array.from(chosen).flatMap(([name, values]): ReadonlyArray<[string, Json]> => {
      const [only] = values
      if (only === undefined) return []
      return [[name, values.length === 1 ? only : values]]
    })
  )
}
