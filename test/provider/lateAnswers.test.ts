/** Visits at a crowd that people go on to: answers that come late, and whoever comes again. */
import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { type Agent, Agents } from "../../src/Agents.js"
import * as Mock from "../../src/Mock.js"
import type { RemoteAgentStatus } from "../../src/States.js"
import * as Store from "../../src/Store.js"
import type { TaskRun } from "../../src/TaskRuns.js"
import { Units } from "../../src/Units.js"
import { make } from "../support/exitsCrowd.js"
import { kit } from "../support/failures.js"

type ExitsCrowd = ReturnType<typeof make>

const over = ({ layer }: ExitsCrowd) => Layer.provideMerge(layer, Store.layerMemory)

const comes = ({ id }: TaskRun, worker: string) =>
  Effect.flatMap(Agents, (agents) => agents.register(id, { worker, agent: `visit-of-${worker}` }))

const answers = { name: "spanner" }

const submits = ({ id, worker }: Agent) =>
  Effect.flatMap(Agents, (agents) => agents.submit({ agent: id, worker, answers }))

/** Their time is over, and it is noticed. */
const timesOut = ({ id }: TaskRun) =>
  Effect.zipRight(
    TestClock.adjust("2 hours"),
    Effect.flatMap(Agents, (agents) => agents.endOverdue(id))
  )

const unitStatuses = (run: TaskRun) =>
  Effect.map(kit.unitsOf(run), (units) => units.map(({ agent, status }) => [status, Option.getOrNull(agent)]))

/** The crowd says this of the worker's visit. */
const tells = ({ says }: ExitsCrowd, run: TaskRun, worker: string, status: RemoteAgentStatus) =>
  Effect.gen(function* () {
    const at = yield* DateTime.now
    const remoteAgent = `visit-of-${worker}`
    says.seen.push({ _tag: "Agent", workerName: worker, remoteAgent, status, answers: Option.none(), at })
    yield* (yield* Units).sync(run.id)
  })

const sent = { _tag: "Redirect", url: "https://crowd.example/done" } as const

describe("answers that come after the time is over", () => {
  it.effect("are taken as long as nobody else has the unit, once, and lead to the exit of what is done", () => {
    const crowd = make()
    crowd.says.exits.set("completed", sent)
    return Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched()
      const ada = yield* comes(run, "ada")
      expect(yield* timesOut(run)).toBe(1)
      expect(yield* agents.exit(ada.id)).toEqual(Option.none())
      const done = yield* submits(ada)
      expect(done).toMatchObject({ status: "completed", answers: Option.some(answers) })
      expect(Option.isSome(done.submittedAt)).toBe(true)
      expect(yield* unitStatuses(run)).toEqual([["completed", ada.id]])
      expect((yield* submits(ada)).status).toBe("completed")
      const others = { agent: ada.id, worker: ada.worker, answers: { name: "hammer" } }
      expect(yield* Effect.flip(agents.submit(others))).toMatchObject({ _tag: "AlreadySubmitted" })
      expect(yield* agents.exit(ada.id)).toEqual(Option.some(sent))
      expect((yield* agents.approve(ada.id)).status).toBe("approved")
    }).pipe(Effect.provide(over(crowd)))
  })

  it.effect("are refused where somebody else has it, or has submitted it", () => {
    const crowd = make()
    return Effect.gen(function* () {
      const run = yield* kit.launched()
      const ada = yield* comes(run, "ada")
      yield* timesOut(run)
      const grace = yield* comes(run, "grace")
      const refused = { _tag: "InvalidTransition", from: "expired" }
      expect(yield* Effect.flip(submits(ada))).toMatchObject(refused)
      yield* submits(grace)
      expect(yield* Effect.flip(submits(ada))).toMatchObject(refused)
      expect(yield* unitStatuses(run)).toEqual([["completed", grace.id]])
    }).pipe(Effect.provide(over(crowd)))
  })

  it.effect("are refused of whoever gave it back, and of somebody else's visit", () => {
    const crowd = make()
    return Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched({ rows: 2 })
      const ada = yield* comes(run, "ada")
      const grace = yield* comes(run, "grace")
      yield* agents.return(ada.id)
      expect(yield* Effect.flip(submits(ada))).toMatchObject({ _tag: "InvalidTransition", from: "returned" })
      yield* timesOut(run)
      const forged = agents.submit({ agent: grace.id, worker: ada.worker, answers })
      expect(yield* Effect.flip(forged)).toMatchObject({ _tag: "NotYourAgent" })
    }).pipe(Effect.provide(over(crowd)))
  })

  it.effect("are refused at a crowd that nobody has to be sent back to", () =>
    Effect.gen(function* () {
      const run = yield* kit.launched()
      const ada = yield* kit.accepted(run, "ada")
      yield* timesOut(run)
      expect(yield* Effect.flip(submits(ada))).toMatchObject({ _tag: "InvalidTransition", from: "expired" })
    }).pipe(Effect.provide(Mock.layer()))
  )
})

