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

/** The created units of these rows, row by row in their order. */
const createdIn = ({ store }: Engine.Service, rows: ReadonlyArray<AssignmentId>, isWanted: (unit: Unit) => boolean) =>
  Effect.map(store.getAllBy(tables.units, "assignment", rows), (units) => {
    const created = units.filter((unit) => unit.status === "created" && isWanted(unit))
    const byRow = Arr.groupBy(
      created.toSorted((a, b) => a.place - b.place),
      ({ assignment }) => assignment
    )
    return rows.flatMap((row) => {
      const units = byRow[row]
      return units === undefined ? [] : [units]
    })
  })

/** So many of the groups as there are units left for; of the last, as many units. */
const upTo = (groups: ReadonlyArray<Group>, left: number): ReadonlyArray<Group> => {
  let rest = left
  return groups.flatMap((group): ReadonlyArray<Group> => {
    const units = group.slice(0, rest)
    rest -= units.length
    return Arr.isNonEmptyReadonlyArray(units) ? [units] : []
  })
}

/** The created units of the row of each unit, each row once, as long as there are units left to launch. */
const byRow = <E>(
  engine: Engine.Service,
  created: Stream.Stream<Unit, StoreError | E>,
  isWanted: (unit: Unit) => boolean,
  limit: number
): Stream.Stream<Group, StoreError | E> => {
  const next = ({ left, seen }: Rows, units: Chunk.Chunk<Unit>) =>
    Effect.gen(function* () {
      const rows = [...new Set(Chunk.map(units, ({ assignment }) => assignment))].filter((row) => !seen.has(row))
      for (const row of rows) seen.add(row)
      const groups = upTo(yield* createdIn(engine, rows, isWanted), left)
      const rest = left - groups.reduce((sum, group) => sum + group.length, 0)
      return [
        { left: rest, seen },
        { groups, left: rest }
      ] as const
    })
  const beginning: Rows = { seen: new Set(), left: limit }
  return created.pipe(
    Stream.chunks,
    Stream.mapAccumEffect(beginning, next),
    Stream.takeUntil(({ left }) => left === 0),
    Stream.mapConcat(({ groups }) => groups)
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
