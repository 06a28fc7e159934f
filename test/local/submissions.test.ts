import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it, layer as share } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import * as TestServices from "effect/TestServices"
import { type Agent, Agents, type Answers } from "../../src/Agents.js"
import * as Conductor from "../../src/Conductor.js"
import * as Local from "../../src/Local.js"
import * as SqliteStore from "../../src/store/SqliteStore.js"
import type { TaskRun } from "../../src/TaskRuns.js"
import { make, refusal } from "../../src/testing/suites/kit.js"
import { Workers } from "../../src/Workers.js"
import * as sqlite from "../support/sqlite.js"
import { from, secret } from "./visits.js"

const kit = make({ arrive: (worker) => Effect.succeed({ worker }) })

/** Whoever visits from this address accepts a unit. */
const visit = (run: TaskRun, peer: string) =>
  Effect.gen(function* () {
    const worker = yield* (yield* Local.Local).worker(from(peer))
    return yield* kit.accepted(run, yield* worker)
  })

const answer = (agent: Agent, answers: Answers) =>
  Effect.flatMap(Agents, (agents) => agents.submit({ agent: agent.id, worker: agent.worker, answers }))

/** Lets minutes pass while the run is conducted, until the agent is as wanted. */
const until = (agent: Agent, status: Agent["status"], within: number) =>
  Effect.gen(function* () {
    const agents = yield* Agents
    for (let minutes = 0; minutes <= within; minutes++) {
      const found = yield* agents.get(agent.id)
      if (found.status === status) return minutes
      yield* TestClock.adjust("1 minute")
      yield* TestServices.provideLive(Effect.sleep("5 millis"))
    }
    return yield* Effect.dieMessage(`${agent.id} is not ${status} within ${within} minutes`)
  })

const task = { duration: Duration.minutes(10), autoApprovalDelay: Duration.minutes(30) }

