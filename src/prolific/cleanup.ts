/** What was made for a run is removed once it is of no more use. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Driver } from "../Driver.js"
import type { UnitStatus } from "../States.js"
import * as tables from "../store/tables.js"
import { type Crowd, stored } from "./crowd.js"
import { stop } from "./expire.js"
import { ofRun, remove } from "./study.js"

const method = "cleanup"

const open = ["created", "launched", "assigned"] as const satisfies ReadonlyArray<UnitStatus>

/**
 * Drafts are deleted and the published study is stopped, where nothing of the run is open any more. A study that was
 * published cannot be deleted, and its submissions have to stay for those whose work is in review.
 */
export const cleanup =
  (crowd: Crowd): Driver["cleanup"] =>
  (run) =>
    Effect.gen(function* () {
      if (Option.isNone(run.setup)) return
      const counts = yield* stored(method, crowd.store.count(tables.units, { run: run.id }, "status"))
      if (open.some((status) => (counts[status] ?? 0) > 0)) return
      yield* Effect.forEach(
        yield* ofRun(crowd, run),
        ({ id, status }) => (status === "UNPUBLISHED" ? remove(crowd, id) : stop(crowd, id)),
        { discard: true }
      )
    })
