/** How many calls a sync takes, as runs of so many HITs live. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Agents, Store, type TaskRuns, Units } from "../../src/index.js"
import * as tables from "../../src/store/tables.js"
import * as fake from "./fake.js"
import { opened } from "./wire.js"

export interface Sync {
  /** What happened before it. */
  readonly after: string
  readonly hits: number
  readonly changed: number
  readonly calls: number
}

/** What a sync may take at the most. */
export const allowed = ({ changed, hits }: Pick<Sync, "changed" | "hits">): number => hits / 50 + 2 * changed + 10

/** A run of so many rows of so many units, one by default; with `host`, its workers come to pages of our own. */
export interface Size {
  readonly rows: number
  readonly units?: number
  readonly host?: string
}

export interface Life {
  readonly run: TaskRuns.TaskRun
  readonly service: fake.Fake
  /** The places of all HITs. */
  readonly places: ReadonlyArray<fake.Place>
  /** A sync in a process of its own. */
  readonly sync: (after: string) => Effect.Effect<Sync, unknown, Store.Store>
}

/** A run, its units and HITs as a launch leaves them. */
const launched = ({ rows, units = 1 }: Size, service: fake.Fake) =>
  Effect.gen(function* () {
    const store = yield* Store.Store
    const run = yield* opened(rows, { unitsPerAssignment: units })
    const made = yield* store.page(tables.units, { where: { run: run.id }, orderBy: "place", limit: rows * units })
    const hits = new Map(made.slice(0, rows).map(({ assignment, id }) => [assignment, service.add(id, units)]))
    yield* store.put(
      tables.units,
      made.map((unit) => ({
        ...unit,
        status: "launched",
        remoteId: Option.fromNullable(hits.get(unit.assignment)?.id),
        offerSize: units
      }))
    )
    return run
  })

/** A run that is launched, in a store of its own. */
export const lived = <A, E>(
  size: Size,
  live: (life: Life) => Effect.Effect<A, E, Store.Store | Units.Units | Agents.Agents>
) =>
  Effect.gen(function* () {
    const service = fake.make()
    const sync: (run: TaskRuns.TaskRun) => Life["sync"] = (run) => (after) =>
      Effect.gen(function* () {
        const before = service.calls.length
        const changed = yield* Effect.flatMap(Units.Units, (all) => all.sync(run.id))
        return { after, hits: size.rows, changed, calls: service.calls.length - before }
      }).pipe(Effect.provide(Layer.fresh(fake.layer(service, size.host))))
    return yield* Effect.gen(function* () {
      const run = yield* launched(size, service)
      const places = service.hits.flatMap(({ places }) => places)
      return yield* live({ run, service, places, sync: sync(run) })
    }).pipe(Effect.provide(fake.layer(service, size.host)))
  }).pipe(Effect.provide(Layer.fresh(Store.layerMemory)))

/** Somebody takes each of these places. */
export const take = (places: ReadonlyArray<fake.Place>) => {
  for (const place of places) place.worker ??= `A${place.id}`
}

/** Whoever holds these places, or else somebody new, submits them. */
export const submit = (places: ReadonlyArray<fake.Place>) => {
  take(places)
  for (const place of places) place.status = "Submitted"
}

export const decide = (places: ReadonlyArray<fake.Place>, status: fake.Place["status"]) => {
  for (const place of places) place.status = status
}

/** Whoever holds these places gives them back. */
export const giveBack = (places: ReadonlyArray<fake.Place>) => {
  for (const place of places) place.worker = undefined
}

/** Somebody takes each of these places and comes to our own page. */
export const arrive = (run: TaskRuns.TaskRun, places: ReadonlyArray<fake.Place>) =>
  Effect.flatMap(Agents.Agents, (agents) =>
    Effect.forEach(
      places,
      (place) => {
        place.worker = `A${place.id}`
        return agents.register(run.id, { workerId: place.worker, assignmentId: place.id, hitId: place.hit })
      },
      { discard: true }
    )
  )

/** These HITs were submitted, decided and taken in long ago. */
export const settle = (run: TaskRuns.TaskRun, hits: ReadonlyArray<fake.Hit>) =>
  Effect.gen(function* () {
    const places = hits.flatMap(({ places }) => places)
    submit(places)
    decide(places, "Approved")
    const store = yield* Store.Store
    const ids = new Set(hits.map(({ id }) => id))
    const units = yield* store.page(tables.units, { where: { run: run.id }, orderBy: "place", limit: 1_000_000 })
    yield* store.update(tables.units, {
      ids: units.filter(({ remoteId }) => Option.exists(remoteId, (id) => ids.has(id))).map(({ id }) => id),
      set: { status: "accepted" }
    })
  })

/** A hundred places of a run are worked on and decided, and then the rest; of every sync between these, what it took. */
export const syncs = (size: Size) =>
  lived(size, ({ places, run, service: { hits }, sync }) =>
    Effect.gen(function* () {
      const first = places.slice(0, 100)
      const none = yield* sync("launch")
      submit(first)
      const some = yield* sync("a hundred submitted")
      const again = yield* sync("nothing")
      decide(first, "Approved")
      const decided = yield* sync("decided elsewhere")
      yield* settle(run, hits.slice(100, -1))
      return [none, some, again, decided, yield* sync("nearly all settled")]
    })
  )
