import type * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import type { UnitId } from "../Ids.js"
import type { Assignment } from "../TaskRuns.js"
import type { Unit } from "../Units.js"

/** A unit's place is its index times this, plus its row: so many rows a run can have. */
const rowsAtMost = 1_000_000_000

/** A unit of an assignment as it is made. */
export const newUnit = (
  id: UnitId,
  { id: assignment, row, run }: Pick<Assignment, "id" | "row" | "run">,
  index: number,
  now: DateTime.Utc,
  offeredUntil: Option.Option<DateTime.Utc>
): Unit => ({
  id,
  run,
  assignment,
  index,
  place: index * rowsAtMost + row,
  status: "created",
  remoteId: Option.none(),
  launchedWith: Option.none(),
  offerSize: 1,
  agent: Option.none(),
  leaseUntil: Option.none(),
  withdrawnAt: Option.none(),
  offeredUntil,
  replaces: Option.none(),
  updatedAt: now
})

/** The index of the next unit of a row that has these. */
export const nextIndex = (row: ReadonlyArray<Pick<Unit, "index">>): number =>
  row.reduce((most, { index }) => Math.max(most, index + 1), 0)
