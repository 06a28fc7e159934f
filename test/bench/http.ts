/**
 * Accept + submit over HTTP with every check on, against raw node:http + better-sqlite3 on a copy of the same file in the
 * same run. Each server is a process of its own that has its clients, the same for both, in it.
 */
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Local from "../../src/Local.js"
import * as SqliteStore from "../../src/store/SqliteStore.js"
import * as disk from "./disk.js"
import { type Crowd, type Durability, inTemporaryDirectory, launched, median } from "./setup.js"

const Measured = Schema.parseJson(Schema.Struct({ seconds: Schema.Number, p50: Schema.Number, p99: Schema.Number }))
type Measured = typeof Measured.Type

const measured = (server: "httpFloor" | "httpOurs", words: ReadonlyArray<string>, env: NodeJS.ProcessEnv) =>
  Effect.flatMap(
    Effect.promise(() =>
      promisify(execFile)(process.execPath, [fileURLToPath(new URL(`${server}.mjs`, import.meta.url)), ...words], {
        env
      })
    ),
    ({ stdout }) => Schema.decodeUnknown(Measured)(stdout)
  )

interface Case {
  readonly units: number
  readonly clients: number
  readonly durability: Durability
  readonly pairs: number
  /** By so many microseconds an fsync takes longer than it does here. */
  readonly slower?: number
}

const local: Crowd = (filename, durability) =>
  Layer.provideMerge(Local.layer(), SqliteStore.layer({ filename, durability }))

const measure = (directory: string, { clients: count, durability, pairs, slower, units }: Case) =>
  Effect.gen(function* () {
    const env = slower === undefined ? process.env : disk.slowerBy(slower, directory)
    if (env === undefined) return []
    const { copy, run } = yield* launched(directory, units, local)
    const one = (server: "httpFloor" | "httpOurs") =>
      Effect.suspend(() => measured(server, [copy(server), durability, run, `${units}`, `${count}`], env))
    const both = Effect.all({ raw: one("httpFloor"), ours: one("httpOurs") })
    return yield* Effect.replicateEffect(both, pairs)
  })

const micros = (all: ReadonlyArray<Measured>, units: number): number =>
  (median(all.map(({ seconds }) => seconds)) * 1e6) / units

const report = (
  { clients, durability, slower = 0, units }: Case,
  pairs: ReadonlyArray<{ raw: Measured; ours: Measured }>
) => {
  if (pairs.length === 0) return console.log("no slower disk: there is no C compiler (cc)")
  const raw = pairs.map((pair) => pair.raw)
  const ours = pairs.map((pair) => pair.ours)
  const ratio = median(pairs.map((pair) => pair.raw.seconds / pair.ours.seconds))
  const cost = micros(ours, units)
  const p99 = median(ours.map((one) => one.p99))
  console.log(
    `${String(units).padStart(7)} units  ${clients} workers  ${durability.padEnd(6)}  raw ${micros(raw, units).toFixed(0)}  ours ${cost.toFixed(0)}  ratio ${ratio.toFixed(2)}  a request: p50 ${median(ours.map((one) => one.p50)).toFixed(1)} ms, p99 ${p99.toFixed(1)} ms${slower === 0 ? "" : `, an fsync ${slower} µs longer`}`
  )
  return cost
}

const cases: ReadonlyArray<Case> = [
  { units: 1_000, clients: 32, durability: "normal", pairs: 3 },
  { units: 10_000, clients: 32, durability: "normal", pairs: 3 },
  { units: 10_000, clients: 32, durability: "full", pairs: 3 },
  { units: 10_000, clients: 32, durability: "full", pairs: 1, slower: 500 },
  { units: 10_000, clients: 32, durability: "full", pairs: 1, slower: 2_000 },
  { units: 10_000, clients: 50, durability: "normal", pairs: 1 },
  { units: 10_000, clients: 50, durability: "full", pairs: 1 },
  { units: 100_000, clients: 32, durability: "normal", pairs: 1 }
]

const sizes = process.argv.slice(2).map(Number)

const program = inTemporaryDirectory((directory) =>
  Effect.gen(function* () {
    console.log("accept + submit over HTTP, microseconds a unit; ratio = raw / ours")
    console.log(`an fsync takes ${disk.syncTime(directory).toFixed(0)} µs on this disk`)
    const chosen = cases.filter(({ units }) => sizes.length === 0 || sizes.includes(units))
    const costs = yield* Effect.forEach(chosen, (one) =>
      Effect.map(measure(directory, one), (pairs) => report(one, pairs))
    )
    if (sizes.length > 0) return
    const [first = 0] = costs
    const last = costs.at(-1) ?? 0
    console.log(`cost per unit at 100000: x${(last / first).toFixed(2)} of that at 1000`)
  })
)

await Effect.runPromise(program)
