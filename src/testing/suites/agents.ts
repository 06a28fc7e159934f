import { describe, expect } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Agents, maxAnswersBytes, type SubmissionsOptions } from "../../Agents.js"
import * as Ids from "../../Ids.js"
import type { Core } from "../../Provider.js"
import { TaskRuns } from "../../TaskRuns.js"
import { Units } from "../../Units.js"
import type { Suite } from "../Suite.js"
import { exits } from "./exits.js"
import { type Kit, make, refusal, type Test } from "./kit.js"
import { limits } from "./limits.js"
import { reviews } from "./reviews.js"

const arriving = <R>(test: Test<Core | R>, kit: Kit<Core | R>): void => {
  test("MUST answer the same agent for the same arrival", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched({ rows: 3 })
      const data = yield* kit.harness.arrive(yield* kit.worker, run)
      const agent = yield* agents.register(run.id, data)
      expect(agent.repeated).toBe(false)
      expect(yield* agents.register(run.id, data)).toEqual({ ...agent, repeated: true })
      expect((yield* kit.unitsOf(run)).filter(({ status }) => status === "assigned")).toHaveLength(1)
      yield* agents.start(agent.id)
      expect((yield* agents.register(run.id, data)).id).toBe(agent.id)
    }))

  test("MUST answer the same agent for one arrival sent many times at once", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched({ rows: 10 })
      const data = yield* kit.harness.arrive(yield* kit.worker, run)
      const all = yield* Effect.all(
        Array.from({ length: 10 }, () => agents.register(run.id, data)),
        {
          concurrency: "unbounded"
        }
      )
      expect(new Set(all.map(({ id }) => id)).size).toBe(1)
      expect((yield* kit.unitsOf(run)).filter(({ status }) => status === "assigned")).toHaveLength(1)
    }))

  test("MUST give the unit to the agent, and the agent the unit", () =>
    Effect.gen(function* () {
      const units = yield* Units
      const run = yield* kit.launched()
      const name = yield* kit.worker
      const agent = yield* kit.accepted(run, name)
      const unit = yield* units.get(agent.unit)
      expect(unit).toMatchObject({ status: "assigned", agent: Option.some(agent.id), assignment: agent.assignment })
      expect(agent).toMatchObject({ run: run.id, status: "accepted", submittedAt: Option.none() })
      expect(DateTime.distanceDuration(agent.acceptedAt, agent.deadline)).toEqual(run.task.duration)
    }))

  test("MUST NOT give one unit to two workers who come at once", () =>
    Effect.gen(function* () {
      const run = yield* kit.launched({ rows: 10 })
      const all = yield* Effect.all(
        Array.from({ length: 10 }, () => kit.accepted(run)),
        { concurrency: "unbounded" }
      )
      expect(new Set(all.map(({ unit }) => unit)).size).toBe(10)
      expect(new Set(all.map(({ worker }) => worker)).size).toBe(10)
    }))

  test("MUST refuse what no browser of this crowd sends", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched()
      yield* refusal(agents.register(run.id, kit.harness.unreadable ?? null), "InvalidProviderData")
    }))

  const { unconfirmed } = kit.harness
  if (unconfirmed !== undefined) {
    test("MUST give nobody a unit of whom the crowd knows nothing, whatever their browser says", () =>
      Effect.gen(function* () {
        const agents = yield* Agents
        const run = yield* kit.launched()
        yield* refusal(agents.register(run.id, yield* unconfirmed(run)), "InvalidProviderData")
        expect((yield* kit.unitsOf(run)).map(({ status }) => status)).toEqual(["launched"])
        expect((yield* kit.accepted(run)).status).toBe("accepted")
      }))
  }

  test("MUST refuse a worker when nothing is left", () =>
    Effect.gen(function* () {
      const run = yield* kit.launched()
      yield* kit.accepted(run)
      expect(Either.isLeft(yield* Effect.either(kit.accepted(run)))).toBe(true)
    }))
}