describe("answers of what only the crowd was told (NOCODE)", () => {
  it.effect("are taken once, and until then there is no exit that says they are done", () => {
    const crowd = make()
    crowd.says.exits.set("completed", sent)
    return Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched()
      const ada = yield* comes(run, "ada")
      yield* tells(crowd, run, "ada", "submitted")
      const told = yield* agents.get(ada.id)
      expect(told).toMatchObject({ status: "completed", answers: Option.none() })
      expect(yield* agents.exit(ada.id)).toEqual(Option.none())
      const done = yield* submits(ada)
      expect(done).toMatchObject({ status: "completed", answers: Option.some(answers), submittedAt: told.submittedAt })
      expect(yield* agents.exit(ada.id)).toEqual(Option.some(sent))
      const others = { agent: ada.id, worker: ada.worker, answers: { name: "hammer" } }
      expect(yield* Effect.flip(agents.submit(others))).toMatchObject({ _tag: "AlreadySubmitted" })
    }).pipe(Effect.provide(over(crowd)))
  })

  it.effect("are not taken any more once it is decided", () => {
    const crowd = make()
    return Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched()
      const ada = yield* comes(run, "ada")
      yield* tells(crowd, run, "ada", "submitted")
      yield* agents.reject(ada.id, "There is nothing")
      expect(yield* Effect.flip(submits(ada))).toMatchObject({ _tag: "AlreadySubmitted" })
    }).pipe(Effect.provide(over(crowd)))
  })
})

describe("whoever comes again by the same link", () => {
  it.effect("is who they were, is given nothing more, and is not asked about again, however it ended", () => {
    const crowd = make()
    return Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched({ rows: 3 })
      const ada = yield* comes(run, "ada")
      expect(yield* comes(run, "ada")).toMatchObject({ id: ada.id, status: "accepted", repeated: true })
      yield* agents.return(ada.id)
      expect(yield* comes(run, "ada")).toMatchObject({ id: ada.id, status: "returned", repeated: true })
      const grace = yield* comes(run, "grace")
      yield* timesOut(run)
      expect(yield* comes(run, "grace")).toMatchObject({ id: grace.id, status: "expired", repeated: true })
      yield* submits(grace)
      expect(yield* comes(run, "grace")).toMatchObject({ id: grace.id, status: "completed", repeated: true })
      expect(crowd.says.confirmed).toEqual(["visit-of-ada", "visit-of-grace"])
      expect((yield* unitStatuses(run)).map(([status]) => status).toSorted()).toEqual([
        "completed",
        "launched",
        "launched"
      ])
    }).pipe(Effect.provide(over(crowd)))
  })

  it.effect("is let in to nothing by a link that the crowd does not stand by, nor while it cannot be asked", () => {
    const crowd = make()
    return Effect.gen(function* () {
      const run = yield* kit.launched()
      crowd.says.strangers.add("visit-of-ada")
      expect(yield* Effect.flip(comes(run, "ada"))).toMatchObject({ _tag: "InvalidProviderData" })
      crowd.says.isDown = true
      expect(yield* Effect.flip(comes(run, "grace"))).toMatchObject({ _tag: "ProviderError" })
      expect((yield* unitStatuses(run)).map(([status]) => status)).toEqual(["launched"])
      crowd.says.isDown = false
      expect((yield* comes(run, "grace")).status).toBe("accepted")
    }).pipe(Effect.provide(over(crowd)))
  })
})
