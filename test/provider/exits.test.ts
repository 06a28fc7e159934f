/** Where people go who are done. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { Agents, type Exit } from "../../src/Agents.js"
import type { IneligibleReason } from "../../src/CrowdError.js"
import type { Leaving, Observation } from "../../src/Driver.js"
import { Driver, Provider, Store } from "../../src/index.js"
import * as Mock from "../../src/Mock.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import { Units } from "../../src/Units.js"
import { failure, kit } from "../support/failures.js"
import * as QuietCrowd from "../support/quietCrowd.js"

const code = (code: string): Exit => ({ _tag: "Code", code })

const completed: Exit = { _tag: "Redirect", url: "https://crowd.example/done?cc=C0DE" }

const exits = {
  completed,
  returned: code("RETURNED"),
  timedOut: code("LATE"),
  noWork: code("FULL"),
  notAllowed: code("NO")
}

const provided = Effect.provide(Mock.layer({ exits }))

const calls = Effect.flatMap(Mock.Mock, (mock) =>
  Effect.map(mock.calls, (calls) => calls.filter(({ method }) => method === "exit").length)
)

describe("the exit of an agent", () => {
  it.effect("is none as long as the worker is at work, and the crowd is not asked", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const { id } = yield* kit.accepted(yield* kit.launched())
      expect(yield* agents.exit(id)).toEqual(Option.none())
      yield* agents.start(id)
      expect(yield* agents.exit(id)).toEqual(Option.none())
      yield* agents.disconnect(id)
      expect(yield* agents.exit(id)).toEqual(Option.none())
      expect(yield* calls).toBe(0)
    }).pipe(provided)
  )

  it.effect("is that of completed work once the answers are stored, whatever is decided of them", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const { agent } = yield* kit.completed()
      expect(yield* agents.exit(agent.id)).toEqual(Option.some(completed))
      expect(yield* agents.exit(agent.id)).toEqual(Option.some(completed))
      yield* agents.approve(agent.id)
      expect(yield* agents.exit(agent.id)).toEqual(Option.some(completed))
      const other = (yield* kit.completed()).agent
      yield* agents.reject(other.id, "It says nothing of the text")
      expect(yield* agents.exit(other.id)).toEqual(Option.some(completed))
      const soft = (yield* kit.completed()).agent
      yield* agents.softReject(soft.id)
      expect(yield* agents.exit(soft.id)).toEqual(Option.some(completed))
    }).pipe(provided)
  )

  it.effect("is none for work that the crowd says is submitted and whose answers are not here", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched()
      const [unit] = yield* kit.unitsOf(run)
      if (unit === undefined) return yield* Effect.dieMessage("a run of one row has a unit")
      const { id, acceptedAt } = yield* agents.register(run.id, { worker: "ada", unit: unit.id, agent: "a1" })
      const said: Observation = {
        _tag: "Agent",
        offer: unit.id,
        workerName: "ada",
        remoteAgent: "a1",
        status: "submitted",
        answers: Option.none(),
        at: acceptedAt
      }
      yield* (yield* Mock.Mock).setObservations([said])
      yield* (yield* Units).sync(run.id)
      expect((yield* agents.get(id)).status).toBe("completed")
      expect(yield* agents.exit(id)).toEqual(Option.none())
    }).pipe(provided)
  )

  it.effect("is another for whoever gave the unit back, and for whom time ran out", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched({ rows: 2 })
      const ada = yield* kit.accepted(run)
      yield* agents.return(ada.id)
      expect(yield* agents.exit(ada.id)).toEqual(Option.some(exits.returned))
      const bob = yield* kit.accepted(run)
      yield* TestClock.adjust("2 hours")
      yield* agents.endOverdue(run.id)
      expect(yield* agents.exit(bob.id)).toEqual(Option.some(exits.timedOut))
    }).pipe(provided)
  )

  it.effect("is asked for again after an error that may pass", () =>
    Effect.gen(function* () {
      const { agent } = yield* kit.completed()
      yield* (yield* Mock.Mock).script("exit", failure("Throttled"))
      const leaving = yield* kit.patient((yield* Agents).exit(agent.id))
      expect(leaving).toEqual(Option.some(completed))
    }).pipe(provided)
  )

  it.effect("is none where the crowd has none for how it ended, and where people leave by themselves", () =>
    Effect.gen(function* () {
      const exit = Effect.gen(function* () {
        const { agent } = yield* kit.completed()
        return yield* (yield* Agents).exit(agent.id)
      })
      const hasExits = Effect.map(Provider.Provider, (provider) => provider.hasExits)
      const both = Effect.all([exit, hasExits])
      expect(yield* Effect.provide(both, Mock.layer({ exits: { noWork: code("FULL") } }))).toEqual([
        Option.none(),
        true
      ])
      expect(yield* Effect.provide(both, Mock.layer())).toEqual([Option.none(), false])
    })
  )

  it.effect("is asked of the driver with the run as it was set up, and with the agent, without its answers", () =>
    Effect.gen(function* () {
      const left: Array<Leaving> = []
      const driver = Driver.make({
        ...QuietCrowd.make("quiet"),
        setup: () => Effect.succeed({ code: "C0DE" }),
        exit: (leaving) =>
          Effect.sync(() => {
            left.push(leaving)
            return Option.none()
          }),
        ...Driver.allSettled
      })
      const program = Effect.gen(function* () {
        const agents = yield* Agents
        const { agent, run } = yield* kit.completed()
        yield* agents.exit(agent.id)
        yield* agents.refusalExit(run.id, { _tag: "NothingLeft" }, { worker: "bob" })
        const { answers: _, ...outline } = agent
        const bob = { workerName: "bob", offer: Option.none(), remoteAgent: Option.none() }
        expect(left).toEqual([
          {
            run: yield* (yield* TaskRuns).get(run.id),
            agent: Option.some(outline),
            arrival: Option.none(),
            outcome: "completed"
          },
          { run, agent: Option.none(), arrival: Option.some(bob), outcome: "noWork" }
        ])
        expect(left.map(({ run }) => run.setup)).toEqual(Array(2).fill(Option.some({ code: "C0DE" })))
      })
      yield* Effect.provide(program, Layer.provide(Provider.layer({ driver }), Store.layerMemory))
    })
  )
})

describe("the exit of whoever got no unit", () => {
  const cases: ReadonlyArray<readonly [IneligibleReason, Exit]> = [
    [{ _tag: "NothingLeft" }, exits.noWork],
    [{ _tag: "AlreadyWorked" }, exits.noWork],
    [{ _tag: "OverWorkerLimit", limit: 1 }, exits.noWork],
    [{ _tag: "OverRowLimit", limit: 6 }, exits.noWork],
    [{ _tag: "Blocked" }, exits.notAllowed],
    [{ _tag: "LacksQualification", qualification: "dutch" }, exits.notAllowed]
  ]
  it.effect("goes by the reason, and is never that of completed work", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched()
      for (const [reason, exit] of cases) {
        expect(yield* agents.refusalExit(run.id, reason, { worker: "ada" })).toEqual(Option.some(exit))
      }
    }).pipe(provided)
  )

  it.effect("is not known of a run that is not", () =>
    Effect.gen(function* () {
      const { id } = yield* Effect.provide(kit.launched(), Mock.layer())
      const refused = yield* Effect.flip((yield* Agents).refusalExit(id, { _tag: "NothingLeft" }, null))
      expect(refused._tag).toBe("TaskRunNotFound")
    }).pipe(provided)
  )
})
