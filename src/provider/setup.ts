/** A run is set up with its crowd, once. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import { ProviderError } from "../CrowdError.js"
import type { Driver } from "../Driver.js"
import { retrying } from "../driver/retry.js"
import * as tables from "../store/tables.js"
import type { Service, TaskRun } from "../TaskRuns.js"
import type * as Engine from "./engine.js"

/** A crowd that does not know where its workers are would let nobody in. */
const checkPlaces = (driver: Driver, { task }: TaskRun): Effect.Effect<void, ProviderError> => {
  const lost = task.qualifications.find(
    ({ name, values = [] }) => values.some(Predicate.isString) && driver.enforces?.(name) !== true
  )
  return lost === undefined
    ? Effect.void
    : new ProviderError({
        reason: "Rejected",
        provider: driver.provider,
        method: "setup",
        description: `this crowd does not know the ${lost.name} of its workers, so the task cannot ask for it`
      })
}

/**
 * A setup of which there is nothing to keep is kept as `{}`: null stands for none. Of two processes that set a run up at
 * once, the first to write it down has it, and both go by that.
 */
export const make =
  ({ driver, run, store }: Engine.Service): Service["setup"] =>
  (id) =>
    Effect.gen(function* () {
      const found = yield* run(id)
      if (Option.isSome(found.setup)) return found
      yield* checkPlaces(driver, found)
      const made = yield* retrying(driver.setup(found))
      const [changed] = yield* store.update(tables.runs, {
        ids: [id],
        when: { setup: [Option.none()] },
        set: { setup: Option.some(made ?? {}) }
      })
      return changed ?? (yield* run(id))
    })
