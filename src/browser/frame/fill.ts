/** Puts answers back into the fields they came from. */
import type { Answers, Json } from "../answers.js"

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement

const isField = (element: Element): element is Field =>
  element instanceof HTMLInputElement || element instanceof HTMLSelectElement || element instanceof HTMLTextAreaElement

const textOf = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value))

const textsOf = (value: Json | undefined): ReadonlyArray<string> => {
  if (value === undefined) return []
  return Array.isArray(value) ? value.map(textOf) : [textOf(value)]
}

const notAnswers = ["file", "submit", "button", "image", "reset"]

/** Whether anything changed. */
const setField = (field: Field, texts: ReadonlyArray<string>, next: () => string | undefined): boolean => {
  if (notAnswers.includes(field.type)) return false
  if (field instanceof HTMLInputElement && (field.type === "radio" || field.type === "checkbox")) {
    const checked = texts.includes(field.value)
    const changed = field.checked !== checked
    field.checked = checked
    return changed
  }
  if (field instanceof HTMLSelectElement) {
    const before = field.selectedOptions.length
    for (const option of field.options) option.selected = texts.includes(option.value)
    return texts.length > 0 || before > 0
  }
  const text = next()
  if (text === undefined || field.value === text) return false
  field.value = text
  return true
}

/** Choices that no answer names are taken back; scripts of the page hear of every change, as if it were typed. */
export const fill = (answers: Answers): void => {
  const rest = new Map<string, Array<string>>()
  for (const field of document.querySelectorAll("[name]")) {
    if (!isField(field)) continue
    const texts = textsOf(Object.hasOwn(answers, field.name) ? answers[field.name] : undefined)
    const left = rest.get(field.name) ?? [...texts]
    rest.set(field.name, left)
    if (!setField(field, texts, () => left.shift())) continue
    field.dispatchEvent(new Event("input", { bubbles: true }))
    field.dispatchEvent(new Event("change", { bubbles: true }))
  }
}
