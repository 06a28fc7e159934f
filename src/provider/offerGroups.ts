/** Which units of a run go out in one order: as many as an offer of the crowd holds. */
import * as Arr from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { StoreError } from "../CrowdError.js"
import type { AssignmentId, RunId } from "../Ids.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { LaunchOptions, Unit } from "../Units.js"
import type * as Engine from "./engine.js"

/** The units of one order. */
export type Group = Arr.NonEmptyReadonlyArray<Unit>

/** So many units of a run go out in one order at the most. */
const ofRunAtOnce = 500

interface Rows {
  readonly seen: Set<AssignmentId>
  /** How many more units are to be launched. */
  readonly left: number
}

const createdInRow = ({ store }: Engine.Service, assignment: AssignmentId) =>
  Effect.map(Stream.runCollect(pages(store, tables.units, { where: { assignment } })), (row) =>
    Chunk.toReadonlyArray(row)
      .filter(({ status }) => status === "created")
      .toSorted((a, b) => a.place - b.place)
  )

/** The created units of the row of each unit, each row once, as long as there are units left to launch. */
const byRow = <E>(
  engine: Engine.Service,
  created: Stream.Stream<Unit, StoreError | E>,
  isWanted: (unit: Unit) => boolean,
  limit: number
): Stream.Stream<Group, StoreError | E> => {
  const next = ({ left, seen }: Rows, { assignment }: Unit) =>
    Effect.gen(function* () {
      const units = seen.has(assignment) ? [] : yield* createdInRow(engine, assignment)
      seen.add(assignment)
      const group = units.filter(isWanted).slice(0, left)
      const rest = left - group.length
      return [
        { left: rest, seen },
        { group, left: rest }
      ] as const
    })
  const beginning: Rows = { seen: new Set(), left: limit }
  return created.pipe(
    Stream.mapAccumEffect(beginning, next),
    Stream.takeUntil(({ left }) => left === 0),
    Stream.filterMap(({ group }) => (Arr.isNonEmptyReadonlyArray(group) ? Option.some(group) : Option.none()))
  )
}

/** The created units of the run, in the groups that they are launched in. */
export const groupsOf = <E>(
  engine: Engine.Service,
  run: RunId,
  { limit = Number.MAX_SAFE_INTEGER, ready, relaunched = false }: LaunchOptions<E>
): Stream.Stream<Group, StoreError | E> => {
  const { driver, store } = engine
  const isWanted = ({ replaces }: Unit) => !relaunched || Option.isSome(replaces)
  /** Few at once, so that the first are out soon. */
  const soon = Math.min(500, 4 * driver.launch.pageSize)
  const created = Stream.filter(
    pages(store, tables.units, { where: { run, status: "created" }, orderBy: "place", limit: soon, ready }),
    isWanted
  )
  switch (driver.offers.holds) {
    case "unit":
      return Stream.map(Stream.take(created, limit), Arr.of)
    case "row":
      return byRow(engine, created, isWanted, limit)
    case "run":
      return Stream.take(created, limit).pipe(
        Stream.grouped(ofRunAtOnce),
        Stream.map(Chunk.toReadonlyArray),
        Stream.filter(Arr.isNonEmptyReadonlyArray)
      )
  }
}
