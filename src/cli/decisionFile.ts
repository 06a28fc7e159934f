/** What was decided of a panel's people: as a file for the panel's own page, and the same file back. */
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { reasonOf } from "../batch/data/files.js"
import { ResultsNotWritten } from "../batch/Results.js"
import type { RunId } from "../Ids.js"
import { harmless, shellWord } from "../internal/text.js"
import * as Money from "../Money.js"
import { Panel } from "../Panel.js"
import { Provider } from "../Provider.js"
import * as Decisions from "../panel/Decisions.js"
import { TaskRuns } from "../TaskRuns.js"
import { Extras } from "./Extras.js"
import { UsageError } from "./failure.js"
import * as Invocation from "./Invocation.js"
import * as results from "./results.js"
import { Screen } from "./Screen.js"
import { Session } from "./Session.js"

/** Runs work with the panel that the run is on. */
const withPanel = <A, E, R>(run: RunId, work: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const { panel } = yield* Extras
    const { provider } = yield* Provider
    if (Option.isSome(panel)) return yield* Effect.provideService(work, Panel, panel.value)
    return yield* new UsageError({
      message: `${run} is on ${provider}, where every decision is carried out at once. Files of decisions are for panel.`
    })
  })

type Target = Pick<results.Target, "excel" | "force" | "path">

/** What is filled in there, and not taken in yet, is not replaced. */
const replace = (run: RunId, { force, path }: Target, text: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const failed = (error: PlatformError) => new ResultsNotWritten({ path, description: reasonOf(error) })
    yield* results.checkFolder(path, "--decisions")
    const before = (yield* Effect.mapError(fs.exists(path), failed))
      ? yield* Effect.mapError(fs.readFile(path), failed)
      : new Uint8Array()
    const bytes = new TextEncoder().encode(text)
    if (Buffer.compare(before, bytes) === 0) return
    if (before.byteLength > 0 && !force) {
      const take = yield* Invocation.crowd(`decisions ${run} ${shellWord(path)}`)
      return yield* new UsageError({
        message: `${path} is there already, and was left as it is. Take in what is filled in there with ${take}, then replace it with --force.`
      })
    }
    const part = `${path}.${globalThis.crypto.randomUUID().slice(0, 8)}.part`
    yield* fs
      .writeFile(part, bytes, { flag: "wx" })
      .pipe(
        Effect.zipRight(fs.rename(part, path)),
        Effect.mapError(failed),
        Effect.ensuring(Effect.ignore(fs.remove(part, { force: true })))
      )
  })

const isDecided = ({ decision, outcome }: Decisions.Decision): boolean => decision !== "" || outcome !== "completed"

export interface Written {
  readonly rows: number
  /** How many of them are decided, and not marked as done. */
  readonly toDo: number
  /** What these come to. */
  readonly total: Money.Money
}

/** None where it went to standard output. */
export const write = (run: RunId, target: Target) =>
  withPanel(
    run,
    Effect.gen(function* () {
      const { json } = yield* Session
      const screen = yield* Screen
      if (results.isStdout(target) && json) {
        return yield* new UsageError({
          message: "--decisions - and --json both print to standard output. Leave one of them out."
        })
      }
      const rows = Chunk.toReadonlyArray(yield* Stream.runCollect(Decisions.decided(run)))
      const table = yield* Stream.mkString(Decisions.encode(Stream.fromIterable(rows)))
      const text = target.excel ? `\uFEFF${table}` : table
      if (results.isStdout(target)) {
        screen.out.write(screen.out.isTerminal ? harmless(text) : text)
        return Option.none<Written>()
      }
      yield* replace(run, target, text)
      const open = rows.filter((row) => isDecided(row) && Option.isNone(row.agent.doneAt))
      const { currency } = (yield* (yield* TaskRuns).get(run)).task.reward
      const total = open.reduce(
        (sum, { bonus, reward }) => Money.sum(sum, Money.sum(reward, bonus)),
        Money.zero(currency)
      )
      return Option.some<Written>({ rows: rows.length, toDo: open.length, total })
    })
  )

/** Marks what the file says is done. */
export const read = (run: RunId, path: string) => withPanel(run, Decisions.markDone(run, path))
