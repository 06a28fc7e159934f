/** What the crowd has of an offer already, and of which orders it is not known yet. */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { StoreError } from "../CrowdError.js"
import type { AssignmentId, RunId } from "../Ids.js"
import type { Intent } from "../Journal.js"
import { byId, isUnsettled } from "../journal/payload.js"
import { UnitStatus } from "../States.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { Unit } from "../Units.js"
import type * as Engine from "./engine.js"
import { launchToken } from "./unsentRows.js"

export interface Out {
  /** The crowd's own name for it. */
  readonly offer: Option.Option<string>
  /** With how many places it was made. */
  readonly size: number
  /** How many of its places are taken or on offer. */
  readonly places: number
  /** Orders that may be on their way to it. */
  readonly underWay: ReadonlyArray<Intent>
}

/**
 * Whether a unit of this status has a place; one that was taken back has none, and one that was rejected where it is
 * sold again.
 */
const hasPlace =
  ({ driver }: Engine.Service) =>
  (status: UnitStatus): boolean =>
    status !== "created" && status !== "expired" && (status !== "rejected" || driver.offers.rejected !== "offered")

const outAs = (unit: Option.Option<Unit>): Pick<Out, "offer" | "size"> => ({
  offer: Option.flatMap(unit, ({ remoteId }) => remoteId),
  size: Option.match(unit, { onNone: () => 0, onSome: ({ offerSize }) => offerSize })
})

const ofRow = (engine: Engine.Service, row: ReadonlyArray<Unit>, intents: ReadonlyMap<string, Intent>): Out => {
  const units = row.toSorted((a, b) => a.place - b.place)
  const out = outAs(Arr.findLast(units, ({ remoteId }) => Option.isSome(remoteId)))
  const isOfOffer = ({ remoteId }: Unit) => Equal.equals(remoteId, out.offer)
  const places = units.filter((unit) => isOfOffer(unit) && hasPlace(engine)(unit.status)).length
  const sent = new Set(units.filter(({ status }) => status === "created").map(launchToken))
  const underWay = [...sent].flatMap((token) => intents.get(token) ?? []).filter(isUnsettled)
  return { ...out, places, underWay }
}

/** What is out of each row, of rows with these units. */
export const ofRows = (
  engine: Engine.Service,
  units: ReadonlyArray<Unit>
): Effect.Effect<(row: AssignmentId) => Out, StoreError> =>
  Effect.gen(function* () {
    const tokens = units.filter(({ status }) => status === "created").map(launchToken)
    const intents = byId(yield* engine.store.getAll(tables.intents, [...new Set(tokens)]))
    const ofEach = Arr.groupBy(units, ({ assignment }) => assignment)
    return (row) => ofRow(engine, ofEach[row] ?? [], intents)
  })

/** How many units of the run have a place in the offer; counted one by one only where the run has had several. */
const placesOfRun = (
  engine: Engine.Service,
  run: RunId,
  offer: Option.Option<string>,
  isOnly: boolean
): Effect.Effect<number, StoreError> => {
  const { store } = engine
  if (isOnly) {
    return Effect.map(store.count(tables.units, { run }, "status"), (counts) =>
      UnitStatus.literals.filter(hasPlace(engine)).reduce((sum, status) => sum + (counts[status] ?? 0), 0)
    )
  }
  return pages(store, tables.units, { where: { run, remoteId: offer } }).pipe(
    Stream.filter(({ status }) => hasPlace(engine)(status)),
    Stream.runCount
  )
}

/**
 * The run stays as it is until the transaction ends, so that one order of it is made after the other. Where none is found
 * under way, what came of all of them is to be seen in the units, which are therefore read after that.
 */
export const ofRun = (engine: Engine.Service, run: RunId): Effect.Effect<Out, StoreError> =>
  Effect.gen(function* () {
    const { driver, store } = engine
    yield* store.get(tables.runs, run)
    const underWay = yield* Stream.fromIterable(["pending", "uncertain"] as const).pipe(
      Stream.flatMap((state) =>
        pages(store, tables.intents, { where: { provider: driver.provider, run: Option.some(run), state } })
      ),
      Stream.filter(({ kind }) => kind === "launch"),
      Stream.runCollect
    )
    const byOffer = { where: { run }, orderBy: "remoteId", limit: 1 } as const
    const [first] = yield* store.page(tables.units, byOffer)
    const [last] = yield* store.page(tables.units, { ...byOffer, reverse: true })
    const out = outAs(Option.fromNullable(last))
    const isOnly = Equal.equals(first?.remoteId, last?.remoteId)
    const places = yield* placesOfRun(engine, run, out.offer, isOnly)
    return { ...out, places, underWay: Array.from(underWay) }
  })
