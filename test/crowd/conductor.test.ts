/** When a Conductor makes its rounds. */
import { describe, expect, it } from "@effect/vitest"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import type { RunId } from "../../src/Ids.js"
import { Agents, Conductor, Crowd, Journal, Requesters, TaskRuns, Workers } from "../../src/index.js"
import * as Local from "../../src/Local.js"
import * as Mock from "../../src/Mock.js"
import * as Store from "../../src/Store.js"
import { batchOf } from "../bench/setup.js"
import { failure, kit } from "../support/failures.js"
import * as sqlite from "../support/sqlite.js"

/** Conducts the run, and counts the rounds. */
const counted = (run: RunId, options: Conductor.Options = {}) =>
  Effect.gen(function* () {
    const rounds = yield* Ref.make(0)
    const onRound = () => Ref.update(rounds, (n) => n + 1)
    const conducted = yield* Effect.fork(Conductor.conduct(run, { ...options, onRound }))
    const roundsIn = (time: Duration.DurationInput) =>
      Effect.gen(function* () {
        const before = yield* rounds.get
        yield* TestClock.adjust(time)
        return (yield* rounds.get) - before
      })
    /** What it does first is done. */
    yield* roundsIn("10 seconds")
    return { conducted, roundsIn }
  })

const statusOf = (id: Agents.Agent["id"]) =>
  Effect.flatMap(Agents.Agents, (agents) => Effect.map(agents.get(id), ({ status }) => status))

