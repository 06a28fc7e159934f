/** The storm: a requester that is killed again and again, against a market that drops a fifth of all calls. */
import { fork } from "node:child_process"
import { join } from "node:path"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import { instant, live } from "../../crash/supervise.js"
import { type Phase, task } from "../../crash/task.js"
import { program } from "../../support/bundle.js"
import { seeded } from "../../support/remoteCrowd/random.js"
import { directory } from "../../support/sqlite.js"
import { compare, type Done, doneIn } from "./books.js"
import { Errand, Stall, Told } from "./protocol.js"

/** Each made into one file. */
export const programs = Effect.all(
  { market: program("test/mturk/storm/market.ts"), requester: program("test/mturk/storm/requester.ts") },
  { concurrency: 2 }
)
type Programs = Effect.Effect.Success<typeof programs>

/** A fifth is dropped, half of those after acting. */
const shares = {
  dropBefore: 0.1,
  dropAfter: 0.1,
  throttle: 0.01,
  serverError: 0.02,
  unavailable: 0.01,
  emptyPage: 0.01
}

export interface Options {
  readonly seed: number
  readonly units: number
  readonly kills: number
}

export interface Proof extends Done {
  readonly kills: number
  /** The phase each kill fell into. */
  readonly killedIn: ReadonlyArray<Phase>
  /** How many calls there were, and what became of how many of them. */
  readonly calls: number
  readonly faults: ReadonlyMap<string, number>
  readonly wrong: ReadonlyArray<string>
}

const outward = ["CreateHITWithHITType", "ApproveAssignment", "SendBonus"]

const market = (file: string, stall: Stall) =>
  Effect.gen(function* () {
    const listeners = new Set<() => void>()
    const faults = new Map<string, number>()
    let calls = 0
    const listening = yield* Deferred.make<number>()
    const ended = yield* Deferred.make<never>()
    const run = Runtime.runSync(yield* Effect.runtime<never>())
    const called = ({ fault, operation }: Extract<Told, { readonly _tag: "Called" }>) => {
      calls++
      if (fault !== null) faults.set(fault, (faults.get(fault) ?? 0) + 1)
      const acts = fault === null || fault === "DropAfter"
      if (acts && outward.includes(operation)) for (const listener of listeners) listener()
    }
    yield* Effect.acquireRelease(
      Effect.sync(() => {
        const child = fork(file, [Schema.encodeSync(Stall)(stall)], {
          stdio: ["ignore", "inherit", "inherit", "ipc"]
        })
        child.on("message", (message) => {
          const told = Schema.decodeUnknownSync(Told)(message)
          if (told._tag === "Listening") run(Deferred.succeed(listening, told.port))
          else called(told)
        })
        child.on("exit", (code) => void run(Deferred.die(ended, `the market ended with ${code}`)))
        return child
      }),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    )
    return {
      url: `http://127.0.0.1:${yield* Deferred.await(listening).pipe(Effect.race(Deferred.await(ended)))}`,
      onAsked: (listener: () => void) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      ended: Deferred.await(ended),
      told: () => ({ calls, faults })
    }
  })

/** Lets it rage until the requester is done. */
export const rage = (built: Programs, { kills, seed, units }: Options): Effect.Effect<Proof> =>
  Effect.gen(function* () {
    const dir = yield* directory
    const files = { market: join(dir, "market.db"), ours: join(dir, "ours.db") }
    const random = seeded(seed)
    const stall = yield* market(built.market, { file: files.market, seed, shares })
    const errand = Schema.encodeSync(Errand)({ file: files.ours, url: stall.url, units, timeout: 3_000 })
    const killedIn: Array<Phase> = []
    for (;;) {
      const done = doneIn(files.market)
      const left = {
        orders: units / task.unitsPerAssignment + 2 * units - done.hits - done.decided - done.bonuses,
        kills: kills - killedIn.length,
        units
      }
      const when = left.kills === 0 ? undefined : instant(random, left, 1.5)
      const { killed, phase } = yield* Effect.raceFirst(live(built.requester, errand, stall, when), stall.ended)
      if (!killed) break
      killedIn.push(phase)
    }
    return { ...doneIn(files.market), ...stall.told(), kills: killedIn.length, killedIn, wrong: compare(files, units) }
  }).pipe(Effect.scoped)
