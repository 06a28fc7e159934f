/** A run at a glance. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as tables from "../store/tables.js"
import type { Service } from "../TaskRuns.js"
import type * as Engine from "./engine.js"
import { medianTime } from "./medianTime.js"
import { rowCount } from "./rows.js"
import * as runTotals from "./runTotals.js"

export const make =
  ({ driver, run, store }: Engine.Service): Service["summary"] =>
  (id) =>
    Effect.gen(function* () {
      const found = yield* run(id)
      const workers = yield* store.count(tables.standings, { run: id }, "run")
      const units = yield* runTotals.units(store, id)
      const median = yield* medianTime(store, { run: id })
      return {
        run: id,
        name: found.name,
        provider: driver.provider,
        mode: driver.mode,
        assignments: yield* rowCount(store, id),
        units,
        workers: workers[id] ?? 0,
        surplus: yield* runTotals.surplus(store, id, units),
        cost: yield* runTotals.cost(store, found),
        medianTime: median,
        hourlyWage: Option.map(median, (time) =>
          Math.round((found.task.reward.minor * Duration.toMillis("1 hour")) / Math.max(1, time))
        )
      }
    })
