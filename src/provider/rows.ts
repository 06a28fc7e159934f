/** The rows of a run, each with its units. */
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoreError } from "../CrowdError.js"
import * as Ids from "../Ids.js"
import type * as Store from "../Store.js"
import * as tables from "../store/tables.js"
import type { Assignment, Service } from "../TaskRuns.js"
import type * as Engine from "./engine.js"
import { insertUnits } from "./generations.js"
import { newUnit } from "./newUnit.js"

/** How many input rows the run has. */
export const rowCount = (store: Store.Service, run: Ids.RunId): Effect.Effect<number, StoreError> =>
  Effect.map(store.page(tables.assignments, { where: { run }, orderBy: "row", reverse: true, limit: 1 }), ([last]) =>
    last === undefined ? 0 : last.row + 1
  )

/** Rows that the run has already stay as they are, and get no more units. */
export const addRows =
  (engine: Engine.Service): Service["addRows"] =>
  (id, from, rows) =>
    Effect.gen(function* () {
      const { run, store } = engine
      const { task } = yield* run(id)
      const now = yield* DateTime.now
      const offeredUntil = Option.some(DateTime.addDuration(now, task.lifetime))
      const assignments = Arr.zip(rows, yield* Ids.assignmentIds(rows.length)).map(
        ([inputs, assignment], i): Assignment => ({ id: assignment, run: id, row: from + i, inputs })
      )
      const asked = assignments.flatMap((assignment) =>
        Arr.makeBy(task.unitsPerAssignment, (index) => ({ assignment, index }))
      )
      const units = Arr.zipWith(asked, yield* Ids.unitIds(asked.length), ({ assignment, index }, id) =>
        newUnit(id, assignment, index, now, offeredUntil)
      )
      yield* store.transaction(
        Effect.gen(function* () {
          const inserted = new Set(yield* store.insert(tables.assignments, assignments))
          yield* insertUnits(
            engine,
            id,
            units.filter((unit) => inserted.has(unit.assignment))
          )
        })
      )
    })
