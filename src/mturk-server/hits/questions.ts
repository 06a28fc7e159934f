/** What a HIT asks: a page of the requester's, in the HIT or at an address. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { Parser } from "htmlparser2"
import { maxAnswerNames } from "../../Agents.js"
import { countNames } from "../../batch/FormFields.js"
import { readElements } from "../../batch/pages/elements.js"
import * as refusal from "../protocol/refusal.js"

export type Question = Data.TaggedEnum<{
  readonly Html: { readonly content: string }
  readonly External: { readonly url: string }
}>
export const Question = Data.taggedEnum<Question>()

const maxBytes = 65_535

const schemas = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/"
const roots: { readonly [root: string]: string } = {
  HTMLQuestion: `${schemas}2011-11-11/HTMLQuestion.xsd`,
  ExternalQuestion: `${schemas}2006-07-14/ExternalQuestion.xsd`
}

interface Read {
  readonly root: string
  readonly namespace: string | undefined
  readonly texts: ReadonlyMap<string, string>
  /** Every element was closed by its own tag, and none stands deeper than any question has them. */
  readonly isClosed: boolean
}

/** Elements within one another: what looks through those that are open takes longer with each. */
const deepest = 16

/** The root, and the text of each element beneath it. */
const read = (xml: string): Read => {
  const texts = new Map<string, string>()
  const open: Array<string> = []
  let root = ""
  let namespace: string | undefined
  let isClosed = true
  const parser = new Parser(
    {
      onopentag: (name, attributes) => {
        if (open.length === 0 && root === "") {
          root = name
          namespace = attributes["xmlns"]
        } else if (open.length === 1) texts.set(name, "")
        open.push(name)
        if (open.length > deepest) parser.pause()
      },
      ontext: (text) => {
        const name = open.length === 2 ? open[1] : undefined
        if (name !== undefined) texts.set(name, (texts.get(name) ?? "") + text)
      },
      onclosetag: (_, implied) => {
        open.pop()
        if (implied) isClosed = false
      }
    },
    { xmlMode: true, decodeEntities: true }
  )
  parser.end(xml)
  return { root, namespace, texts, isClosed: isClosed && open.length === 0 }
}

const isAddress = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)

const question = (xml: string): Effect.Effect<Question, refusal.Refusal> =>
  Effect.gen(function* () {
    const { isClosed, namespace, root, texts } = read(xml)
    if (root === "")
      return yield* refusal.badXml("There was an error parsing the XML question: it has no root element.")
    const expected = roots[root]
    if (root === "QuestionForm") {
      return yield* refusal.invalidValue(
        "This service shows HTMLQuestion and ExternalQuestion; QuestionForm is not offered."
      )
    }
    if (expected === undefined || namespace !== expected) {
      return yield* refusal.badXml(
        `There was an error parsing the XML question: <${root} xmlns="${namespace ?? ""}"> is no question.`
      )
    }
    if (!isClosed)
      return yield* refusal.badXml(
        `There was an error parsing the XML question: <${root}> is not well-formed, or more than ${deepest} elements deep.`
      )
    if (!/^\s*\d+\s*$/.test(texts.get("FrameHeight") ?? "")) {
      return yield* refusal.badXml("There was an error parsing the XML question: FrameHeight is not a number.")
    }
    if (root === "HTMLQuestion") {
      const content = texts.get("HTMLContent")
      if (content !== undefined && content.trim() !== "") return Question.Html({ content })
      return yield* refusal.badXml("There was an error parsing the XML question: HTMLContent is missing.")
    }
    const url = (texts.get("ExternalURL") ?? "").trim()
    return isAddress(url)
      ? Question.External({ url })
      : yield* refusal.badXml("There was an error parsing the XML question: ExternalURL is not an address.")
  })

export const parse = (xml: string): Effect.Effect<Question, refusal.Refusal> =>
  Buffer.byteLength(xml) > maxBytes
    ? refusal.invalidValue(`The question has more than ${maxBytes} bytes.`)
    : question(xml)

/** Whether a page has Crowd HTML Elements. */
const hasCrowdElements = (html: string): boolean => {
  let found = false
  readElements(html, {
    open: (name) => {
      found ||= name.startsWith("crowd-")
    }
  })
  return found
}

/** A page that has nothing but fields of a script that is not here could collect nothing; one of too many, no more. */
export const checkFields = (question: Question): Effect.Effect<void, refusal.Refusal> => {
  if (question._tag === "External") return Effect.void
  const names = countNames(question.content)
  if (names > maxAnswerNames) {
    return refusal.invalidValue(
      `The page has fields of ${names} names, and an answer has ${maxAnswerNames} at the most. Divide it among several HITs.`
    )
  }
  return names === 0 && hasCrowdElements(question.content)
    ? refusal.invalidValue(
        "The page has crowd- elements, which need a script of Amazon's that this service does not give, and no field of its own. Use input, select or textarea with a name, or an ExternalQuestion."
      )
    : Effect.void
}
