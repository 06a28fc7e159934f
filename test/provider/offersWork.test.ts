/** Who arrives at an offer that holds a row's units, or a run's, and work in it that we first hear of from the crowd. */
import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { type Agent, Agents } from "../../src/Agents.js"
import type { RemoteAgentStatus } from "../../src/States.js"
import { type TaskRun, TaskRuns } from "../../src/TaskRuns.js"
import { type Unit, Units } from "../../src/Units.js"
import { kit } from "../support/failures.js"
import { make } from "../support/offersCrowd.js"

type OffersCrowd = ReturnType<typeof make>

const launched = (rows: number, unitsPerAssignment: number) => kit.launched({ rows, task: { unitsPerAssignment } })

/** The crowd says this of the worker's work from now on, and no more of other work of theirs under that name. */
const says = (
  crowd: OffersCrowd,
  run: TaskRun,
  worker: string,
  status: RemoteAgentStatus,
  { offer, work = worker }: { readonly offer?: string; readonly work?: string } = {}
) =>
  Effect.gen(function* () {
    const at = yield* DateTime.now
    const before = crowd.says.findIndex((seen) => seen._tag === "Agent" && seen.remoteAgent === work)
    if (before >= 0) crowd.says.splice(before, 1)
    const answers = Option.some({ by: work })
    crowd.says.push({ _tag: "Agent", offer, workerName: worker, remoteAgent: work, status, answers, at })
    return yield* (yield* Units).sync(run.id)
  })

/** Who has which unit, by its place, and how it stands. */
const holders = (run: TaskRun) =>
  Effect.gen(function* () {
    const agents = yield* Agents
    return yield* Effect.forEach(yield* kit.unitsOf(run), ({ agent, status }: Unit) =>
      Option.match(agent, {
        onNone: () => Effect.succeed(status),
        onSome: (id) => Effect.map(agents.get(id), ({ workerName }) => `${status} ${workerName}`)
      })
    )
  })

const agentsOf = (run: TaskRun) =>
  Effect.gen(function* () {
    const all = yield* Stream.runCollect((yield* Agents).list(run.id))
    return [...all].map(({ status, workerName }) => `${workerName} ${status}`)
  })

const surplusOf = ({ id }: TaskRun) =>
  Effect.flatMap(TaskRuns, (runs) => Effect.map(runs.summary(id), ({ surplus }) => surplus))

const arrives = (run: TaskRun, worker: string, offer?: string) =>
  Effect.flatMap(Agents, (agents) => agents.register(run.id, { worker, offer, work: worker }))

describe("whoever arrives", () => {
  it.effect("at a row's offer gets a unit of it, and none where they have one already", () => {
    const crowd = make({ offers: { holds: "row" } })
    return Effect.gen(function* () {
      const run = yield* launched(2, 2)
      const ada = yield* arrives(run, "ada", "offer-1")
      const grace = yield* arrives(run, "grace", "offer-1")
      expect(yield* holders(run)).toEqual(["launched", "assigned ada", "launched", "assigned grace"])
      yield* (yield* Agents).return(grace.id)
      const again = (yield* Agents).register(run.id, { worker: "ada", offer: "offer-1", work: "another" })
      expect(yield* Effect.flip(again)).toMatchObject({ _tag: "NotEligible", reason: { _tag: "AlreadyWorked" } })
      expect((yield* arrives(run, "alan", "offer-1")).assignment).toBe(ada.assignment)
      expect(yield* Effect.flip(arrives(run, "joan", "offer-1"))).toMatchObject({ reason: { _tag: "NothingLeft" } })
    }).pipe(Effect.provide(crowd.layer))
  })

  it.effect("at a run's offer gets any unit of a row that is new to them, whether the offer is told or not", () => {
    const crowd = make({ offers: { holds: "run" } })
    return Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* launched(2, 2)
      const take = (work: string, offer?: string) => agents.register(run.id, { worker: "ada", offer, work })
      const first = yield* take("1", "offer-0")
      const second = yield* take("2")
      expect(first.assignment).not.toBe(second.assignment)
      expect(yield* Effect.flip(take("3", "offer-0"))).toMatchObject({ reason: { _tag: "AlreadyWorked" } })
    }).pipe(Effect.provide(crowd.layer))
  })

  it.effect.each(["row", "run"] as const)("at an offer of another run gets nothing: %s", (holds) => {
    const crowd = make({ offers: { holds } })
    return Effect.gen(function* () {
      const run = yield* launched(1, 1)
      yield* launched(1, 1)
      expect(yield* Effect.flip(arrives(run, "ada", "offer-1"))).toMatchObject({ _tag: "NotEligible" })
      expect(yield* holders(run)).toEqual(["launched"])
    }).pipe(Effect.provide(crowd.layer))
  })
})

