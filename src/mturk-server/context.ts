/** What the operations stand on, and what may fail of it. */
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Agents from "../Agents.js"
import { InsufficientFunds, InvalidFeedback, InvalidInput, StoreError } from "../CrowdError.js"
import type { RequesterId, WorkerId } from "../Ids.js"
import type * as Qualifications from "../Qualifications.js"
import type * as Store from "../Store.js"
import type * as TaskRuns from "../TaskRuns.js"
import type * as Workers from "../Workers.js"
import type { ProcessState } from "./processState.js"
import * as refusal from "./protocol/refusal.js"
import type * as rows from "./rows.js"

export interface Context {
  readonly store: Store.Service
  readonly rows: rows.Rows
  readonly runs: TaskRuns.Service
  /** What they pay for HITs is taken from the account. */
  readonly agents: Agents.Service
  readonly workers: Workers.Service
  readonly qualifications: Qualifications.Service
  /** The worker that the crowd calls so; made where it is new. */
  readonly enrol: (name: string) => Effect.Effect<WorkerId, StoreError>
  /** The account of that name; made where it is new. */
  readonly requester: (name: string) => Effect.Effect<RequesterId, StoreError>
  /** What an account begins with, in cents; none where money is no object, as in the sandbox. */
  readonly balance: Option.Option<number>
  readonly processState: ProcessState
}

/** What is wrong with what a request says. */
export const described = ({ faults }: InvalidInput): string =>
  faults.map(({ file, message }) => `The ${file} ${message}.`).join(" ")

/** Of what a request asks for, some can make no sense; of what costs money, the account can be empty, too. */
export const orRefused = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, refusal.Refusal | StoreError> =>
  Effect.catchAll(effect, (error): Effect.Effect<never, refusal.Refusal | StoreError> => {
    if (error instanceof InsufficientFunds) return refusal.noFunds
    if (error instanceof InvalidFeedback) return refusal.invalidValue(error.message)
    if (error instanceof InvalidInput) return refusal.invalidValue(described(error))
    return error instanceof StoreError ? Effect.fail(error) : Effect.die(error)
  })

/** Of what the crowd's own records say can be done, only the store can fail. */
export const orDefect = <A, E>(effect: Effect.Effect<A, E | StoreError>): Effect.Effect<A, StoreError> =>
  Effect.catchAll(effect, (error) => (error instanceof StoreError ? Effect.fail(error) : Effect.die(error)))