const submitting = <R>(test: Test<Core | R>, kit: Kit<Core | R>): void => {
  test("MUST keep the answers as they are", () =>
    Effect.gen(function* () {
      const units = yield* Units
      const answers = { text: 'a\r\n"b" \ufeff👩‍👩‍👧', nested: { list: [1, null, true, -0.5] }, "": "" }
      const agent = yield* kit.submitted(yield* kit.accepted(yield* kit.launched()), answers)
      expect(agent).toMatchObject({ status: "completed", answers: Option.some(answers) })
      expect(Option.isSome(agent.submittedAt)).toBe(true)
      expect((yield* units.get(agent.unit)).status).toBe("completed")
    }))

  test("MUST answer the same success for the same submission again, and keep the first of two", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const { agent } = yield* kit.completed()
      const again = { agent: agent.id, worker: agent.worker, answers: { answer: "yes" } }
      expect(yield* agents.submit(again)).toEqual(agent)
      yield* refusal(agents.submit({ ...again, answers: { answer: "no" } }), "AlreadySubmitted")
      expect(yield* agents.get(agent.id)).toEqual(agent)
    }))

  test("MUST refuse work in another worker's name, and store nothing", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched({ rows: 2 })
      const mine = yield* kit.accepted(run)
      const other = yield* kit.accepted(run)
      yield* refusal(agents.submit({ agent: mine.id, worker: other.worker, answers: {} }), "NotYourAgent")
      expect(yield* agents.get(mine.id)).toEqual(mine)
    }))

  test("MUST refuse answers that are too large or no JSON, and store nothing", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const agent = yield* kit.accepted(yield* kit.launched())
      const submit = (answers: { readonly [name: string]: string | number }) =>
        agents.submit({ agent: agent.id, worker: agent.worker, answers })
      yield* refusal(submit({ text: "é".repeat(maxAnswersBytes / 2) }), "InvalidAnswers")
      yield* refusal(submit({ number: Number.NaN }), "InvalidAnswers")
      expect(yield* agents.get(agent.id)).toEqual(agent)
    }))
}

const leaving = <R>(test: Test<Core | R>, kit: Kit<Core | R>): void => {
  test("MUST follow a worker who begins, goes away and comes back, also when told twice", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const units = yield* Units
      const agent = yield* kit.accepted(yield* kit.launched())
      expect((yield* agents.start(agent.id)).status).toBe("in_task")
      expect((yield* agents.start(agent.id)).status).toBe("in_task")
      expect((yield* agents.disconnect(agent.id)).status).toBe("disconnected")
      expect((yield* agents.disconnect(agent.id)).status).toBe("disconnected")
      expect((yield* units.get(agent.unit)).agent).toEqual(Option.some(agent.id))
      expect((yield* agents.start(agent.id)).status).toBe("in_task")
      expect((yield* kit.submitted(agent)).status).toBe("completed")
    }))

  test("MUST take a heartbeat for a worker who is there, and refuse it of one who has left", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const agent = yield* kit.accepted(yield* kit.launched())
      expect((yield* agents.heartbeat(agent.id)).status).toBe("in_task")
      expect((yield* agents.heartbeat(agent.id)).status).toBe("in_task")
      yield* agents.disconnect(agent.id)
      expect((yield* agents.heartbeat(agent.id)).status).toBe("in_task")
      expect(yield* agents.disconnectSilent(agent.run)).toBe(0)
      yield* kit.givenBack(agent)
      const error = yield* refusal(agents.heartbeat(agent.id), "InvalidTransition")
      expect(error).toMatchObject({ entity: "Agent", id: agent.id, from: "returned", operation: "heartbeat" })
    }))

  test("MUST offer a returned unit to another worker", () =>
    Effect.gen(function* () {
      const run = yield* kit.launched()
      const first = yield* kit.givenBack(yield* kit.accepted(run))
      expect(first.status).toBe("returned")
      expect(Option.isSome(first.leftAt)).toBe(true)
      const second = yield* kit.accepted(run)
      expect(second.unit).toBe(first.unit)
      expect(second.id).not.toBe(first.id)
    }))

  test("MUST end a lease that is over, offer the unit again, and refuse work that comes once another has it", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched({ task: { duration: kit.shortest } })
      const late = yield* kit.accepted(run)
      expect(yield* agents.endOverdue(run.id)).toBe(0)
      yield* kit.pass(kit.shortest)
      yield* kit.pass("100 millis")
      expect(yield* agents.endOverdue(run.id)).toBe(1)
      expect(yield* agents.endOverdue(run.id)).toBe(0)
      expect((yield* agents.get(late.id)).status).toBe("expired")
      expect((yield* kit.accepted(run)).unit).toBe(late.unit)
      const submission = { agent: late.id, worker: late.worker, answers: {} }
      const error = yield* refusal(agents.submit(submission), "InvalidTransition")
      expect(error).toMatchObject({ entity: "Agent", id: late.id, from: "expired", operation: "submit" })
    }))

  test("MUST refuse to return what is submitted, or to submit what is returned", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const { agent } = yield* kit.completed()
      yield* refusal(agents.return(agent.id), "InvalidTransition")
      const left = yield* kit.givenBack(yield* kit.accepted(yield* kit.launched()))
      yield* refusal(agents.submit({ agent: left.id, worker: left.worker, answers: {} }), "InvalidTransition")
    }))
}