describe("work of somebody unheard of", () => {
  it.effect.each(["row", "run"] as const)("takes a free unit, then one that was taken back: %s", (holds) => {
    const crowd = make({ offers: { holds } })
    return Effect.gen(function* () {
      const run = yield* launched(1, 2)
      yield* says(crowd, run, "ada", "working", { offer: "offer-0" })
      expect(yield* holders(run)).toEqual(["assigned ada", "launched"])
      yield* (yield* Units).expireAll(run.id)
      yield* says(crowd, run, "grace", "submitted", { offer: "offer-0" })
      expect(yield* holders(run)).toEqual(["assigned ada", "completed grace"])
    }).pipe(Effect.provide(crowd.layer))
  })

  it.effect.each(["row", "run"] as const)("takes over from whoever has held theirs the longest: %s", (holds) => {
    const crowd = make({ offers: { holds } })
    return Effect.gen(function* () {
      const run = yield* launched(1, 2)
      yield* arrives(run, "ada", "offer-0")
      yield* TestClock.adjust("1 minute")
      yield* arrives(run, "grace", "offer-0")
      yield* says(crowd, run, "alan", "working", { offer: "offer-0" })
      expect(yield* holders(run)).toEqual(["assigned alan", "assigned grace"])
      expect((yield* agentsOf(run)).toSorted()).toEqual(["ada returned", "alan accepted", "grace accepted"])
    }).pipe(Effect.provide(crowd.layer))
  })

  it.effect.each(["row", "run"] as const)("where all is handed in is kept beside it, and can be paid: %s", (holds) => {
    const crowd = make({ offers: { holds } })
    return Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* launched(1, 1)
      const { id } = yield* kit.submitted(yield* arrives(run, "ada", "offer-0"))
      yield* agents.approve(id)
      yield* says(crowd, run, "grace", "working", { offer: "offer-0" })
      expect(yield* agentsOf(run)).toEqual(["ada approved"])
      expect(yield* surplusOf(run)).toBe(0)
      yield* says(crowd, run, "grace", "submitted", { offer: "offer-0" })
      expect(yield* agentsOf(run)).toEqual(["ada approved", "grace completed"])
      const [, surplus] = yield* Stream.runCollect(agents.list(run.id))
      if (surplus === undefined) return yield* Effect.dieMessage("grace has handed in")
      expect(surplus.answers).toEqual(Option.some({ by: "grace" }))
      expect(yield* agents.approve(surplus.id)).toMatchObject({ status: "approved" })
      expect(yield* holders(run)).toEqual(["accepted ada"])
      expect(yield* surplusOf(run)).toBe(1)
    }).pipe(Effect.provide(crowd.layer))
  })

  it.effect.each(["row", "run"] as const)("of somebody who has a unit of the row takes no other of it: %s", (holds) => {
    const crowd = make({ offers: { holds } })
    return Effect.gen(function* () {
      const run = yield* launched(1, 3)
      yield* kit.submitted(yield* arrives(run, "ada", "offer-0"))
      yield* says(crowd, run, "ada", "submitted", { offer: "offer-0", work: "again" })
      expect(yield* holders(run)).toEqual(["completed ada", "launched", "launched"])
      expect(yield* agentsOf(run)).toEqual(["ada completed", "ada completed"])
      expect(yield* surplusOf(run)).toBe(1)
    }).pipe(Effect.provide(crowd.layer))
  })

  it.effect("of an offer that the crowd does not tell takes any free unit of the run; of another run's, none", () => {
    const crowd = make({ offers: { holds: "row" } })
    return Effect.gen(function* () {
      const run = yield* launched(2, 1)
      yield* launched(1, 1)
      yield* says(crowd, run, "ada", "submitted")
      expect(yield* holders(run)).toEqual(["completed ada", "launched"])
      expect(yield* says(crowd, run, "grace", "submitted", { offer: "offer-2" })).toBe(0)
      expect(yield* holders(run)).toEqual(["completed ada", "launched"])
    }).pipe(Effect.provide(crowd.layer))
  })
})

