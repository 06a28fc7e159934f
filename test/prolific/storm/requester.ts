/** The process that is killed: launches a batch, serves who comes, decides on what is submitted, and pays bonuses. */
import { writeSync } from "node:fs"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type Agent, Agents } from "../../../src/Agents.js"
import * as Batch from "../../../src/Batch.js"
import * as Crowd from "../../../src/Crowd.js"
import type { RunId } from "../../../src/Ids.js"
import { Journal } from "../../../src/Journal.js"
import * as Prolific from "../../../src/Prolific.js"
import { Requesters } from "../../../src/Requesters.js"
import * as SqliteStore from "../../../src/store/SqliteStore.js"
import { type TaskRun, TaskRuns } from "../../../src/TaskRuns.js"
import { Units } from "../../../src/Units.js"
import type { Phase } from "../../crash/task.js"
import * as participants from "./participants.js"
import { bonusesOf, Errand, isOffTopic, rowsOf, task } from "./protocol.js"

const { persist } = participants

const errand = Schema.decodeUnknownSync(Errand)(process.argv[2])

const say = (phase: Phase) => Effect.sync(() => writeSync(1, `${phase}\n`))

const launch = Effect.gen(function* () {
  const batch = yield* Batch.fromRows({ name: "storm", task, template: "<p>${x}</p>", rows: rowsOf(errand.units) })
  const requester = yield* Effect.flatMap(Requesters, (requesters) => requesters.register("me", {}))
  yield* Crowd.launch(batch, { requester: requester.id })
})

const why =
  "The text had to be read and its mood named with one of the labels; what was sent is none of these labels, nor any text."

/** Work without answers of ours, and work of no use, is rejected; all else is paid for, also what is off topic. */
const decide = ({ answers, id, unit }: Agent) =>
  Effect.gen(function* () {
    const agents = yield* Agents
    const { place } = yield* Effect.flatMap(Units, (units) => units.get(unit))
    if (Option.isNone(answers)) return yield* agents.reject(id, why, { category: "NO_DATA" })
    if (answers.value["answer"] === "careless") return yield* agents.reject(id, why, { category: "LOW_EFFORT" })
    return yield* isOffTopic(place) ? agents.softReject(id, "off topic") : agents.approve(id)
  })

/** What Prolific does not have yet is decided in a later round. */
const review = (run: RunId) =>
  Effect.flatMap(Agents, (agents) =>
    Stream.runDrain(
      Stream.mapEffect(
        agents.submissions(run, { status: "completed" }),
        (agent) =>
          persist(decide(agent)).pipe(
            Effect.catchTags({ ProviderError: () => Effect.void, InvalidTransition: () => Effect.void })
          ),
        { concurrency: 4, unordered: true }
      )
    )
  )

const Study = Schema.Struct({ study: Schema.String })

/** Rounds of work and reviews, until every place has work that was paid for. */
const work = (run: TaskRun) =>
  Effect.gen(function* () {
    const runs = yield* TaskRuns
    const units = yield* Units
    const { study } = yield* Schema.decodeUnknown(Study)(Option.getOrNull(run.setup))
    const people = participants.make(errand.url, run.id)
    for (;;) {
      yield* say("working")
      yield* people.back
      yield* people.more(study)
      yield* persist(units.sync(run.id))
      yield* say("approving")
      yield* review(run.id)
      yield* persist(units.sync(run.id))
      const { assigned, completed, launched } = yield* runs.counts(run.id)
      if (assigned + completed + launched === 0) return
    }
  })

const wanted = (run: RunId) =>
  Stream.flatMap(Stream.fromIterable(["approved", "soft_rejected"] as const), (status) =>
    Stream.unwrap(Effect.map(Agents, (agents) => agents.submissions(run, { status })))
  ).pipe(
    Stream.mapEffect(({ id, unit }) =>
      Effect.map(
        Effect.flatMap(Units, (units) => units.get(unit)),
        ({ place }) => bonusesOf(place).map((bonus) => ({ ...bonus, agent: id }))
      )
    ),
    Stream.mapConcat((bonuses) => bonuses),
    Stream.map(({ agent, amount, key }) => ({
      to: { _tag: "Agent" as const, agent },
      amount,
      reason: "well done",
      key
    }))
  )

/** What is not known is left to a person, and so is the next bonus of that submission. */
const pay = (
  run: RunId
): Effect.Effect<void, unknown, Agents | Units | Effect.Effect.Context<ReturnType<typeof bonuses>>> =>
  Effect.flatMap(bonuses(run), (again) => (again ? pay(run) : Effect.void))

const bonuses = (run: RunId) =>
  Crowd.bonuses(run, wanted(run)).pipe(
    Stream.filterMap(({ outcome }) => Either.getLeft(outcome)),
    Stream.runFoldEffect(false, (again, error) => {
      if (error._tag === "Uncertain") return Effect.succeed(again)
      if (error._tag !== "ProviderError") return Effect.fail(error)
      return Effect.succeed(again || error.isRetryable)
    })
  )

const program = Effect.gen(function* () {
  const runs = yield* TaskRuns
  yield* say("resuming")
  yield* (yield* Journal).settle()
  yield* say("launching")
  yield* persist(launch)
  const run = yield* Effect.flatten(Stream.runHead(runs.list))
  yield* work(run)
  yield* say("paying")
  yield* pay(run.id)
  yield* say("done")
})

const crowd = Prolific.layer({
  url: errand.url,
  token: Redacted.make(errand.token),
  pages: "http://127.0.0.1:4000",
  live: true,
  timeout: Duration.millis(errand.timeout)
})

Effect.runPromise(Effect.provide(program, Layer.provide(crowd, SqliteStore.layer({ filename: errand.file })))).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`)
    process.exit(1)
  }
)
