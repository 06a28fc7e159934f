/** What a worker has done, and what they were paid on top. */
import * as Array from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type AgentOutline, Agents } from "../../Agents.js"
import { TaskRuns } from "../../TaskRuns.js"
import { type PaidBonus, Workers } from "../../Workers.js"
import { noneIfNotFound } from "../notFound.js"
import * as visitors from "../visitors.js"
import { accountOf } from "./offers.js"

const shownAtMost = 50

const newest = <A, E>(stream: Stream.Stream<A, E>) =>
  Effect.map(Stream.runCollect(Stream.take(stream, shownAtMost)), Chunk.toReadonlyArray)

const pieceOf = ({ acceptedAt, feedback, id, status, submittedAt }: AgentOutline) => ({
  agent: id,
  status,
  feedback: Option.getOrNull(feedback),
  acceptedAt,
  submittedAt: Option.getOrNull(submittedAt)
})

export const make = Effect.gen(function* () {
  const runs = yield* TaskRuns
  const agents = yield* Agents
  const workers = yield* Workers

  const inRun = ([first, ...others]: Array.NonEmptyReadonlyArray<AgentOutline>) =>
    Effect.gen(function* () {
      const { id, task } = yield* runs.get(first.run)
      const account = yield* accountOf(workers, id, first.worker)
      return { run: id, title: task.title, reward: task.reward, ...account, pieces: [first, ...others].map(pieceOf) }
    })

  const paidFor = ({ amount, paidAt, reason, run, token }: PaidBonus) =>
    Effect.map(
      Effect.transposeMapOption(run, (id) => noneIfNotFound(runs.get(id))),
      (found) => ({
        token,
        title: Option.getOrNull(Option.map(Option.flatten(found), ({ task }) => task.title)),
        amount,
        reason,
        paidAt
      })
    )

  /** By run, the newest first. */
  const work = ({ worker }: visitors.Visitor) =>
    Effect.gen(function* () {
      const known = yield* visitors.workerOf(workers, worker)
      if (Option.isNone(known)) return []
      const byRun = Object.values(Array.groupBy(yield* newest(agents.ofWorker(known.value.id)), ({ run }) => run))
      return Array.getSomes(yield* Effect.forEach(byRun, (agents) => noneIfNotFound(inRun(agents))))
    })

  const bonuses = ({ worker }: visitors.Visitor) =>
    Effect.gen(function* () {
      const known = yield* visitors.workerOf(workers, worker)
      if (Option.isNone(known)) return []
      return yield* Effect.forEach(yield* newest(workers.bonuses(known.value.id)), paidFor)
    })

  return { work, bonuses }
})
