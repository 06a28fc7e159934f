import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { AgentNotFound, StoreError, TaskRunNotFound, WorkerNotFound } from "../CrowdError.js"

type NotFound = AgentNotFound | TaskRunNotFound | WorkerNotFound

const isNotFound = (error: NotFound | StoreError): error is NotFound => error._tag !== "StoreError"

/** None of what is not there, or went away since it was listed. */
export const noneIfNotFound = <A, R>(
  found: Effect.Effect<A, NotFound | StoreError, R>
): Effect.Effect<Option.Option<A>, StoreError, R> =>
  found.pipe(
    Effect.map(Option.some),
    Effect.catchIf(isNotFound, () => Effect.succeedNone)
  )
