/** What is behind one operation: its request decoded, its reply encoded, what is wrong with a request in AWS's words. */
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { StoreError } from "../../CrowdError.js"
import type { RequesterId } from "../../Ids.js"
import { decodeUntrusted } from "../../internal/untrusted.js"
import * as refusal from "./refusal.js"
import type * as member from "./shapes.js"

export interface Caller {
  readonly requester: RequesterId
  /** The name of the account that pays. */
  readonly name: string
  /** When the request arrived. */
  readonly now: DateTime.Utc
}

export interface Handler {
  readonly name: string
  /** The reply, ready to become JSON. */
  readonly handle: (body: unknown, caller: Caller) => Effect.Effect<unknown, refusal.Refusal | StoreError>
}

const valueAt = (body: unknown, path: ReadonlyArray<PropertyKey>): unknown =>
  path.reduce<unknown>((value, key) => (Predicate.hasProperty(value, key) ? value[key] : undefined), body)

/** `HITId` is `hITId` to AWS, and the second of a list `workerIds.2.member`. */
const nameOf = (path: ReadonlyArray<PropertyKey>): string =>
  path
    .map((key) => (typeof key === "number" ? `${key + 1}.member` : String(key).replace(/^./, (c) => c.toLowerCase())))
    .join(".")

const isConstraint = ({ message }: ParseResult.ArrayFormatterIssue): boolean => message.startsWith("Member must")

const failureOf = ({ message, path }: ParseResult.ArrayFormatterIssue, value: unknown): string => {
  const isMissing = value === undefined || value === null
  const given = typeof value === "string" ? value : JSON.stringify(value)
  const what = isMissing ? `Value null at '${nameOf(path)}'` : `Value '${given}' at '${nameOf(path)}'`
  return `${what} failed to satisfy constraint: ${isMissing ? "Member must not be null" : message}`
}

type Issues = ReadonlyArray<ParseResult.ArrayFormatterIssue>

const isWithin = (path: ReadonlyArray<PropertyKey>, outer: ReadonlyArray<PropertyKey>): boolean =>
  path.length > outer.length && outer.every((key, index) => path[index] === key)

/**
 * What may also be null has an issue for each of the two; that of the member itself comes first, and what is wrong within
 * it before its not being null.
 */
const first = (issues: Issues): Issues =>
  [...new Map(issues.toReversed().map((issue) => [nameOf(issue.path), issue])).values()]
    .filter(({ path }) => !issues.some((other) => isWithin(other.path, path)))
    .toReversed()

/** A value of a form that its member does not have comes before one that breaks a constraint. */
const explain = (body: unknown, error: ParseResult.ParseError): refusal.Refusal => {
  const found = first(ParseResult.ArrayFormatter.formatErrorSync(error)).map((issue) => ({
    issue,
    value: valueAt(body, issue.path)
  }))
  const misshapen = found.find(({ issue, value }) => value !== undefined && value !== null && !isConstraint(issue))
  return misshapen === undefined
    ? refusal.broken(found.map(({ issue, value }) => failureOf(issue, value)))
    : refusal.unreadable(`The member at '${nameOf(misshapen.issue.path)}' is of the wrong type.`)
}

/** An operation together with what it does. */
export const on = <Input, InputEncoded, Output, OutputEncoded>(
  operation: member.Operation<Input, InputEncoded, Output, OutputEncoded>,
  perform: (input: Input, caller: Caller) => Effect.Effect<Output, refusal.Refusal | StoreError>
): Handler => {
  const decode = decodeUntrusted(operation.input, { errors: "all" })
  const encode = Schema.encode(operation.output)
  return {
    name: operation.name,
    handle: (body, caller) =>
      Either.mapLeft(decode(body), (error) => explain(body, error)).pipe(
        Effect.flatMap((input) => perform(input, caller)),
        Effect.flatMap((output) => Effect.orDie(encode(output)))
      )
  }
}
