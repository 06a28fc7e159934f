/** What workers are told with a decision, checked for every crowd and every way in. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { InvalidFeedback } from "../CrowdError.js"
import type { FeedbackRules } from "../Driver.js"
import { proseFault } from "../internal/text.js"

/** What MTurk takes. */
const lengthAtMost = 1_024

const lengthOf = (text: string): number => [...text].length

const faultOf = (text: string): string | undefined =>
  lengthOf(text) > lengthAtMost
    ? `it has ${lengthOf(text)} characters, and ${lengthAtMost} are the most`
    : proseFault(text)

const lacks = (text: string, { minLength = 1 }: FeedbackRules): string | undefined => {
  if (text === "") return "a rejection needs one that says why; the worker reads it"
  return lengthOf(text) < minLength
    ? `it has ${lengthOf(text)} characters, and for a rejection this crowd wants ${minLength} or more`
    : undefined
}

const categoryFault = (category: string | undefined, { categories }: FeedbackRules): string | undefined => {
  if (category !== undefined && faultOf(category) !== undefined) return `of its category, ${faultOf(category)}`
  if (categories === undefined) return category?.trim() === "" ? "its category is blank; leave it out" : undefined
  if (category !== undefined && categories.includes(category)) return undefined
  return `a rejection needs a category of this crowd: ${categories.join(", ")}`
}

const unless = <A>(fault: string | undefined, value: A): Effect.Effect<A, InvalidFeedback> =>
  fault === undefined ? Effect.succeed(value) : new InvalidFeedback({ description: fault })

/** A decision's words, as they are written down. */
export interface Words {
  readonly feedback: Option.Option<string>
  readonly category: Option.Option<string>
}

/** Of work that is paid; blank is none. */
export const ofApproval = (text: string | undefined): Effect.Effect<Words, InvalidFeedback> => {
  const feedback = Option.filter(Option.fromNullable(text), (text) => text.trim() !== "")
  return unless(Option.getOrUndefined(Option.map(feedback, faultOf)), { feedback, category: Option.none() })
}

/** Of work that is not paid. */
export const ofRejection = (
  rules: FeedbackRules,
  text: string,
  category: string | undefined
): Effect.Effect<Words, InvalidFeedback> =>
  unless(faultOf(text) ?? lacks(text.trim(), rules) ?? categoryFault(category, rules), {
    feedback: Option.some(text),
    category: Option.fromNullable(category)
  })
