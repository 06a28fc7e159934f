/** Submissions as they come, and rules that review them. */
import { describe, expect, it } from "@effect/vitest"
import * as Data from "effect/Data"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { Agents, Conductor, Crowd, Ids, Money, TaskRuns, Units } from "../../src/index.js"
import * as Mock from "../../src/Mock.js"
import { failure, kit } from "../support/failures.js"
import * as sqlite from "../support/sqlite.js"

const submit = (agent: Agents.Agent, answers: Agents.Answers = { answer: "yes" }) =>
  Effect.flatMap(Agents.Agents, (agents) => agents.submit({ agent: agent.id, worker: agent.worker, answers }))

/** Watches the run; `names` are the workers of whose submissions it was told. */
const watched = (run: TaskRuns.TaskRun) =>
  Effect.gen(function* () {
    const told = yield* Ref.make<ReadonlyArray<string>>([])
    const agents = yield* Agents.Agents
    const fiber = yield* Effect.fork(
      Stream.runForEach(agents.watch(run.id), ({ workerName }) => Ref.update(told, (all) => [...all, workerName]))
    )
    yield* TestClock.adjust("1 second")
    return { fiber, names: told.get }
  })

describe("submissions that are watched", () => {
  it.effect("are told once each: those there are, then others as they come, until none can come any more", () =>
    Effect.gen(function* () {
      const agents = yield* Agents.Agents
      const run = yield* kit.launched({ rows: 3 })
      const ada = yield* submit(yield* kit.accepted(run, "ada"))
      const { fiber, names } = yield* watched(run)
      expect(yield* names).toEqual(["ada"])
      yield* TestClock.adjust("1 hour")
      yield* submit(yield* kit.accepted(run, "grace"))
      yield* TestClock.adjust("1 second")
      expect(yield* names).toEqual(["ada", "grace"])
      yield* agents.approve(ada.id)
      yield* agents.return((yield* kit.accepted(run, "alan")).id)
      yield* TestClock.adjust("1 second")
      expect(yield* Fiber.poll(fiber)).toEqual(Option.none())
      yield* submit(yield* kit.accepted(run, "mary"))
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(fiber)
      expect(yield* names).toEqual(["ada", "grace", "mary"])
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("are told even if they are decided before the next look, or were made long before", () =>
    Effect.gen(function* () {
      const agents = yield* Agents.Agents
      const run = yield* kit.launched({ rows: 2 })
      const past = yield* DateTime.now
      yield* TestClock.adjust("1 hour")
      const { fiber, names } = yield* watched(run)
      yield* agents.approve((yield* submit(yield* kit.accepted(run, "ada"))).id)
      yield* TestClock.adjust("1 second")
      const [unit] = (yield* kit.unitsOf(run)).filter(({ status }) => status === "launched")
      yield* (yield* Mock.Mock).setObservations([
        {
          _tag: "Agent",
          offer: unit?.id ?? "",
          workerName: "grace",
          remoteAgent: "grace",
          status: "submitted",
          answers: Option.some({}),
          at: past
        }
      ])
      yield* (yield* Units.Units).sync(run.id)
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(fiber)
      expect(yield* names).toEqual(["ada", "grace"])
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("of a run that nobody knows are TaskRunNotFound", () =>
    Effect.gen(function* () {
      const agents = yield* Agents.Agents
      const other = yield* Effect.flip(Stream.runDrain(agents.watch(Ids.RunId.make("run_1"))))
      expect(other._tag).toBe("TaskRunNotFound")
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.live("are found in a Store that others can write, too", () =>
    Effect.gen(function* () {
      const agents = yield* Agents.Agents
      const run = yield* kit.launched({ rows: 2 })
      const told = yield* Effect.fork(Stream.runCollect(agents.watch(run.id, { every: "5 millis" })))
      yield* submit(yield* kit.accepted(run, "ada"))
      yield* Effect.sleep("20 millis")
      yield* submit(yield* kit.accepted(run, "grace"))
      expect([...(yield* Fiber.join(told))].map(({ workerName }) => workerName)).toEqual(["ada", "grace"])
    }).pipe(Effect.provide(Layer.provide(Mock.layerStore(), sqlite.layer())))
  )
})

class Undecided extends Data.TaggedError("Undecided") {}

class Judge extends Effect.Tag("test/Judge")<
  Judge,
  { readonly decide: (answer: unknown) => Effect.Effect<Crowd.Decision> }
>() {}

const judge = Layer.succeed(Judge, {
  decide: (answer) =>
    Effect.sync(() => {
      switch (answer) {
        case "good":
          return Crowd.Decision.Bonus({ amount: Money.make(7), reason: "good", feedback: "thank you" })
        case "bad":
          return Crowd.Decision.Reject({ feedback: "not what was asked" })
        case "odd":
          return Crowd.Decision.SoftReject({})
        case "unclear":
          return Crowd.Decision.Leave()
        default:
          return Crowd.Decision.Approve({})
      }
    })
})

describe("a review by a rule", () => {
  it.effect("approves, rejects, soft-rejects, pays a bonus or leaves, as the rule says, until the run is over", () =>
    Effect.gen(function* () {
      const answers = ["good", "bad", "odd", "unclear", "fine"]
      const run = yield* kit.launched({ rows: answers.length, task: { autoApprovalDelay: Duration.days(1) } })
      const reviewed = yield* Effect.fork(
        Stream.runCollect(Crowd.review(run.id, ({ answers }) => Judge.decide(answers["answer"])))
      )
      const conducted = yield* Effect.fork(Conductor.conduct(run.id))
      for (const answer of answers) {
        yield* submit(yield* kit.accepted(run), { answer })
        yield* TestClock.adjust("2 seconds")
      }
      const reviews = [...(yield* Fiber.join(reviewed))]
      const statusOf = (of: string) =>
        reviews
          .filter(({ submission }) => submission.answers["answer"] === of)
          .map(({ outcome }) => Either.getOrThrow(outcome).status)
      expect(answers.map(statusOf)).toEqual([
        ["approved"],
        ["rejected"],
        ["soft_rejected"],
        ["completed"],
        ["approved"]
      ])
      expect(reviews.map(({ submission }) => submission.inputs["n"])).toEqual(["0", "1", "2", "3", "4"])
      expect((yield* (yield* TaskRuns.TaskRuns).summary(run.id)).cost).toMatchObject({ bonuses: 7, rewards: 15 })
      yield* TestClock.adjust("1 day")
      expect((yield* Fiber.join(conducted)).units).toMatchObject({ accepted: 3, soft_rejected: 1, rejected: 1 })
    }).pipe(Effect.provide(judge), Effect.provide(Mock.layer()))
  )

  it.effect("shows a submission again to the next review if it was cut off, and pays its bonus once", () =>
    Effect.gen(function* () {
      const mock = yield* Mock.Mock
      const { agent, run } = yield* kit.completed()
      const review = Stream.runCollect(Crowd.review(run.id, () => Judge.decide("good")))
      yield* mock.script("approve", failure("Rejected"))
      const [first] = yield* review
      expect(first?.outcome).toMatchObject({ _tag: "Left", left: { _tag: "ProviderError" } })
      const [second] = yield* review
      expect(Either.map(second?.outcome ?? Either.left(undefined), ({ id }) => id)).toEqual(Either.right(agent.id))
      expect([...(yield* review)]).toEqual([])
      const deeds = (yield* mock.state).deeds.map(({ method, times }) => [method, times])
      expect(deeds).toEqual(
        expect.arrayContaining([
          ["bonus", 1],
          ["approve", 1]
        ])
      )
    }).pipe(Effect.provide(judge), Effect.provide(Mock.layer()))
  )

  it.effect("ends with the failure of its rule", () =>
    Effect.gen(function* () {
      const { run } = yield* kit.completed()
      const error = yield* Effect.flip(Stream.runDrain(Crowd.review(run.id, () => new Undecided())))
      expect(error._tag).toBe("Undecided")
    }).pipe(Effect.provide(Mock.layer()))
  )
})
