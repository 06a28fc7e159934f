/** How many calls a sync takes, as runs of so many HITs live. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Agents, Ids, Store, type TaskRuns, Units } from "../../src/index.js"
import * as tables from "../../src/store/tables.js"
import * as fake from "./fake.js"
import { opened } from "./wire.js"

export interface Sync {
  /** What happened before it. */
  readonly after: string
  readonly units: number
  readonly changed: number
  readonly calls: number
}

/** What a sync may take at the most. */
export const allowed = ({ changed, units }: Pick<Sync, "changed" | "units">): number => units / 50 + 2 * changed + 10

export interface Life {
  readonly units: number
  readonly run: TaskRuns.TaskRun
  readonly service: fake.Fake
  /** A sync in a process of its own. */
  readonly sync: (after: string) => Effect.Effect<Sync, unknown, Store.Store>
}

/** Of a run of so many rows, units and HITs as a launch leaves them. */
const launched = (units: number, service: fake.Fake) =>
  Effect.gen(function* () {
    const store = yield* Store.Store
    const run = yield* opened(units)
    const made = yield* store.page(tables.units, { where: { run: run.id }, orderBy: "place", limit: units })
    yield* store.put(
      tables.units,
      made.map((unit) => ({ ...unit, status: "launched", remoteId: Option.some(service.add(unit.id).id) }))
    )
    return run
  })

/** A run that is launched, in a store of its own. */
export const lived = <A, E>(
  units: number,
  live: (life: Life) => Effect.Effect<A, E, Store.Store | Units.Units | Agents.Agents>,
  host?: string
) =>
  Effect.gen(function* () {
    const service = fake.make()
    const sync: (run: TaskRuns.TaskRun) => Life["sync"] = (run) => (after) =>
      Effect.gen(function* () {
        const before = service.calls.length
        const changed = yield* Effect.flatMap(Units.Units, (all) => all.sync(run.id))
        return { after, units, changed, calls: service.calls.length - before }
      }).pipe(Effect.provide(Layer.fresh(fake.layer(service, host))))
    return yield* Effect.gen(function* () {
      const run = yield* launched(units, service)
      return yield* live({ units, run, service, sync: sync(run) })
    }).pipe(Effect.provide(fake.layer(service, host)))
  }).pipe(Effect.provide(Layer.fresh(Store.layerMemory)))

/** These workers submit these HITs. */
export const submit = (hits: ReadonlyArray<fake.Hit>) => {
  for (const [n, hit] of hits.entries()) {
    hit.worker ??= `A${n}`
    hit.status = "Submitted"
  }
}

export const decide = (hits: ReadonlyArray<fake.Hit>, status: fake.Hit["status"]) => {
  for (const hit of hits) hit.status = status
}

/** Somebody takes each of these HITs and comes to our own page. */
export const arrive = (run: TaskRuns.TaskRun, hits: ReadonlyArray<fake.Hit>) =>
  Effect.flatMap(Agents.Agents, (agents) =>
    Effect.forEach(
      hits,
      (hit) => {
        hit.worker = `A${hit.id}`
        return agents.register(run.id, { workerId: hit.worker, assignmentId: `ASSIGNMENT${hit.id}`, hitId: hit.id })
      },
      { discard: true }
    )
  )

/** These HITs were submitted, decided and taken in long ago. */
export const settle = (hits: ReadonlyArray<fake.Hit>) =>
  Effect.gen(function* () {
    submit(hits)
    decide(hits, "Approved")
    const store = yield* Store.Store
    const ids = hits.map(({ annotation }) => Ids.UnitId.make(annotation))
    yield* store.update(tables.units, { ids, set: { status: "accepted" } })
  })

/** A hundred units of a run are worked on and decided, and then the rest; of every sync between these, what it took. */
export const syncs = (units: number) =>
  lived(units, ({ service: { hits }, sync }) =>
    Effect.gen(function* () {
      const first = hits.slice(0, 100)
      const none = yield* sync("launch")
      submit(first)
      const some = yield* sync("a hundred submitted")
      const again = yield* sync("nothing")
      decide(first, "Approved")
      const decided = yield* sync("decided elsewhere")
      yield* settle(hits.slice(100, -1))
      return [none, some, again, decided, yield* sync("nearly all settled")]
    })
  )
