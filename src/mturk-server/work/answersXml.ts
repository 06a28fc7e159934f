/** What a worker answered, as QuestionFormAnswers. */
import type { Answers } from "../../Agents.js"
import type { Json } from "../../Json.js"

const namespace = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/QuestionFormAnswers.xsd"

/** XML has no way to write these; a lone half of a surrogate pair among them. */
const unwritable =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

const entities: { readonly [character: string]: string } = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;" }

/**
 * Quotes stay as they are: scripts read JSON out of it. A parser would take a carriage return for a line break. The
 * package `entities` writes `&nbsp;`, which XML does not know.
 */
const escape = (text: string): string =>
  text.replace(unwritable, "\ufffd").replace(/[&<>\r]/g, (character) => entities[character] ?? character)

const isScalar = (value: Json): value is string | number | boolean | null => typeof value !== "object" || value === null

const textOf = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value))

/** A field that was given several times is several answers; what else is no text is written as JSON. */
const textsOf = (value: Json): ReadonlyArray<string> =>
  Array.isArray(value) && value.length > 0 && value.every(isScalar) ? value.map(textOf) : [textOf(value)]

const answer = (name: string, text: string): string =>
  `<Answer><QuestionIdentifier>${escape(name)}</QuestionIdentifier><FreeText>${escape(text)}</FreeText></Answer>`

export const print = (answers: Answers): string => {
  const all = Object.entries(answers).flatMap(([name, value]) => textsOf(value).map((text) => answer(name, text)))
  return `<?xml version="1.0" encoding="UTF-8"?><QuestionFormAnswers xmlns="${namespace}">${all.join("")}</QuestionFormAnswers>`
}
