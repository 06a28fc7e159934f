/** The crash proof: a run whose process is killed again and again does everything outward exactly once. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { program } from "../support/bundle.js"
import { start } from "../support/remoteCrowd/process.js"
import type { Assurances, Faults } from "../support/remoteCrowd/protocol.js"
import { seeded } from "../support/remoteCrowd/random.js"
import { compare, type Findings } from "./books.js"
import { instant, live } from "./supervise.js"
import { type Phase, phases, Work } from "./task.js"

/** Each made into one file. */
export const programs = Effect.all(
  { crowd: program("test/support/remoteCrowd/server.ts"), work: program("test/crash/program.ts") },
  { concurrency: 2 }
)
export type Programs = Effect.Effect.Success<typeof programs>

export interface Options {
  readonly promised: Assurances
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
  /** How many uncertain effects a person had to find out about. */
  readonly resolved: number
}

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "crowd-once-"))),
  (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
)

/** Goes on until the run is done, or until something is found wrong. */
export const prove = (programs: Programs, options: Options): Effect.Effect<Proof, Error> =>
  Effect.gen(function* () {
    const { faults, promised, seed, timeout, units } = options
    // What is uncertain is not asked for until a person has looked, so less is left than it seems.
    const reach = Object.values(promised).includes("neither") ? 0.4 : 1.5
    const random = seeded(seed)
    const file = join(yield* directory, "crowd.db")
    const crowd = yield* start(programs.crowd, { seed, promised, faults, timeout, pause: 12 })
    const killedIn: Array<Phase> = []
    let asked = 0
    let resolved = 0
    crowd.onAsked(() => asked++)

    const next = (resolve: boolean) => {
      const left = { orders: 3 * units - asked, kills: options.kills - killedIn.length, units }
      const spared = resolve || left.kills === 0
      const work = { file, url: crowd.url, units, promised, timeout, resolve }
      return live(
        programs.work,
        Schema.encodeSync(Work)(work),
        crowd,
        spared ? undefined : instant(random, left, reach)
      )
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