describe("a Conductor", () => {
  const quietDay = Effect.gen(function* () {
    const run = yield* kit.launched({ rows: 3 })
    const { roundsIn } = yield* counted(run.id)
    expect(yield* roundsIn("1 day")).toBeLessThanOrEqual(5)
  })

  it.effect("makes a handful of rounds in a quiet day on Mock", () => Effect.provide(quietDay, Mock.layer()))

  it.effect("makes a handful of rounds in a quiet day on Local", () =>
    Effect.provide(quietDay, Layer.provide(Local.layer(), Store.layerMemory))
  )

  it.effect("ends a lease when it ends", () =>
    Effect.gen(function* () {
      const run = yield* kit.launched({ task: { duration: Duration.minutes(90) } })
      const agent = yield* kit.accepted(run)
      const { roundsIn } = yield* counted(run.id)
      expect(yield* roundsIn("89 minutes")).toBe(0)
      expect(yield* statusOf(agent.id)).toBe("accepted")
      yield* roundsIn("1 minute")
      expect(yield* statusOf(agent.id)).toBe("expired")
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("notices missing heartbeats when they are missed", () =>
    Effect.gen(function* () {
      const run = yield* kit.launched({ task: { duration: Duration.hours(9) } })
      const agent = yield* kit.accepted(run)
      yield* (yield* Agents.Agents).heartbeat(agent.id)
      const { roundsIn } = yield* counted(run.id)
      yield* roundsIn("109 seconds")
      expect(yield* statusOf(agent.id)).toBe("in_task")
      yield* roundsIn("1 second")
      expect(yield* statusOf(agent.id)).toBe("disconnected")
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("approves what was submitted when the delay is over", () =>
    Effect.gen(function* () {
      const { agent, run } = yield* kit.completed({ rows: 2, task: { autoApprovalDelay: Duration.hours(5) } })
      const { roundsIn } = yield* counted(run.id)
      expect(yield* roundsIn(Duration.subtract("5 hours", "11 seconds"))).toBe(0)
      yield* roundsIn("1 second")
      expect(yield* statusOf(agent.id)).toBe("approved")
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("takes back what was on offer for its time, be it longer than a timer can run", () =>
    Effect.gen(function* () {
      const run = yield* kit.launched({ rows: 2, task: { lifetime: Duration.days(26) } })
      const { conducted, roundsIn } = yield* counted(run.id)
      yield* roundsIn("25 days")
      expect(yield* Fiber.poll(conducted)).toEqual(Option.none())
      yield* roundsIn("1 day")
      expect((yield* Fiber.join(conducted)).units).toMatchObject({ expired: 2 })
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("wakes up when something has changed", () =>
    Effect.gen(function* () {
      const run = yield* kit.launched({ rows: 2 })
      const { roundsIn } = yield* counted(run.id, { approve: true })
      yield* roundsIn("1 hour")
      const agents = yield* Agents.Agents
      const agent = yield* kit.accepted(run)
      yield* agents.submit({ agent: agent.id, worker: agent.worker, answers: { answer: "yes" } })
      yield* TestClock.adjust("2 seconds")
      expect(yield* statusOf(agent.id)).toBe("approved")
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("wakes up when the crowd has news", () =>
    Effect.gen(function* () {
      const run = yield* kit.launched()
      const { conducted, roundsIn } = yield* counted(run.id)
      yield* roundsIn("1 hour")
      const [unit] = yield* kit.unitsOf(run)
      const offer = Option.getOrThrow(Option.flatMap(Option.fromNullable(unit), ({ remoteId }) => remoteId))
      yield* (yield* Mock.Mock).setObservations([{ _tag: "Offer", offer, status: "withdrawn" }])
      yield* roundsIn("2 seconds")
      expect((yield* Fiber.join(conducted)).units).toMatchObject({ expired: 1 })
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("settles what was cut off when its lease ends", () =>
    Effect.gen(function* () {
      const { agent, run } = yield* kit.completed({ rows: 2 })
      yield* (yield* Mock.Mock).script("approve", Effect.never, "after")
      const cutOff = yield* Effect.fork((yield* Agents.Agents).approve(agent.id))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(cutOff)
      const { roundsIn } = yield* counted(run.id)
      expect(yield* statusOf(agent.id)).toBe("completed")
      yield* roundsIn("1 minute")
      expect(yield* statusOf(agent.id)).toBe("approved")
    }).pipe(Effect.provide(Mock.layer()))
  )

  const listed = Effect.flatMap(TaskRuns.TaskRuns, ({ undecided }) =>
    Effect.map(Stream.runCollect(undecided), (all) => [...all])
  )

  /** A bonus for a run that is over; who sent it was killed before the crowd answered. */
  const bonusCutOff = Effect.gen(function* () {
    const { agent, run } = yield* kit.completed({ rows: 1 })
    yield* (yield* Agents.Agents).approve(agent.id)
    expect(yield* listed).toEqual([])
    yield* (yield* Mock.Mock).script("bonus", Effect.never, "after")
    const bonus = { worker: agent.worker, unit: agent.unit, amount: kit.reward, reason: "thorough" }
    const cutOff = yield* Effect.fork((yield* Workers.Workers).bonus(bonus))
    yield* TestClock.adjust("1 second")
    yield* Fiber.interrupt(cutOff)
    return run
  })

  /** What it was paid once the run is over, with nothing pending. */
  const bonusesOf = (run: RunId, conducted: Fiber.Fiber<TaskRuns.Summary, unknown>) =>
    Effect.gen(function* () {
      const { cost } = yield* Fiber.join(conducted)
      expect(yield* Stream.runCount((yield* Journal.Journal).list("pending", run))).toBe(0)
      return cost.bonuses
    })

  it.effect("ends with nothing pending: what was cut off and is still leased once all is decided is waited for", () =>
    Effect.gen(function* () {
      const run = yield* bonusCutOff
      const { conducted } = yield* counted(run.id)
      yield* TestClock.adjust("10 minutes")
      expect(yield* bonusesOf(run.id, conducted)).toBe(kit.reward.minor)
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("ends with nothing pending where the crowd was away while that was settled", () =>
    Effect.gen(function* () {
      const run = yield* bonusCutOff
      yield* Effect.replicateEffect((yield* Mock.Mock).script("bonus", failure("Unavailable")), 8)
      const { conducted } = yield* counted(run.id)
      yield* TestClock.adjust("1 hour")
      expect(yield* bonusesOf(run.id, conducted)).toBe(kit.reward.minor)
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("is asked for once more where something for a run that is over was cut off", () =>
    Effect.gen(function* () {
      const { generation, reopenCutOff } = yield* TaskRuns.TaskRuns
      const run = yield* bonusCutOff
      const before = yield* generation(run.id)
      yield* reopenCutOff
      expect(yield* listed).toEqual([])
      yield* TestClock.adjust("10 minutes")
      yield* Effect.repeatN(reopenCutOff, 2)
      expect(yield* listed).toEqual([{ run: run.id, generation: before + 1 }])
      const { conducted } = yield* counted(run.id)
      expect(yield* bonusesOf(run.id, conducted)).toBe(kit.reward.minor)
      expect(yield* listed).toEqual([])
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("tries again after a round in which the crowd was away", () =>
    Effect.gen(function* () {
      const { agent, run } = yield* kit.completed({ rows: 2 })
      const mock = yield* Mock.Mock
      yield* Effect.replicateEffect(mock.script("observe", failure("Unavailable")), 6)
      const { roundsIn } = yield* counted(run.id, { approve: true, every: "1 minute" })
      expect(yield* statusOf(agent.id)).toBe("completed")
      yield* roundsIn("2 minutes")
      expect(yield* statusOf(agent.id)).toBe("approved")
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("makes no more rounds than one in `every`, whatever changes", () =>
    Effect.gen(function* () {
      const run = yield* kit.launched({ rows: 50 })
      const { roundsIn } = yield* counted(run.id, { approve: true, every: "1 minute" })
      yield* Effect.fork(Mock.work(run.id, { behave: () => ({ _tag: "Answer", answers: {}, after: "5 seconds" }) }))
      expect(yield* roundsIn("40 seconds")).toBeLessThanOrEqual(1)
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.live("looks every time where others can write the Store", () =>
    Effect.gen(function* () {
      const run = yield* kit.launched()
      const rounds = yield* Effect.makeLatch()
      let left = 5
      const onRound = () => (--left === 0 ? Effect.asVoid(rounds.open) : Effect.void)
      yield* Effect.fork(Conductor.conduct(run.id, { every: "5 millis", onRound }))
      yield* rounds.await
      expect(Option.isNone((yield* TaskRuns.TaskRuns).changes)).toBe(true)
    }).pipe(Effect.provide(Layer.provide(Mock.layerStore(), sqlite.layer())))
  )
})

class Stopped extends Data.TaggedError("Stopped") {}

class Screen extends Effect.Tag("test/Screen")<Screen, { readonly show: (text: string) => Effect.Effect<void> }>() {}

const screen = Layer.effect(
  Screen,
  Effect.map(Ref.make<ReadonlyArray<string>>([]), () => ({ show: () => Effect.void }))
)

describe("callbacks", () => {
  it.effect("of a Conductor fail and need as they like", () =>
    Effect.gen(function* () {
      const run = yield* kit.launched()
      const onRound = () => Effect.zipRight(Screen.show("round"), new Stopped())
      const ended = yield* Effect.either(Conductor.conduct(run.id, { onRound }))
      expect(Either.mapLeft(ended, ({ _tag }) => _tag)).toEqual(Either.left("Stopped"))
    }).pipe(Effect.provide(Mock.layer()), Effect.provide(screen))
  )

  it.effect("of a launch fail and need as they like", () =>
    Effect.gen(function* () {
      const { id: requester } = yield* (yield* Requesters.Requesters).register("lab", {})
      const onProgress = () => Effect.zipRight(Screen.show("progress"), new Stopped())
      const ended = yield* Effect.either(Crowd.launch(batchOf(3), { requester, onProgress }))
      expect(Either.mapLeft(ended, ({ _tag }) => _tag)).toEqual(Either.left("Stopped"))
    }).pipe(Effect.provide(Mock.layer()), Effect.provide(screen))
  )
})
