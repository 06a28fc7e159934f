/** The storm: a requester that is killed again and again, at a Prolific of which a fifth of all calls fail. */
import { fork, spawn } from "node:child_process"
import { join } from "node:path"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import { type Instant, live } from "../../crash/supervise.js"
import type { Phase } from "../../crash/task.js"
import { program } from "../../support/bundle.js"
import { seeded } from "../../support/remoteCrowd/random.js"
import { directory } from "../../support/sqlite.js"
import { compare, type Done, doneIn, verdicts } from "./books.js"
import { Errand, opening, rates, report, Told } from "./protocol.js"

/** Each made into one file. */
export const programs = Effect.all(
  {
    double: program("test/support/prolific/telling.ts", { findsPackages: true }),
    requester: program("test/prolific/storm/requester.ts"),
    crowd: program("src/cli/bin.ts", { findsPackages: true })
  },
  { concurrency: 3 }
)
type Programs = Effect.Effect.Success<typeof programs>

export interface Options {
  readonly seed: number
  readonly units: number
  readonly kills: number
}

export interface Proof extends Done {
  readonly kills: number
  /** The phase each kill fell into. */
  readonly killedIn: ReadonlyArray<Phase>
  /** How many calls there were, and how many of them came back as no success, or not at all. */
  readonly calls: number
  readonly failed: number
  /** What was uncertain, and has been confirmed or denied with `crowd resume`. */
  readonly confirmed: number
  readonly denied: number
  readonly wrong: ReadonlyArray<string>
}

/** Calls in which somebody comes, is decided on or is paid. */
const counted = [
  "GET /api/v1/submissions/{id}/",
  "POST /api/v1/submissions/{id}/transition/",
  "POST /api/v1/bulk-bonus-payments/{id}/pay/"
]

/** There are a few more for each unit. */
const callsOfUnit = 8

/** How long Prolific takes to pay a bonus, in milliseconds: what was asked for is not to be seen at once. */
const bonusDelay = 60

const settings = {
  rates,
  pace: 1,
  switches: { bonusDelay },
  workspaces: [{ title: "Research", currency: "GBP", balance: opening, projects: ["Project"] }]
}

/** The double's process, which outlives all of the requester's. */
const prolific = (file: string, seed: number) =>
  Effect.gen(function* () {
    const listeners = new Set<() => void>()
    const listening = yield* Deferred.make<{ readonly url: string; readonly token: string }>()
    const ended = yield* Deferred.make<never>()
    const run = Runtime.runSync(yield* Effect.runtime<never>())
    yield* Effect.acquireRelease(
      Effect.sync(() => {
        const child = fork(file, [JSON.stringify({ seed, share: 0.2, settings })], {
          stdio: ["ignore", "inherit", "inherit", "ipc"]
        })
        child.on("message", (message) => {
          const told = Schema.decodeUnknownSync(Told)(message)
          if (told._tag === "Listening") run(Deferred.succeed(listening, told))
          else if (counted.includes(told.call)) for (const listener of listeners) listener()
        })
        child.on("exit", (code) => void run(Deferred.die(ended, `the double ended with ${code}`)))
        return child
      }),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    )
    const { token, url } = yield* Effect.race(Deferred.await(listening), Deferred.await(ended))
    return {
      url,
      token,
      report: Effect.promise(() => report(url)),
      ended: Deferred.await(ended),
      onAsked: (listener: () => void) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      }
    }
  })

/** The command, as a person types it. */
const command = (file: string, words: ReadonlyArray<string>, env: Readonly<Record<string, string>>) =>
  Effect.async<string>((resume) => {
    const child = spawn(process.execPath, [file, ...words], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let said = ""
    child.stdout.on("data", (text) => {
      said += String(text)
    })
    child.stderr.on("data", (text) => {
      said += String(text)
    })
    child.on("close", () => resume(Effect.succeed(said)))
    return Effect.sync(() => child.kill("SIGKILL"))
  })

/** Lets it rage until everything is done, and nothing is uncertain any more. */
export const rage = (built: Programs, { kills, seed, units }: Options): Effect.Effect<Proof> =>
  Effect.gen(function* () {
    const file = join(yield* directory, "ours.db")
    const random = seeded(seed)
    const double = yield* prolific(built.double, seed)
    const { token, url } = double
    const errand = Schema.encodeSync(Errand)({ file, url, token, units, timeout: 3_000 })
    const killedIn: Array<Phase> = []
    const verdict = { confirmed: 0, denied: 0 }

    /** Mostly after so many calls, so that the kills are spread over all there is to do. */
    const nextKill = Effect.map(double.report, ({ calls }): Instant | undefined => {
      const left = kills - killedIn.length
      if (left === 0) return undefined
      const done = calls.filter(({ call }) => counted.includes(call)).length
      const share = Math.max(callsOfUnit * units - done, 5 * left) / left
      const kind = random()
      if (kind < 0.15) return { _tag: "Phase", phase: kind < 0.05 ? "starting" : "resuming", millis: random() * 200 }
      return { _tag: "Asked", times: 1 + Math.floor(random() * 1.5 * share), millis: random() * 30 }
    })

    /** Looks into Prolific's books for each that is listed as uncertain, and says what is there. */
    const settle = Effect.gen(function* () {
      yield* Effect.sleep(10 * bonusDelay)
      const found = verdicts(file, yield* double.report)
      const words = found.flatMap(({ happened, token }) => [happened ? "--confirm" : "--deny", token])
      if (found.length === 0) return false
      verdict.confirmed += found.filter(({ happened }) => happened).length
      verdict.denied += found.filter(({ happened }) => !happened).length
      const said = yield* command(built.crowd, ["resume", "--live", "--db", file, ...words], {
        CROWD_PROVIDER: "prolific",
        PROLIFIC_URL: url,
        PROLIFIC_TOKEN: token
      })
      const left = verdicts(file, yield* double.report).filter((one) => found.some(({ token }) => token === one.token))
      return left.length === 0
        ? true
        : yield* Effect.dieMessage(`crowd resume left ${left.length} of ${found.length}: ${said}`)
    })

    for (;;) {
      const life = live(built.requester, errand, double, yield* nextKill)
      const { killed, phase } = yield* Effect.raceFirst(life, double.ended)
      if (killed) killedIn.push(phase)
      else if (!(yield* settle)) break
    }
    const books = yield* double.report
    return {
      ...doneIn(books),
      ...verdict,
      kills: killedIn.length,
      killedIn,
      calls: books.calls.length,
      failed: books.calls.filter(({ status }) => status === null || status >= 400).length,
      wrong: compare(file, books, units)
    }
  }).pipe(Effect.scoped)
