/** How many calls a sync takes, as a run of so many units lives on our own service. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Agents } from "../../src/Agents.js"
import * as MTurk from "../../src/MTurk.js"
import * as Store from "../../src/Store.js"
import type { TaskRun } from "../../src/TaskRuns.js"
import { Units } from "../../src/Units.js"
import { type Held, Marketplace } from "../mturk-server/support.js"
import { later, launched, proxy, type Wire } from "./wire.js"

export interface Sync {
  /** What happened before it. */
  readonly after: string
  readonly units: number
  readonly changed: number
  readonly calls: number
}

/** What a sync may take at the most. */
export const allowed = ({ changed, units }: Pick<Sync, "changed" | "units">): number => units / 100 + changed + 2

const Setup = Schema.Struct({ hitType: Schema.String })

const hitTypeOf = ({ setup }: TaskRun): string =>
  Option.getOrThrow(Option.flatMap(setup, Schema.decodeUnknownOption(Setup))).hitType

/** So many people take a unit each; nobody twice, for who holds one is given no other. */
const accept = (run: TaskRun, name: string, count: number) =>
  Effect.flatMap(Marketplace, ({ accept }) =>
    Effect.forEach(
      Array.from({ length: count }, (_, i) => `${name}${i}`),
      (worker) => accept(worker, hitTypeOf(run))
    )
  )

const submit = (all: ReadonlyArray<Held>) =>
  Effect.flatMap(Marketplace, ({ submit }) =>
    Effect.forEach(all, (held) => submit(held, { label: "good" }), { discard: true })
  )

const counted = (wire: Wire, run: TaskRun, units: number, after: string) =>
  Effect.gen(function* () {
    const before = wire.calls.length
    const changed = yield* Effect.flatMap(Units, (all) => all.sync(run.id))
    return { after, units, changed, calls: wire.calls.length - before }
  })

const crowdOn = (wire: Wire) =>
  Effect.map(Marketplace, ({ credentials }) =>
    MTurk.layer({
      endpoint: wire.url,
      credentials: { ...credentials, secretAccessKey: Redacted.make(credentials.secretAccessKey) }
    })
  )

/** A run is launched, worked on, decided and taken back; of every sync between these, what it took. */
export const syncs = (units: number) =>
  Effect.gen(function* () {
    const { url } = yield* Marketplace
    const wire = yield* proxy(url)
    const crowd = yield* crowdOn(wire)
    const tenth = units / 10
    const first = Effect.gen(function* () {
      const { run } = yield* launched(units)
      const sync = (after: string) => counted(wire, run, units, after)
      const none = yield* sync("launch")
      yield* submit(yield* accept(run, "slow", tenth))
      const some = yield* sync("a tenth submitted")
      const again = yield* sync("nothing")
      const held = yield* accept(run, "slow", tenth)
      const working = yield* sync("a tenth accepted")
      yield* submit([...held, ...(yield* accept(run, "late", 8 * tenth))])
      const most = yield* sync("all the others submitted")
      const idle = yield* sync("nothing")
      return { run, rows: [none, some, again, working, most, idle] }
    })
    const { rows, run } = yield* Effect.provide(first, crowd)
    const sync = (after: string) => counted(wire, run, units, after)
    const restarted = Effect.gen(function* () {
      const fresh = yield* sync("a restart")
      yield* Effect.flatMap(Agents, (agents) => Stream.runDrain(agents.approveAll(run.id)))
      return [fresh, yield* sync("approval of all"), yield* sync("nothing")]
    })
    return [...rows, ...(yield* Effect.provide(restarted, crowd))]
  }).pipe(Effect.provide(Layer.fresh(Store.layerMemory)))

/** A run of which a part is taken back while some are at work on it: of every sync then, what it took. */
export const closing = (units: number, syncsAfter: number) =>
  Effect.gen(function* () {
    const { url } = yield* Marketplace
    const wire = yield* proxy(url)
    const tenth = units / 10
    const closed = Effect.gen(function* () {
      const { run } = yield* launched(units)
      const sync = (after: string) => counted(wire, run, units, after)
      yield* submit(yield* accept(run, "early", tenth))
      const held = yield* accept(run, "busy", tenth)
      yield* Effect.flatMap(Units, (all) => all.expireAll(run.id))
      const soon = [yield* sync("closing"), yield* sync("nothing")]
      yield* submit(held)
      const late = yield* sync("those at work submitted")
      // The service believes no signature that is much older or newer.
      const rest = yield* later(
        "2 minutes",
        Effect.forEach(Array.from({ length: syncsAfter }), () => sync("a minute"))
      )
      return [...soon, late, ...rest]
    })
    const rows = yield* Effect.provide(closed, yield* crowdOn(wire))
    return { rows, looked: wire.of("ListAssignmentsForHIT").map(({ HITId }) => String(HITId)) }
  }).pipe(Effect.provide(Layer.fresh(Store.layerMemory)))