describe("who hands in after their unit went to somebody else", () => {
  it.effect("gets a free one of the same row", () => {
    const crowd = make({ offers: { holds: "row" } })
    return Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched({ rows: 1, task: { unitsPerAssignment: 2, duration: Duration.hours(1) } })
      yield* arrives(run, "ada", "offer-0")
      yield* TestClock.adjust("2 hours")
      yield* agents.endOverdue(run.id)
      yield* arrives(run, "grace", "offer-0")
      expect(yield* holders(run)).toEqual(["assigned grace", "launched"])
      yield* says(crowd, run, "ada", "submitted", { offer: "offer-0" })
      expect(yield* holders(run)).toEqual(["assigned grace", "completed ada"])
    }).pipe(Effect.provide(crowd.layer))
  })
})

describe("a worker who has handed in all they may", () => {
  const limited = { offers: { holds: "run", keeps: ["unitsPerWorker"] }, excludes: true } as const

  /** Without a sync. */
  const handedIn = ({ id, worker }: Agent) =>
    Effect.flatMap(Agents, (agents) => agents.submit({ agent: id, worker, answers: {} }))

  const worksTwice = Effect.gen(function* () {
    const run = yield* kit.launched({ rows: 4, task: { maxUnitsPerWorker: Option.some(2) } })
    yield* handedIn(yield* kit.accepted(run, "ada"))
    return { run, second: Effect.flatMap(kit.accepted(run, "ada"), handedIn) }
  })

  it.effect("is told of to the crowd once, by the sync after their last", () => {
    const crowd = make(limited)
    return Effect.gen(function* () {
      const units = yield* Units
      const { run, second } = yield* worksTwice
      yield* units.sync(run.id)
      expect(crowd.excluded).toEqual([])
      yield* second
      yield* units.sync(run.id)
      yield* units.sync(run.id)
      expect(crowd.excluded).toEqual(["ada"])
    }).pipe(Effect.provide(crowd.layer))
  })

  it.effect("is told of once where they were quicker than that", () => {
    const crowd = make(limited)
    return Effect.gen(function* () {
      const units = yield* Units
      const { run, second } = yield* worksTwice
      yield* second
      yield* says(crowd, run, "ada", "submitted", { work: "third" })
      expect(crowd.excluded).toEqual(["ada"])
      yield* says(crowd, run, "ada", "submitted", { work: "fourth" })
      yield* units.sync(run.id)
      expect(crowd.excluded).toEqual(["ada"])
      expect(yield* agentsOf(run)).toEqual(Array(4).fill("ada completed"))
    }).pipe(Effect.provide(crowd.layer))
  })

  it.effect("is told of after a crash between the note and the telling, and after one in the telling", () => {
    const crowd = make(limited)
    return Effect.gen(function* () {
      const units = yield* Units
      const { run, second } = yield* worksTwice
      yield* second
      crowd.next(() => Effect.never)
      yield* Effect.raceFirst(units.sync(run.id), Effect.yieldNow().pipe(Effect.repeatN(100)))
      expect(crowd.excluded).toEqual([])
      yield* kit.patient(units.sync(run.id))
      expect(crowd.excluded).toEqual(["ada"])
    }).pipe(Effect.provide(crowd.layer))
  })
})
