import { expect } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Agents } from "../../Agents.js"
import { Journal } from "../../Journal.js"
import type { Core } from "../../Provider.js"
import { type TaskRun, TaskRuns } from "../../TaskRuns.js"
import { Units } from "../../Units.js"
import type { Kit, Test } from "./kit.js"
import { refusal } from "./kit.js"

const rewardsOf = (run: TaskRun) =>
  Effect.flatMap(TaskRuns, (runs) => Effect.map(runs.summary(run.id), ({ cost }) => cost.rewards))

const empty = "empty"

const deciding = <R>(test: Test<Core | R>, kit: Kit<Core | R>): void => {
  test("MUST approve and pay once, however often it is asked, and say of a repeat that it is one", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const units = yield* Units
      const { agent, run } = yield* kit.completed()
      const approved = yield* agents.approve(agent.id, { feedback: "well done" })
      expect(approved).toMatchObject({ status: "approved", feedback: Option.some("well done"), repeated: false })
      expect(Option.isSome(approved.decidedAt)).toBe(true)
      expect((yield* units.get(agent.unit)).status).toBe("accepted")
      expect(yield* agents.approve(agent.id)).toEqual({ ...approved, repeated: true })
      expect(yield* rewardsOf(run)).toBe(kit.reward.minor)
    }))

  test("MUST approve once when two ask at once", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const { agent, run } = yield* kit.completed()
      const both = Effect.all([agents.approve(agent.id), agents.approve(agent.id)], { concurrency: 2 })
      expect((yield* kit.patient(both)).map(({ status }) => status)).toEqual(["approved", "approved"])
      expect(yield* rewardsOf(run)).toBe(kit.reward.minor)
    }))

  test("MUST reject with feedback (the first stands) and pay nothing, and pay when the rejection is overridden", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const units = yield* Units
      const { agent, run } = yield* kit.completed()
      const rejected = yield* kit.rejected(agent.id, empty)
      expect(rejected).toMatchObject({ status: "rejected", repeated: false })
      expect(Option.getOrNull(rejected.feedback)).toMatch(new RegExp(`^${empty}\\.*$`))
      expect((yield* units.get(agent.unit)).status).toBe("rejected")
      expect(yield* kit.rejected(agent.id, `${empty} still`)).toEqual({ ...rejected, repeated: true })
      expect(yield* rewardsOf(run)).toBe(0)
      yield* refusal(agents.approve(agent.id), "InvalidTransition")
      expect((yield* agents.approve(agent.id, { overrideRejection: true })).status).toBe("approved")
      expect((yield* units.get(agent.unit)).status).toBe("accepted")
      expect(yield* rewardsOf(run)).toBe(kit.reward.minor)
    }))

  test("MUST pay for work that is soft-rejected", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const units = yield* Units
      const { agent, run } = yield* kit.completed()
      expect((yield* agents.softReject(agent.id, "off topic")).status).toBe("soft_rejected")
      expect((yield* agents.softReject(agent.id)).status).toBe("soft_rejected")
      expect((yield* units.get(agent.unit)).status).toBe("soft_rejected")
      expect(yield* rewardsOf(run)).toBe(kit.reward.minor)
    }))

  test("MUST refuse to decide what is not submitted, and to decide again otherwise", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched({ rows: 2 })
      const open = yield* kit.accepted(run)
      const error = yield* refusal(agents.approve(open.id), "InvalidTransition")
      expect(error).toMatchObject({ entity: "Agent", id: open.id, from: "accepted", operation: "approve" })
      yield* refusal(kit.rejected(open.id, "no"), "InvalidTransition")
      yield* refusal(agents.softReject(open.id), "InvalidTransition")
      yield* agents.approve((yield* kit.submitted(open)).id)
      yield* refusal(kit.rejected(open.id, "no"), "InvalidTransition")
      yield* refusal(agents.softReject(open.id), "InvalidTransition")
      expect(yield* rewardsOf(run)).toBe(kit.reward.minor)
    }))
}

const decidingAll = <R>(test: Test<Core | R>, kit: Kit<Core | R>): void => {
  test("MUST approve every submission that waits, and nothing else", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched({ rows: 4 })
      const all = yield* Effect.all(Array.from({ length: 4 }, () => kit.accepted(run)))
      const [a, b, c] = yield* Effect.forEach(all.slice(0, 3), (agent) => kit.submitted(agent))
      if (a === undefined || b === undefined || c === undefined) return yield* Effect.dieMessage("three submitted")
      yield* kit.rejected(c.id, "no")
      const approved = [...(yield* Stream.runCollect(agents.approveAll(run.id)))].flat()
      expect(approved.map(({ id }) => id).sort()).toEqual([a.id, b.id].sort())
      expect(approved.map(({ status }) => status)).toEqual(["approved", "approved"])
      expect(yield* rewardsOf(run)).toBe(2 * kit.reward.minor)
      expect([...(yield* Stream.runCollect(agents.approveAll(run.id)))].flat()).toEqual([])
    }))

  test("MUST approve only what was submitted before a time, where one is given", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* kit.launched({ rows: 2 })
      const early = yield* kit.submitted(yield* kit.accepted(run))
      const submittedBefore = yield* DateTime.now
      yield* kit.pass("1 second")
      yield* kit.submitted(yield* kit.accepted(run))
      const approved = [...(yield* Stream.runCollect(agents.approveAll(run.id, { submittedBefore })))].flat()
      expect(approved.map(({ id }) => id)).toEqual([early.id])
    }))
}

const inTrouble = <R>(test: Test<Core | R>, kit: Kit<Core | R>): void => {
  const { loseAnswer, refuse, timesDone } = kit.harness

  if (refuse !== undefined) {
    test("MUST leave work undecided when the crowd refuses to pay, and pay when it is asked again", () =>
      Effect.gen(function* () {
        const agents = yield* Agents
        const { agent, run } = yield* kit.completed()
        yield* refuse("approve")
        yield* refusal(kit.patient(agents.approve(agent.id)), "ProviderError")
        expect(yield* agents.get(agent.id)).toEqual(agent)
        expect(yield* rewardsOf(run)).toBe(0)
        expect((yield* agents.approve(agent.id)).status).toBe("approved")
        expect(yield* rewardsOf(run)).toBe(kit.reward.minor)
      }))
  }

  if (loseAnswer !== undefined) {
    test("MUST pay once when the crowd's answer is lost", () =>
      Effect.gen(function* () {
        const agents = yield* Agents
        const journal = yield* Journal
        const { agent, run } = yield* kit.completed()
        yield* loseAnswer("approve")
        yield* Effect.either(kit.patient(agents.approve(agent.id)))
        yield* kit.patient(journal.settle(run.id))
        const answer = yield* Effect.either(agents.approve(agent.id))
        if (Either.isLeft(answer)) expect(answer.left._tag).toBe("Uncertain")
        else expect(yield* rewardsOf(run)).toBe(kit.reward.minor)
        const settled = yield* Effect.forEach(["done", "uncertain"] as const, (state) =>
          Stream.runCollect(journal.list(state, run.id))
        )
        const [token] = settled.flatMap((intents) => [...intents]).filter(({ kind }) => kind === "approve")
        if (token === undefined) return yield* Effect.dieMessage("the approval is in the journal")
        if (timesDone !== undefined) expect(yield* timesDone(token.id)).toBe(1)
      }))
  }
}

export const reviews = <R>(test: Test<Core | R>, kit: Kit<Core | R>): void => {
  deciding(test, kit)
  decidingAll(test, kit)
  inTrouble(test, kit)
}
