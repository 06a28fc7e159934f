/** What a worker answered, out of the XML it comes back in. */
import { Parser } from "htmlparser2"
import type { Answers } from "../Agents.js"
import type { Json } from "../Json.js"

/** Everything but the question's name that an answer can consist of. */
const contents = ["FreeText", "SelectionIdentifier", "OtherSelectionText", "UploadedFileKey", "UploadedFileSizeInBytes"]

/** The name without a namespace's prefix. */
const localName = (name: string): string => name.slice(name.indexOf(":") + 1)

interface Found {
  readonly isAnswers: boolean
  /** All values of each name, in their order. */
  readonly values: ReadonlyMap<string, ReadonlyArray<string>>
}

const parse = (xml: string): Found => {
  const values = new Map<string, Array<string>>()
  let isAnswers = false
  let name = ""
  let given: Array<string> = []
  let text: string | undefined
  const valuesOf = (name: string): Array<string> => {
    const known = values.get(name) ?? []
    values.set(name, known)
    return known
  }
  const parser = new Parser(
    {
      onopentag: (tag) => {
        const element = localName(tag)
        if (element === "QuestionFormAnswers") isAnswers = true
        if (element === "Answer") {
          name = ""
          given = []
        }
        if (element === "QuestionIdentifier" || contents.includes(element)) text = ""
      },
      ontext: (more) => {
        if (text !== undefined) text += more
      },
      onclosetag: (tag) => {
        const element = localName(tag)
        if (element === "QuestionIdentifier") name = text ?? ""
        else if (contents.includes(element)) given.push(text ?? "")
        else if (element === "Answer") valuesOf(name).push(...given)
        text = undefined
      }
    },
    { xmlMode: true, decodeEntities: true }
  )
  parser.end(xml)
  return { isAnswers, values }
}

/** Lists and objects travel as JSON text; what would not come out as the same text was no such thing. */
const valueOf = (text: string): Json => {
  if (!/^[[{]/.test(text)) return text
  try {
    const value: Json = JSON.parse(text)
    return JSON.stringify(value) === text ? value : text
  } catch {
    return text
  }
}

/** A name with several values has a list. What cannot be read is kept whole, under the name `answer`. */
export const decode = (xml: string): Answers => {
  const { isAnswers, values } = parse(xml)
  if (!isAnswers) return { answer: xml }
  return Object.fromEntries(
    [...values].map(([name, given]) => {
      const [only] = given
      return [name, given.length > 1 ? given : valueOf(only ?? "")]
    })
  )
}
