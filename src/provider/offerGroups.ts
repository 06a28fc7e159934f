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
  readonly left: number
}

/** The created units of the row of each unit, each row once, as long as there are units left to launch. */
const byRow = <E>(
  { store }: Engine.Service,
  created: Stream.Stream<Unit, StoreError | E>,
  isWanted: (unit: Unit) => boolean,
  limit: number
): Stream.Stream<Group, StoreError | E> =>
  created.pipe(
    Stream.mapAccumEffect<Rows, Unit, Option.Option<Group>, StoreError, never>(
      { seen: new Set(), left: limit },
      ({ left, seen }, { assignment }) =>
        Effect.gen(function* () {
          if (left === 0 || seen.has(assignment)) return [{ left, seen }, Option.none()]
          seen.add(assignment)
          const row = yield* Stream.runCollect(pages(store, tables.units, { where: { assignment } }))
          const open = Chunk.toReadonlyArray(row).filter((unit) => unit.status === "created" && isWanted(unit))
          const units = open.toSorted((a, b) => a.place - b.place).slice(0, left)
          return [
            { left: left - units.length, seen },
            Arr.isNonEmptyReadonlyArray(units) ? Option.some(units) : Option.none()
          ]
        })
    ),
    Stream.filterMap((group) => group)
  )

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