const looking = <R>(test: Test<Core | R>, kit: Kit<Core | R>): void => {
  test("MUST answer an agent's status, and mark it done once", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const { agent } = yield* kit.completed()
      expect(yield* agents.status(agent.id)).toBe("completed")
      const done = yield* agents.markDone(agent.id)
      expect(Option.isSome(done.doneAt)).toBe(true)
      expect(yield* agents.markDone(agent.id)).toEqual(done)
    }))

  test("MUST list the agents of a run in the order they came, all or by status", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched({ rows: 2 })
      const first = yield* kit.accepted(run)
      yield* kit.pass("10 millis")
      const second = yield* kit.accepted(run)
      yield* kit.submitted(second)
      const ids = (list: Iterable<{ readonly id: Ids.AgentId }>) => Array.from(list, ({ id }) => id)
      expect(ids(yield* Stream.runCollect(agents.list(run.id)))).toEqual([first.id, second.id])
    }))

  test("MUST list submissions in their order, from either end, on from any of them, and of one worker", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched({ rows: 3 })
      const name = yield* kit.worker
      const first = yield* kit.submitted(yield* kit.accepted(run, name))
      yield* kit.pass("2 millis")
      const second = yield* kit.submitted(yield* kit.accepted(run))
      yield* kit.pass("2 millis")
      const third = yield* kit.submitted(yield* kit.accepted(run, name))
      const listed = (options: Omit<SubmissionsOptions, "status">) =>
        Effect.map(Stream.runCollect(agents.submissions(run.id, { status: "completed", ...options })), (all) =>
          [...all].map(({ id }) => id)
        )
      expect(yield* listed({})).toEqual([first.id, second.id, third.id])
      expect(yield* listed({ newestFirst: true })).toEqual([third.id, second.id, first.id])
      expect(yield* listed({ after: first.id })).toEqual([second.id, third.id])
      expect(yield* listed({ worker: first.worker })).toEqual([first.id, third.id])
      expect(yield* listed({ worker: first.worker, after: first.id })).toEqual([third.id])
    }))

  test("MUST count only workers who took a unit", () =>
    Effect.gen(function* () {
      const runs = yield* TaskRuns
      const run = yield* kit.launched()
      yield* kit.accepted(run)
      yield* Effect.either(kit.accepted(run))
      expect((yield* runs.summary(run.id)).workers).toBe(1)
    }))

  test("MUST say AgentNotFound and TaskRunNotFound of what it does not know", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const id = yield* Ids.agentId
      const run = yield* Ids.runId
      const worker = yield* Ids.workerId
      yield* refusal(agents.get(id), "AgentNotFound")
      yield* refusal(Stream.runDrain(agents.list(yield* Ids.runId)), "TaskRunNotFound")
      yield* refusal(agents.submit({ agent: id, worker, answers: {} }), "AgentNotFound")
      yield* refusal(agents.start(id), "AgentNotFound")
      yield* refusal(agents.heartbeat(id), "AgentNotFound")
      yield* refusal(agents.return(id), "AgentNotFound")
      yield* refusal(agents.disconnect(id), "AgentNotFound")
      yield* refusal(agents.approve(id), "AgentNotFound")
      yield* refusal(agents.softReject(id), "AgentNotFound")
      yield* refusal(kit.rejected(id, "no"), "AgentNotFound")
      yield* refusal(agents.status(id), "AgentNotFound")
      yield* refusal(agents.markDone(id), "AgentNotFound")
      yield* refusal(agents.exit(id), "AgentNotFound")
      yield* refusal(agents.refusalExit(run, { _tag: "NothingLeft" }, null), "TaskRunNotFound")
      yield* refusal(agents.register(run, kit.harness.unreadable ?? null), "TaskRunNotFound")
      yield* refusal(agents.endOverdue(run), "TaskRunNotFound")
      yield* refusal(agents.disconnectSilent(run), "TaskRunNotFound")
      yield* refusal(Stream.runDrain(agents.approveAll(run)), "TaskRunNotFound")
    }))
}

export const agents: Suite<never> = {
  run: (test, harness) => {
    const kit = make(harness)
    describe("Agents", () => {
      arriving(test, kit)
      limits(test, kit)
      submitting(test, kit)
      leaving(test, kit)
      looking(test, kit)
      reviews(test, kit)
      exits(test, kit)
    })
  }
}
