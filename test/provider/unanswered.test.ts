/** Submissions of which the crowd knows, and whose answers never came to our pages. */
import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { type Agent, Agents } from "../../src/Agents.js"
import * as Conductor from "../../src/Conductor.js"
import { Driver, Provider, Store } from "../../src/index.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import { Units } from "../../src/Units.js"
import { kit } from "../support/failures.js"
import * as QuietCrowd from "../support/quietCrowd.js"

/** A crowd that says of these people that they have submitted, and nothing of what. */
const crowd = (says: ReadonlyArray<Driver.Observation>, carriesPages: boolean) =>
  Layer.provide(
    Provider.layer({
      driver: Driver.make({
        ...QuietCrowd.make("quiet"),
        carriesPages,
        news: Stream.never,
        observe: () => Stream.suspend(() => Stream.fromIterable([...says])),
        ...Driver.allSettled
      })
    }),
    Store.layerMemory
  )

const submitted = (workerName: string) =>
  Effect.map(
    DateTime.now,
    (at): Driver.Observation => ({
      _tag: "Agent",
      workerName,
      remoteAgent: `work of ${workerName}`,
      status: "submitted",
      answers: Option.none(),
      at
    })
  )

const ours = (program: (says: Array<Driver.Observation>) => Effect.Effect<void, unknown, Provider.Core>) => {
  const says: Array<Driver.Observation> = []
  return Effect.provide(program(says), crowd(says, false))
}

/** A run of two units: Ada's, of which the crowd says that it is submitted, and Bob's answers. */
const both = (says: Array<Driver.Observation>) =>
  Effect.gen(function* () {
    const run = yield* kit.launched({ rows: 2 })
    says.push(yield* submitted("ada"))
    yield* (yield* Units).sync(run.id)
    yield* TestClock.adjust("1 hour")
    const bob = yield* kit.submitted(yield* kit.accepted(run, "bob"))
    const all = yield* Stream.runCollect((yield* Agents).list(run.id))
    const ada = [...all].find(({ workerName }) => workerName === "ada")
    return ada === undefined ? yield* Effect.dieMessage("the crowd told of ada") : { run, ada, bob }
  })

const statusOf = ({ id }: Agent) =>
  Effect.flatMap(Agents, (agents) => Effect.map(agents.get(id), ({ status }) => status))

describe("a submission without answers, where the pages are ours", () => {
  it.effect("is passed over by approveAll, and approved when it is named", () =>
    ours((says) =>
      Effect.gen(function* () {
        const agents = yield* Agents
        const { ada, bob, run } = yield* both(says)
        expect(ada).toMatchObject({ status: "completed", answers: Option.none() })
        const approved = [...(yield* Stream.runCollect(agents.approveAll(run.id)))].flat()
        expect(approved.map(({ id }) => id)).toEqual([bob.id])
        expect(yield* statusOf(ada)).toBe("completed")
        yield* agents.approve(ada.id)
        expect(yield* statusOf(ada)).toBe("approved")
      })
    )
  )

  it.effect("is approved neither by a Conductor told to approve nor when the delay is over", () =>
    ours((says) =>
      Effect.gen(function* () {
        const { ada, bob, run } = yield* both(says)
        yield* Conductor.round(run.id, { approve: true })
        expect(yield* statusOf(ada)).toBe("completed")
        expect(yield* statusOf(bob)).toBe("approved")
        yield* TestClock.adjust("30 days")
        yield* Conductor.round(run.id)
        expect(yield* statusOf(ada)).toBe("completed")
      })
    )
  )

  it.effect("is not what is due next: the first that has answers is", () =>
    ours((says) =>
      Effect.gen(function* () {
        const runs = yield* TaskRuns
        const { bob, run } = yield* both(says)
        const approvedAt = Option.map(bob.submittedAt, DateTime.addDuration(run.task.autoApprovalDelay))
        yield* TestClock.adjust("2 days")
        expect(yield* runs.due(run.id)).toEqual(approvedAt)
        yield* (yield* Agents).approve(bob.id)
        expect(yield* runs.due(run.id)).toEqual(Option.none())
      })
    )
  )
})

describe("a submission without answers, where the crowd carries the pages", () => {
  it.effect("is approved like any other", () => {
    const says: Array<Driver.Observation> = []
    return Effect.gen(function* () {
      const run = yield* kit.launched()
      says.push(yield* submitted("ada"))
      yield* (yield* Units).sync(run.id)
      expect([...(yield* Stream.runCollect((yield* Agents).approveAll(run.id)))].flat()).toHaveLength(1)
    }).pipe(Effect.provide(crowd(says, true)))
  })
})
