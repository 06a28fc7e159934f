/**
 * Random walks: whatever is done to a run, in whatever order, agents go by the table, units go with their agents, and
 * money goes with decisions.
 */
import { afterAll, describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { type Agent, Agents } from "../../src/Agents.js"
import * as Mock from "../../src/Mock.js"
import * as States from "../../src/States.js"
import { type TaskRun, TaskRuns } from "../../src/TaskRuns.js"
import { type Unit, Units } from "../../src/Units.js"
import { kit } from "../support/failures.js"

const agentOperations = [
  "start",
  "heartbeat",
  "submit",
  "return",
  "disconnect",
  "approve",
  "overrideRejection",
  "softReject",
  "reject"
] as const
type OnAgent = (typeof agentOperations)[number]

type Step =
  | { readonly _tag: "Launch"; readonly limit: number }
  | { readonly _tag: "Arrive"; readonly worker: string }
  | { readonly _tag: "Agent"; readonly operation: OnAgent; readonly nth: number }
  | { readonly _tag: "Expire"; readonly nth: number }
  | { readonly _tag: "ExpireAll" }
  | { readonly _tag: "Pass"; readonly minutes: number }

const steps: FastCheck.Arbitrary<ReadonlyArray<Step>> = FastCheck.array(
  FastCheck.oneof(
    {
      weight: 2,
      arbitrary: FastCheck.record({ _tag: FastCheck.constant("Launch" as const), limit: FastCheck.nat(4) })
    },
    {
      weight: 6,
      arbitrary: FastCheck.record({
        _tag: FastCheck.constant("Arrive" as const),
        worker: FastCheck.constantFrom("ada", "grace", "alan", "edsger")
      })
    },
    {
      weight: 14,
      arbitrary: FastCheck.record({
        _tag: FastCheck.constant("Agent" as const),
        operation: FastCheck.constantFrom(...agentOperations, "submit" as const, "submit" as const),
        nth: FastCheck.nat(1_000)
      })
    },
    { weight: 1, arbitrary: FastCheck.record({ _tag: FastCheck.constant("Expire" as const), nth: FastCheck.nat(10) }) },
    { weight: 1, arbitrary: FastCheck.constant({ _tag: "ExpireAll" as const }) },
    {
      weight: 2,
      arbitrary: FastCheck.record({ _tag: FastCheck.constant("Pass" as const), minutes: FastCheck.nat(45) })
    }
  ),
  { minLength: 10, maxLength: 60, size: "max" }
)

interface World {
  readonly units: ReadonlyArray<Unit>
  readonly agents: ReadonlyArray<Agent>
}

const look = (run: TaskRun) =>
  Effect.gen(function* () {
    const agents = yield* Agents
    const world: World = {
      units: yield* kit.unitsOf(run),
      agents: [...(yield* Stream.runCollect(agents.list(run.id)))]
    }
    return world
  })

const decisions: { readonly [Status in States.UnitStatus]?: States.AgentStatus } = {
  completed: "completed",
  accepted: "approved",
  soft_rejected: "soft_rejected",
  rejected: "rejected"
}

/** A unit's status says which agents it has. */
const consistent = ({ agents, units }: World) => {
  for (const unit of units) {
    const own = agents.filter((agent) => agent.unit === unit.id)
    const open = own.filter(({ status }) => States.isOpen(status))
    const submitted = own.filter(({ status }) => !States.isOpen(status) && !States.hasLeft(status))
    const decided = decisions[unit.status]
    const holds = unit.status === "assigned" ? open : submitted
    expect({
      unit: unit.status,
      open: open.length,
      submitted: submitted.map(({ status }) => status),
      agent: Option.toArray(unit.agent),
      leased: Option.isSome(unit.leaseUntil),
      offered: Option.isSome(unit.offeredUntil)
    }).toEqual({
      unit: unit.status,
      open: unit.status === "assigned" ? 1 : 0,
      submitted: decided === undefined ? [] : [decided],
      agent: holds.map(({ id }) => id),
      leased: unit.status === "assigned",
      offered:
        unit.status === "created" ||
        unit.status === "launched" ||
        (unit.status === "assigned" && Option.isNone(unit.withdrawnAt))
    })
  }
}

/** No worker has more than one unit of an assignment, but for those they left. */
const fair = ({ agents }: World) => {
  const kept = agents.filter(({ status }) => !States.hasLeft(status))
  expect(new Set(kept.map(({ assignment, worker }) => `${assignment} ${worker}`)).size).toBe(kept.length)
}

/** From one look to the next, each decided unit stays as it is, but for an overridden rejection. */
const final = (before: World, after: World, step: Step) => {
  for (const unit of before.units.filter(({ status }) => States.isDecided(status))) {
    const now = after.units.find(({ id }) => id === unit.id)
    const overridden = step._tag === "Agent" && step.operation === "overrideRejection" && unit.status === "rejected"
    if (!overridden || now?.status !== "accepted") expect(now).toEqual(unit)
  }
}

const paidFor = (run: TaskRun, { agents }: World) =>
  Effect.gen(function* () {
    const runs = yield* TaskRuns
    const mock = yield* Mock.Mock
    const { cost, units, workers } = yield* runs.summary(run.id)
    const paid = agents.filter(({ status }) => status === "approved" || status === "soft_rejected").length
    expect(cost).toMatchObject({ rewards: 5 * paid, total: 5 * paid })
    expect((yield* mock.state).balance.minor).toBe(1_000_000 - 5 * paid)
    expect(workers).toBe(new Set(agents.map(({ worker }) => worker)).size)
    expect(Object.values(units).reduce((a, b) => a + b, 0)).toBe(8)
  })

const doTo = (agent: Agent, operation: OnAgent) =>
  Effect.gen(function* () {
    const agents = yield* Agents
    switch (operation) {
      case "submit":
        return yield* agents.submit({ agent: agent.id, worker: agent.worker, answers: { agent: agent.id } })
      case "overrideRejection":
        return yield* agents.approve(agent.id, { overrideRejection: true })
      case "reject":
        return yield* agents.reject(agent.id, "no")
      default:
        return yield* agents[operation](agent.id)
    }
  })

/** What the table says of the operation; asking for what is so already is a success. */
const expected = ({ status }: Agent, operation: OnAgent): States.AgentStatus | "refused" => {
  const inTable = operation === "heartbeat" ? "start" : operation
  const overriding = inTable === "overrideRejection" && status !== "rejected" ? "approve" : inTable
  if (States.isAfter(status, overriding)) return status
  const submittedBefore = !States.isOpen(status) && !States.hasLeft(status)
  if (operation === "submit" && submittedBefore) return status
  return Option.getOrElse(States.nextAgent(status, overriding), () => "refused" as const)
}

const take = (run: TaskRun, { agents, units }: World, step: Step) =>
  Effect.gen(function* () {
    const service = yield* Agents
    const unitService = yield* Units
    switch (step._tag) {
      case "Launch":
        return yield* Stream.runDrain(unitService.launch(run.id, { limit: step.limit }))
      case "Arrive":
        return yield* Effect.either(service.register(run.id, { worker: step.worker }))
      case "ExpireAll":
        return yield* unitService.expireAll(run.id)
      case "Expire": {
        const unit = units[step.nth % units.length]
        return unit === undefined ? undefined : yield* Effect.either(unitService.expire(unit.id))
      }
      case "Pass": {
        yield* TestClock.adjust(`${step.minutes} minutes`)
        const ended = yield* service.endOverdue(run.id)
        const later = yield* look(run)
        const count = (world: World, wanted: States.AgentStatus) =>
          world.agents.filter(({ status }) => status === wanted).length
        expect(ended).toBe(count(later, "expired") - count({ agents, units }, "expired"))
        const silent = yield* service.disconnectSilent(run.id)
        const last = yield* look(run)
        return expect(silent).toBe(count(last, "disconnected") - count(later, "disconnected"))
      }
      case "Agent": {
        const agent = agents[step.nth % Math.max(1, agents.length)]
        if (agent === undefined) return
        const outcome = yield* Effect.either(doTo(agent, step.operation))
        const status = Either.match(outcome, { onLeft: () => "refused", onRight: ({ status }) => status })
        expect([agent.status, step.operation, status]).toEqual([
          agent.status,
          step.operation,
          expected(agent, step.operation)
        ])
        if (Either.isLeft(outcome)) expect(outcome.left._tag).toBe("InvalidTransition")
      }
    }
  })

/** How many are gone; `npm run prove:walk` goes more. */
const walks = Number(process.env["CROWD_WALKS"] ?? 15)

describe("a walk through a run", () => {
  const seen = new Set<string>()

  it.effect.prop(
    "keeps units, agents and money together",
    [steps],
    ([steps]) =>
      Effect.gen(function* () {
        const run = yield* kit.opened({ rows: 4, task: { unitsPerAssignment: 2 } })
        yield* Stream.runDrain((yield* Units).launch(run.id, { limit: 4 }))
        let before = yield* look(run)
        for (const step of steps) {
          yield* take(run, before, step)
          const after = yield* look(run)
          consistent(after)
          fair(after)
          final(before, after, step)
          for (const { status } of after.units) seen.add(`unit ${status}`)
          for (const { status } of after.agents) seen.add(`agent ${status}`)
          before = after
        }
        yield* paidFor(run, before)
      }).pipe(Effect.provide(Mock.layer())),
    { fastCheck: { numRuns: walks, seed: 42 }, timeout: 600_000 }
  )

  afterAll(() => {
    expect([...seen].sort()).toEqual(
      [
        ...States.UnitStatus.literals.map((status) => `unit ${status}`),
        ...States.AgentStatus.literals.map((status) => `agent ${status}`)
      ].sort()
    )
  })
})
