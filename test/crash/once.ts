/** The crash proof: a run whose process is killed again and again does everything outward exactly once. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { program } from "../support/bundle.js"
import { start } from "../support/remoteCrowd/process.js"
import type { Assurances, Faults, Kind } from "../support/remoteCrowd/protocol.js"
import { seeded } from "../support/remoteCrowd/random.js"
import { compare, type Findings } from "./books.js"
import { type Instant, instant, live } from "./supervise.js"
import { type Phase, phases, steps, Work } from "./task.js"

/** Each made into one file. */
export const programs = Effect.all(
  { crowd: program("test/support/remoteCrowd/server.ts"), work: program("test/crash/program.ts") },
  { concurrency: 2 }
)
export type Programs = Effect.Effect.Success<typeof programs>

export interface Options {
  readonly promised: Assurances
  /** Which kinds have a preparation. */
  readonly preparing: ReadonlyArray<Kind>
  /** How often the last kills fall between each two steps of a bonus, which then has to have one. */
  readonly rounds: number
  readonly faults: Faults
  readonly seed: number
  readonly kills: number
  readonly units: number
  /** In milliseconds. */
  readonly timeout: number
}

export interface Proof extends Findings {
  readonly kills: number
  /** The phase each kill fell into. */
  readonly killedIn: ReadonlyArray<Phase>
  /** How many calls lost their caller. */
  readonly cutOff: number
  /** How many effects were left uncertain, until a person had looked or they were to be seen. */
  readonly resolved: number
}

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "crowd-once-"))),
  (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
)

/** Goes on until the run is done, or until something is found wrong. */
export const prove = (programs: Programs, options: Options): Effect.Effect<Proof, Error> =>
  Effect.gen(function* () {
    const { faults, preparing, promised, rounds, seed, timeout, units } = options
    const promises = Object.values(promised)
    // What is uncertain is not asked for until a person has looked, so less is left than it seems.
    const reach = promises.includes("neither") || promises.includes("confirmOnly") ? 0.4 : 1.5
    const anywhere = options.kills - rounds * steps.length
    const random = seeded(seed)
    const file = join(yield* directory, "crowd.db")
    const crowd = yield* start(programs.crowd, { seed, promised, preparing, faults, timeout, pause: 12 })
    const killedIn: Array<Phase> = []
    let asked = 0
    let resolved = 0
    crowd.onAsked(() => asked++)

    const nextKill = (): Instant | undefined => {
      const past = killedIn.length - anywhere
      const step = past < 0 || killedIn.length >= options.kills ? undefined : steps[past % steps.length]
      if (step !== undefined) return { _tag: "Step", step }
      const left = { orders: 3 * units - asked - rounds * 2 * steps.length, kills: -past, units }
      return past < 0 ? instant(random, left, reach) : undefined
    }

    const next = (resolve: boolean) => {
      const kill = resolve ? undefined : nextKill()
      const killAt = kill?._tag === "Step" ? kill.step : null
      const work = { file, url: crowd.url, units, promised, preparing, killAt, timeout, resolve }
      return live(programs.work, Schema.encodeSync(Work)(work), crowd, kill)
    }

    const audit = (ended: boolean) =>
      Effect.map(crowd.ledger, (ledger) => ({
        ...compare(ledger, file, { units, ended }),
        kills: killedIn.length,
        killedIn,
        cutOff: ledger.cutOff,
        resolved
      }))

    let resolve = false
    for (;;) {
      const { killed, phase } = yield* next(resolve)
      resolve = false
      if (killed) {
        killedIn.push(phase)
        continue
      }
      const found = yield* audit(false)
      if (found.wrong.length > 0) return found
      if (found.uncertain === 0) return yield* audit(true)
      resolved += found.uncertain
      resolve = true
    }
  }).pipe(Effect.scoped)

const both = (a: Proof, b: Proof): Proof => {
  const sum = (kind: "launched" | "approved" | "bonuses") => ({
    wanted: a[kind].wanted + b[kind].wanted,
    acted: a[kind].acted + b[kind].acted
  })
  return {
    launched: sum("launched"),
    approved: sum("approved"),
    bonuses: sum("bonuses"),
    uncertain: a.uncertain + b.uncertain,
    wrong: [...a.wrong, ...b.wrong],
    kills: a.kills + b.kills,
    killedIn: [...a.killedIn, ...b.killedIn],
    cutOff: a.cutOff + b.cutOff,
    resolved: a.resolved + b.resolved
  }
}

/** One run after another, until as many kills have hit as were asked for. Nearly always the first run takes them all. */
export const proveAll = (programs: Programs, options: Options): Effect.Effect<Proof, Error> =>
  Effect.flatMap(prove(programs, options), (proof) =>
    proof.kills === options.kills || proof.wrong.length > 0
      ? Effect.succeed(proof)
      : Effect.map(
          proveAll(programs, { ...options, seed: options.seed + 1_000, kills: options.kills - proof.kills }),
          (rest) => both(proof, rest)
        )
  )

/** How many kills fell into each phase. */
export const histogram = (killedIn: ReadonlyArray<Phase>): string =>
  phases.map((phase) => `${phase} ${killedIn.filter((killed) => killed === phase).length}`).join(", ")
