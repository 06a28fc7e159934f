/** What is behind one operation: its request decoded, its reply encoded, what is wrong with a request in AWS's words. */
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { StoreError } from "../../CrowdError.js"
import type { RequesterId } from "../../Ids.js"
import type * as member from "./member.js"
import * as refusal from "./refusal.js"

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

/** A form of value that the member's type does not have, rather than one that breaks a constraint. */
const isMisshapen = (issue: ParseResult.ArrayFormatterIssue, value: unknown): boolean =>
  issue._tag === "Type" && value !== undefined && value !== null && !issue.message.startsWith("Member must")

const failureOf = (issue: ParseResult.ArrayFormatterIssue, value: unknown): string => {
  const given =
    value === undefined || value === null ? "null" : `'${typeof value === "string" ? value : JSON.stringify(value)}'`
  const constraint = given === "null" ? "Member must not be null" : issue.message
  return `Value ${given === "null" ? "null" : given} at '${nameOf(issue.path)}' failed to satisfy constraint: ${constraint}`
}

const explain = (body: unknown, error: ParseResult.ParseError): refusal.Refusal => {
  const issues = ParseResult.ArrayFormatter.formatErrorSync(error)
  const misshapen = issues.find((issue) => isMisshapen(issue, valueAt(body, issue.path)))
  if (misshapen !== undefined) {
    return refusal.unreadable(`The member at '${nameOf(misshapen.path)}' is of the wrong type.`)
  }
  return refusal.broken(issues.map((issue) => failureOf(issue, valueAt(body, issue.path))))
}

/** An operation together with what it does. */
export const on = <Input, InputEncoded, Output, OutputEncoded>(
  operation: member.Operation<Input, InputEncoded, Output, OutputEncoded>,
  perform: (input: Input, caller: Caller) => Effect.Effect<Output, refusal.Refusal | StoreError>
): Handler => {
  const decode = Schema.decodeUnknown(operation.input, { errors: "all" })
  const encode = Schema.encode(operation.output)
  return {
    name: operation.name,
    handle: (body, caller) =>
      decode(body).pipe(
        Effect.mapError((error) => explain(body, error)),
        Effect.flatMap((input) => perform(input, caller)),
        Effect.flatMap((output) => Effect.orDie(encode(output)))
      )
  }
}
