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
import { launched, proxy, type Wire } from "./wire.js"

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

/** A run is launched, worked on, decided and taken back; of every sync between these, what it took. */
export const syncs = (units: number) =>
  Effect.gen(function* () {
    const { credentials, url } = yield* Marketplace
    const wire = yield* proxy(url)
    const crowd = MTurk.layer({
      endpoint: wire.url,
      credentials: { ...credentials, secretAccessKey: Redacted.make(credentials.secretAccessKey) }
    })
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
