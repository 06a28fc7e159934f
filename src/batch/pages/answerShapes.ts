/**
 * The shape of answers, which is that of the form they are to: several of a name are a list, however many were given.
 */
import type { Answers } from "../../Agents.js"
import { boundedMap } from "../../internal/boundedMap.js"
import type { Json } from "../../Json.js"
import type { Result } from "../../Results.js"
import * as FormFields from "../FormFields.js"
import * as Template from "../Template.js"

/** Each name of the form, and whether it may have several values. */
type Shape = ReadonlyMap<string, boolean>

const shapeOf = (fields: ReadonlyArray<FormFields.Field>): Shape => {
  const shape = new Map<string, boolean>()
  for (const { multiple, name } of fields) shape.set(name, multiple || shape.has(name))
  return shape
}

const asSeveral = (value: Json | undefined): Json => {
  if (value === undefined || value === "") return []
  return Array.isArray(value) ? value : [value]
}

const asOne = (value: Json | undefined): Json => {
  if (value === undefined) return ""
  return Array.isArray(value) && value.length < 2 ? (value[0] ?? "") : value
}

const shaped = (answers: Answers, shape: Shape): Answers => {
  const all = new Map<string, Json>(Object.entries(answers))
  for (const [name, isSeveral] of shape) all.set(name, (isSeveral ? asSeveral : asOne)(all.get(name)))
  return Object.fromEntries(all)
}

const rowsKnown = 256

/** Gives results of this template their shape; where a row may bring fields of its own, that of the row's page. */
export const make = (template: string): ((result: Result) => Result) => {
  const ofAll = shapeOf(FormFields.fromHtml(template))
  const ofRows = boundedMap<Shape>(rowsKnown)
  let page: Template.Template | undefined
  const hasOwnNames = [...ofAll.keys()].some((name) => name.includes("${"))
  const ofRow = ({ assignment, inputs, task }: Result): Shape => {
    const known = ofRows.get(assignment)
    if (known !== undefined) return known
    page ??= Template.compile(template, task)
    const shape = shapeOf(FormFields.fromHtml(Template.fill(page, inputs)))
    ofRows.set(assignment, shape)
    return shape
  }
  return (result) => {
    const shape = hasOwnNames || result.task.markup.length > 0 ? ofRow(result) : ofAll
    return { ...result, answers: shaped(result.answers, shape) }
  }
}
