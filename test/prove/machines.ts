/**
 * Three processes share twelve runs of a thousand units while one is killed, one is frozen, all are restarted, Postgres is
 * cut off and a fourth joins; then one process alone, for the calls. Then `accepting`: what people send over HTTP goes
 * through three processes and through one; and `parts`: what each costs.
 *
 * `npm run prove:machines -- [mock local mturk accepting parts]`
 */
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Record from "effect/Record"
import * as Schema from "effect/Schema"
import * as accepting from "../machines/accepting.js"
import * as resting from "../machines/parts.js"
import { CrowdName } from "../machines/protocol.js"
import { type Options, type Proof, prove } from "../machines/prove.js"
import { faults, longestGaps, longestTwice, single, table, whenOwned } from "../machines/report.js"
import * as script from "../machines/script.js"

const Part = Schema.Literal(...CrowdName.literals, "accepting", "parts")
const named = process.argv.slice(2)
const parts = Schema.decodeUnknownSync(Schema.Array(Part))(named.length > 0 ? named : Part.literals)
const crowds = parts.filter((part) => part !== "accepting" && part !== "parts")

/** A tenth more than one process asks. */
const bound = 1.1

const options = (crowd: CrowdName): Options => ({
  crowd,
  processes: 3,
  runs: 12,
  rows: 84,
  calm: 12,
  lasting: 100,
  happens: script.everyEvent
})

const perSecond = ({ during: { from, to } }: Proof, count: number): number => (1000 * count) / (to - from)

const proveAt = (crowd: CrowdName) =>
  Effect.gen(function* () {
    const three = yield* prove(options(crowd))
    console.log(`${crowd}: run → owner, each second`)
    for (const line of table(three)) console.log(line)
    const alone = yield* prove({ ...options(crowd), processes: 1, happens: script.nothingFor(three.during) })
    const ratios = {
      calls: perSecond(three, three.calls) / perSecond(alone, alone.calls),
      "calls when owned": whenOwned(three, "calls") / whenOwned(alone, "calls"),
      "rounds when owned": whenOwned(three, "rounds") / whenOwned(alone, "rounds")
    }
    const tooMany = Object.entries(ratios).filter(([, ratio]) => !(ratio <= bound))
    const found = [
      ...faults(three),
      ...alone.wrong,
      ...tooMany.map(([what, ratio]) => `${what}: ${ratio.toFixed(2)} of one process's`)
    ]
    for (const fault of found) console.log(`WRONG ${fault}`)
    console.table(Object.fromEntries([...longestGaps(three)].map(([event, gap]) => [event, `${gap.toFixed(1)} s`])))
    return {
      crowd,
      seconds: Math.round((three.during.to - three.during.from) / 1000),
      "one owner": `${(100 * single(three)).toFixed(1)} %`,
      "two at most": `${longestTwice(three).toFixed(1)} s`,
      "calls/s": perSecond(three, three.calls).toFixed(1),
      ...Record.map(ratios, (ratio) => ratio.toFixed(2)),
      wrong: found.length
    }
  })

const showAccepting = Effect.map(accepting.measure, ([one, three]) => {
  console.log("accept + submit over HTTP, on Postgres, through one process and through three")
  console.table([one, three])
  const speed = three["units/s"] / one["units/s"]
  const cost = accepting.costOf(three) / accepting.costOf(one)
  console.log(`three against one: ${speed.toFixed(2)} of the units a second, ${cost.toFixed(2)} of the CPU a unit`)
})

const program = Effect.gen(function* () {
  const rows = yield* Effect.forEach(crowds, proveAt)
  if (rows.length > 0) console.table(rows)
  if (parts.includes("accepting")) yield* showAccepting
  if (parts.includes("parts")) {
    console.log("one process of a cluster on Postgres: what a second of it costs")
    console.table(yield* resting.measure)
  }
  return rows.every(({ wrong }) => wrong === 0)
})

/** That nobody works on the Mock is no news. */
const quiet = Logger.minimumLogLevel(LogLevel.Error)

process.exitCode = (await Effect.runPromise(Effect.provide(program, quiet))) ? 0 : 1