share(Layer.provide(Local.layer(), sqlite.layer()))("submissions to Local, while the run is conducted", (it) => {
  it.effect("that come late are refused: the unit was given to somebody else, whose work it stays", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched({ task })
      const loop = yield* Effect.fork(Conductor.conduct(run.id, { every: "1 minute" }))
      const ada = yield* visit(run, "192.0.2.1")
      expect(yield* until(ada, "expired", 12)).toBeGreaterThanOrEqual(10)
      const grace = yield* visit(run, "192.0.2.2")
      expect(grace.unit).toBe(ada.unit)
      const late = yield* refusal(answer(ada, { label: "late" }), "InvalidTransition")
      expect(late).toMatchObject({ entity: "Agent", id: ada.id, from: "expired", operation: "submit" })
      yield* answer(grace, { label: "in time" })
      yield* refusal(answer(ada, { label: "late" }), "InvalidTransition")
      const kept = yield* agents.get(grace.id)
      expect(kept.answers).toEqual(Option.some({ label: "in time" }))
      expect((yield* agents.get(ada.id)).answers).toEqual(Option.none())
      yield* Fiber.interrupt(loop)
    })
  )

  it.effect("that come in time are kept when the lease would have ended, and approved after the delay", () =>
    Effect.gen(function* () {
      const run = yield* kit.launched({ task })
      const loop = yield* Effect.fork(Conductor.conduct(run.id, { every: "1 minute" }))
      const ada = yield* visit(run, "192.0.2.1")
      yield* TestClock.adjust("9 minutes")
      yield* answer(ada, { label: "good" })
      expect(yield* until(ada, "approved", 32)).toBeGreaterThanOrEqual(30)
      const summary = yield* kit.patient(Fiber.join(loop))
      expect(summary).toMatchObject({
        provider: "local",
        mode: "live",
        units: { accepted: 1 },
        cost: { rewards: 5, fees: 0, total: 5 }
      })
    })
  )

  it.effect("from a page that was gone for minutes are taken, as long as the lease goes on", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const workers = yield* Workers
      const run = yield* kit.launched({ rows: 2, task })
      const loop = yield* Effect.fork(Conductor.conduct(run.id, { every: "1 minute" }))
      const ada = yield* visit(run, "192.0.2.1")
      const grace = yield* visit(run, "192.0.2.2")
      yield* agents.heartbeat(ada.id)
      yield* agents.start(grace.id)
      expect(yield* until(ada, "disconnected", 5)).toBeGreaterThanOrEqual(2)
      const parts = yield* Stream.runCollect(workers.ofRun(run.id))
      expect([...parts].map(({ agents: { disconnected, in_task } }) => [in_task, disconnected])).toEqual([
        [0, 1],
        [1, 0]
      ])
      expect((yield* answer(ada, { label: "good" })).status).toBe("completed")
      yield* agents.heartbeat(grace.id)
      expect(yield* until(grace, "disconnected", 5)).toBeGreaterThanOrEqual(2)
      expect(yield* until(grace, "expired", 12)).toBeGreaterThanOrEqual(1)
      yield* Fiber.interrupt(loop)
    })
  )

  it.effect("that come again are the same success, also once approved; other answers are not", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched({ task })
      const ada = yield* visit(run, "192.0.2.1")
      const all = yield* Effect.all(
        Array.from({ length: 20 }, () => answer(ada, { label: "good", more: { than: ["one"] } })),
        { concurrency: "unbounded" }
      )
      expect(new Set(all.map(({ status }) => status))).toEqual(new Set(["completed"]))
      yield* refusal(answer(ada, { label: "bad" }), "AlreadySubmitted")
      yield* agents.approve(ada.id)
      expect((yield* answer(ada, { more: { than: ["one"] }, label: "good" })).status).toBe("approved")
      yield* refusal(answer(ada, { label: "bad" }), "AlreadySubmitted")
    })
  )

  it.effect("in another visitor's name are refused, before and after the work is done", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched({ rows: 2, task })
      const ada = yield* visit(run, "192.0.2.1")
      const grace = yield* visit(run, "192.0.2.2")
      const foreign = agents.submit({ agent: ada.id, worker: grace.worker, answers: { label: "good" } })
      yield* refusal(foreign, "NotYourAgent")
      yield* answer(ada, { label: "good" })
      yield* refusal(foreign, "NotYourAgent")
      expect((yield* agents.get(grace.id)).status).toBe("accepted")
    })
  )

  it.effect("of what was returned are refused; one who went away for a while may still answer", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched({ rows: 2, task })
      const ada = yield* visit(run, "192.0.2.1")
      yield* agents.return(ada.id)
      yield* refusal(answer(ada, { label: "good" }), "InvalidTransition")
      const grace = yield* visit(run, "192.0.2.2")
      expect(grace.unit).toBe(ada.unit)
      yield* agents.disconnect(grace.id)
      expect((yield* visit(run, "::ffff:192.0.2.2")).id).toBe(grace.id)
      expect((yield* answer(grace, { label: "good" })).status).toBe("completed")
    })
  )
})

describe("an address", () => {
  it.scoped("is nowhere in the database where pseudonyms are asked for", () =>
    Effect.gen(function* () {
      const directory = yield* sqlite.directory
      const written = () => Buffer.concat(readdirSync(directory).map((name) => readFileSync(join(directory, name))))
      const life = (options: Local.Options, peer: string) =>
        Effect.gen(function* () {
          const agents = yield* Agents
          const agent = yield* visit(yield* kit.launched(), peer)
          yield* answer(agent, { label: "good" })
          yield* agents.approve(agent.id)
          expect(written().includes(agent.workerName)).toBe(true)
        }).pipe(
          Effect.provide(
            Layer.provide(Local.layer(options), SqliteStore.layer({ filename: join(directory, "crowd.db") }))
          )
        )
      yield* life({ pseudonyms: true, secret }, "198.51.100.77")
      expect(written().includes("198.51.100")).toBe(false)
      yield* life({}, "198.51.100.78")
      expect(written().includes("198.51.100.78")).toBe(true)
    })
  )
})
