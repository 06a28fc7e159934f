/**
 * What was decided of a panel's people, as a file for the panel's own page, and the same file back with what was done there.
 *
 * CSV: UTF-8, line ends CRLF, a header. One row for each submission, and for each visit that the page ended: who it is by
 * the panel's own names, how it ended, the code they left with, the decision (`approve`, `reject`, or nothing as long as
 * there is none), and what is to be paid, as a decimal and in minor units. A text that a spreadsheet would take for a
 * formula has a `'` before it. `Done` is filled in by whoever has done it; with a time where it came back already. What is
 * decided after that, a bonus or that a rejection is overridden, is a row to be done again, with this alone.
 *
 * @since 0.1.0
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import { stringify } from "csv-stringify/sync"
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type Agent, Agents } from "../Agents.js"
import * as Csv from "../batch/data/csv.js"
import { source } from "../batch/data/files.js"
import * as Faults from "../batch/faults.js"
import { type Bad, bad } from "../batch/rows.js"
import type { AgentNotFound, InvalidInput, ProviderError, StoreError, TaskRunNotFound } from "../CrowdError.js"
import type { RunId } from "../Ids.js"
import * as Money from "../Money.js"
import { Panel } from "../Panel.js"
import type { AgentStatus } from "../States.js"
import { type TaskRun, TaskRuns } from "../TaskRuns.js"
import { type PaidBonus, Workers, type Service as WorkersService } from "../Workers.js"
import { columns, type Decision, headerFaults, isDone, names, rowFaults } from "./decisionRows.js"

export type { Decision } from "./decisionRows.js"

const decisions: { readonly [Status in AgentStatus]?: Decision["decision"] } = {
  completed: "",
  approved: "approve",
  soft_rejected: "approve",
  rejected: "reject"
}

/** The bonuses of the worker that are for this agent's unit, or for the run and in no row before; each is in one row. */
const bonusesOf = (workers: WorkersService, told: Set<string>, { run, unit, worker }: Agent) =>
  workers.bonuses(worker).pipe(
    Stream.filter(
      (bonus) =>
        !told.has(bonus.token) &&
        (Option.isNone(bonus.unit) ? Option.contains(bonus.run, run) : bonus.unit.value === unit)
    ),
    Stream.tap(({ token }) => Effect.sync(() => told.add(token))),
    Stream.runCollect
  )

/** What is to be paid to the agent, or was; what was decided after it was marked as done is still to be paid. */
const amountsOf = (
  { task }: TaskRun,
  { decidedAt, doneAt, status }: Agent,
  bonuses: Chunk.Chunk<PaidBonus>
): Pick<Decision, "reward" | "bonus" | "doneAt"> => {
  const nothing = Money.zero(task.reward.currency)
  const earned = decisions[status] === "approve" ? task.reward : nothing
  const sum = Chunk.reduce(nothing, (total, { amount }: PaidBonus) => Money.sum(total, amount))
  const isLater = (time: DateTime.Utc) => Option.exists(doneAt, DateTime.lessThan(time))
  const later = Chunk.filter(bonuses, ({ paidAt }) => isLater(paidAt))
  const isOverridden = Option.exists(decidedAt, isLater)
  return isOverridden || Chunk.isNonEmpty(later)
    ? { reward: isOverridden ? earned : nothing, bonus: sum(later), doneAt: Option.none() }
    : { reward: earned, bonus: sum(bonuses), doneAt }
}

/**
 * What there is to be done of a run, in the order in which people came.
 *
 * @since 0.1.0
 * @category getters
 */
export const decided = (
  id: RunId
): Stream.Stream<Decision, TaskRunNotFound | ProviderError | StoreError, Agents | TaskRuns | Workers | Panel> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const agents = yield* Agents
      const panel = yield* Panel
      const workers = yield* Workers
      const run = yield* (yield* TaskRuns).get(id)
      const told = new Set<string>()
      const rowOf = (agent: Agent) =>
        Effect.gen(function* () {
          const outcome = Option.getOrElse(agent.outcome, () => "completed" as const)
          return {
            agent,
            outcome,
            code: yield* panel.code(run, agent, outcome),
            decision: decisions[agent.status] ?? "",
            ...amountsOf(run, agent, yield* bonusesOf(workers, told, agent))
          }
        })
      return agents.list(id).pipe(
        Stream.filter(({ outcome, submittedAt }) => Option.isSome(submittedAt) || Option.isSome(outcome)),
        Stream.mapEffect(rowOf)
      )
    })
  )

