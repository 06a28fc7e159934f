/**
 * The process that is killed: launches a batch, has it worked on, approves all of it, and pays a bonus for every unit.
 */
import { writeSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type Agent, Agents } from "../../src/Agents.js"
import * as Batch from "../../src/Batch.js"
import * as Crowd from "../../src/Crowd.js"
import type { RunId } from "../../src/Ids.js"
import { Journal } from "../../src/Journal.js"
import { Requesters } from "../../src/Requesters.js"
import * as SqliteStore from "../../src/store/SqliteStore.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import { type Unit, Units } from "../../src/Units.js"
import * as driver from "../support/remoteCrowd/driver.js"
import { Ledger, showsAfter } from "../support/remoteCrowd/protocol.js"
import { payAll } from "./payAll.js"
import { type Phase, rowsOf, type Step, task, Work } from "./task.js"

const work = Schema.decodeUnknownSync(Work)(process.argv[2])

const say = (phase: Phase) => Effect.sync(() => writeSync(1, `${phase}\n`))

const reached = (step: Step) =>
  Effect.sync(() => {
    if (step === work.killAt) process.kill(process.pid, "SIGKILL")
  })

/** Again and again until the crowd answers. */
const persist = <A, E extends { readonly _tag: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.retry(effect, { while: ({ _tag }) => _tag === "ProviderError", schedule: Schedule.spaced("50 millis") })

/** What a person would do: look at the crowd's own books. What `settle` can confirm is left to that. */
const resolve = Effect.gen(function* () {
  const journal = yield* Journal
  const { entries } = yield* Effect.promise(async () =>
    Schema.decodeUnknownSync(Ledger)(await (await fetch(`${work.url}/ledger`)).json())
  )
  const happened = new Map(entries.filter(({ acted }) => acted > 0).map((entry) => [entry.token, entry]))
  if (Object.values(work.promised).includes("confirmOnly")) {
    yield* Effect.sleep(showsAfter)
    yield* journal.settle()
  }
  yield* Stream.runForEach(journal.list("uncertain"), ({ id }) => {
    const entry = happened.get(id)
    if (entry === undefined) return journal.resolve(id, "did_not_happen")
    return work.promised[entry.kind] === "confirmOnly"
      ? Effect.dieMessage(`${id} was done, and settle did not see it`)
      : journal.resolve(id, "happened", { remoteId: entry.remoteId })
  })
})

const workOn = (run: RunId) =>
  Effect.gen(function* () {
    const units = yield* Units
    const agents = yield* Agents
    /** The units of a row are for different people. */
    const arrive = ({ index, place, remoteId }: Unit) => {
      const remote = Option.getOrElse(remoteId, () => "")
      return agents.register(run, { worker: `w${index}-${place % 50}`, unit: remote, agent: `at-${remote}` })
    }
    const submit = ({ id, unit, worker }: Agent) => agents.submit({ agent: id, worker, answers: { answer: unit } })
    const atOnce = { concurrency: 16, unordered: true }
    yield* Stream.runDrain(Stream.mapEffect(units.list(run, { status: "launched" }), arrive, atOnce))
    const atWork = Stream.filter(agents.list(run), ({ status }) => status === "accepted")
    yield* Stream.runDrain(Stream.mapEffect(atWork, submit, atOnce))
  })

const launch = Effect.gen(function* () {
  const batch = yield* Batch.fromRows({ name: "once", task, template: "<p>${x}</p>", rows: rowsOf(work.units) })
  const requester = yield* Effect.flatMap(Requesters, (requesters) => requesters.register("me", {}))
  yield* Crowd.launch(batch, { requester: requester.id })
})

/** What is uncertain is left to a person. */
const leave = () => Effect.void

const program = Effect.gen(function* () {
  const runs = yield* TaskRuns
  const agents = yield* Agents
  yield* say("resuming")
  yield* (yield* Journal).settle()
  if (work.resolve) yield* resolve
  yield* say("launching")
  yield* Effect.catchTag(persist(launch), "Uncertain", leave)
  const run = yield* Effect.flatten(Stream.runHead(runs.list))
  yield* say("working")
  yield* workOn(run.id)
  yield* say("approving")
  yield* Effect.catchTag(persist(Stream.runDrain(agents.approveAll(run.id))), "Uncertain", leave)
  yield* say("paying")
  yield* persist(payAll(run.id, ({ _tag }) => _tag !== "Uncertain", reached("recorded")))
  yield* say("done")
})

const layer = Layer.provide(driver.layer({ ...work, reached }), SqliteStore.layer({ filename: work.file }))

Effect.runPromise(Effect.provide(program, layer)).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`)
    process.exit(1)
  }
)