/** A link may bring anything, and the file is opened in spreadsheets. */
const lines = (rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  stringify(
    rows.map((row) => [...row]),
    {
      record_delimiter: "\r\n",
      quote_record_delimiter: true,
      cast: { string: (value) => ({ value, escape_formulas: true }) }
    }
  )

/**
 * The file as text.
 *
 * @since 0.1.0
 * @category conversions
 */
export const encode = <E, R>(rows: Stream.Stream<Decision, E, R>): Stream.Stream<string, E, R> =>
  Stream.concat(
    Stream.make(lines([names])),
    Stream.map(rows, (row) => lines([names.map((name) => columns[name](row))]))
  )

interface Reading {
  readonly header: "expected" | "unusable" | ReadonlyArray<string>
  readonly faults: Faults.Faults
}

/** What the file says is done. Remembers each row, and fails with all that is wrong with them. */
const read = (
  file: string,
  known: ReadonlyMap<string, Decision>
): Effect.Effect<ReadonlyArray<Decision>, InvalidInput, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const { bytes } = yield* source(file, file, file)
    const seen = new Map<string, number>()
    const done: Array<Decision> = []

    const readRow = (header: ReadonlyArray<string>, record: Csv.CsvRecord): ReadonlyArray<Bad> => {
      const { fields, line } = record
      const ragged = Csv.raggedness(record, header)
      if (ragged.length > 0) return ragged
      const row = new Map(header.map((name, i) => [name, fields[i] ?? ""]))
      const id = row.get("agent") ?? ""
      const before = seen.get(id)
      if (before !== undefined) return [bad(line, `is of the same agent as line ${before}; keep one`)]
      seen.set(id, line)
      const ours = known.get(id)
      const wrong = rowFaults(row, ours)
      if (ours !== undefined && isDone(row)) done.push(ours)
      return wrong.map((message) => bad(line, message))
    }

    const start: Reading = { header: "expected", faults: Faults.none }
    const { faults, header } = yield* Stream.runFold(Csv.records(bytes), start, (reading, next): Reading => {
      const withFaults = (wrong: ReadonlyArray<Bad>) =>
        Faults.addAll(
          reading.faults,
          wrong.map(({ line, message }) => Faults.fault(file, message, line))
        )
      if (next._tag === "Bad") return { ...reading, faults: withFaults([next]) }
      if (reading.header === "unusable") return reading
      if (reading.header !== "expected") return { ...reading, faults: withFaults(readRow(reading.header, next)) }
      const wrong = headerFaults(next.fields)
      return {
        header: wrong.length > 0 ? "unusable" : next.fields,
        faults: withFaults(wrong.map((message) => bad(next.line, message)))
      }
    })
    const empty = header === "expected" ? [Faults.fault(file, "has no decisions; write them first")] : []
    yield* Faults.failIfAny(file, Faults.addAll(faults, empty))
    return done
  })

/**
 * What came back: how many visits are marked as done now, and how many were already.
 *
 * @since 0.1.0
 * @category models
 */
export interface Marked {
  readonly marked: number
  readonly before: number
}

/**
 * Reads the file that came back, and marks what is done there (`Agents.markDone`). A row that is not of the run, or says
 * another decision or another amount than we have, is refused; then nothing is marked, and all that is wrong is told at once.
 * What is decided while the file is read is not done by it.
 *
 * @example
 * import { NodeContext } from "@effect/platform-node"
 * import { Ids } from "effect-crowd"
 * import * as Decisions from "effect-crowd/panel/Decisions"
 * import * as Effect from "effect/Effect"
 *
 * const marked = Effect.provide(Decisions.markDone(Ids.RunId.make("run_1"), "decisions.csv"), NodeContext.layer)
 *
 * @since 0.1.0
 * @category destructors
 */
export const markDone = (
  run: RunId,
  file: string
): Effect.Effect<
  Marked,
  InvalidInput | TaskRunNotFound | AgentNotFound | ProviderError | StoreError,
  Agents | TaskRuns | Workers | Panel | FileSystem.FileSystem
> =>
  Effect.gen(function* () {
    const agents = yield* Agents
    const at = yield* DateTime.now
    const known = new Map<string, Decision>()
    yield* Stream.runForEach(decided(run), (row) => Effect.sync(() => known.set(row.agent.id, row)))
    const done = yield* read(file, known)
    const now = done.filter(({ doneAt }) => Option.isNone(doneAt))
    yield* Effect.forEach(now, ({ agent }) => agents.markDone(agent.id, { at }), { discard: true })
    return { marked: now.length, before: done.length - now.length }
  })
