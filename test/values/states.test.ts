import { describe, expect, it } from "@effect/vitest"
import * as Option from "effect/Option"
import * as States from "../../src/States.js"

const unitOperations: ReadonlyArray<States.UnitOperation> = [
  "launch",
  "assign",
  "release",
  "lapse",
  "complete",
  "completeLate",
  "accept",
  "softReject",
  "reject",
  "expire"
]

const agentOperations: ReadonlyArray<States.AgentOperation> = [
  "start",
  "submit",
  "submitLate",
  "return",
  "timeOut",
  "disconnect",
  "approve",
  "overrideRejection",
  "softReject",
  "reject"
]

/** All that can be reached from `start`. */
const reachable = <Status extends string, Operation>(
  start: Status,
  operations: ReadonlyArray<Operation>,
  next: (from: Status, operation: Operation) => Option.Option<Status>
): ReadonlySet<Status> => {
  const seen = new Set<Status>([start])
  for (const from of seen) {
    for (const operation of operations) Option.map(next(from, operation), (to) => seen.add(to))
  }
  return seen
}

/** Runs the operations on an agent; none if one of them has no way. */
const walk = (from: States.AgentStatus, operations: ReadonlyArray<States.AgentOperation>) =>
  operations.reduce(
    (at, operation) => Option.flatMap(at, (status) => States.nextAgent(status, operation)),
    Option.some(from)
  )

describe("the table of transitions", () => {
  it("every status of a unit can be reached", () => {
    expect([...reachable("created", unitOperations, States.nextUnit)].sort()).toEqual(
      [...States.UnitStatus.literals].sort()
    )
  })

  it("every status of an agent can be reached", () => {
    expect([...reachable("accepted", agentOperations, States.nextAgent)].sort()).toEqual(
      [...States.AgentStatus.literals].sort()
    )
  })

  it("a decided unit changes only by an overridden rejection, or by late work on an expired one", () => {
    const ways = States.UnitStatus.literals.filter(States.isDecided).flatMap((from) =>
      unitOperations.flatMap((operation) =>
        Option.match(States.nextUnit(from, operation), {
          onNone: () => [],
          onSome: (to) => [`${from} ${operation} ${to}`]
        })
      )
    )
    expect(ways).toEqual(["rejected accept accepted", "expired completeLate completed"])
  })

  it("a decided agent changes only by an overridden rejection", () => {
    const decided = ["approved", "soft_rejected", "rejected"] as const
    const ways = decided.flatMap((from) =>
      agentOperations.filter((operation) => Option.isSome(States.nextAgent(from, operation)))
    )
    expect(ways).toEqual(["overrideRejection"])
  })

  it("the sources of an operation are where it has a way from", () => {
    for (const operation of unitOperations) {
      expect(States.unitSources(operation)).toEqual(
        States.UnitStatus.literals.filter((from) => Option.isSome(States.nextUnit(from, operation)))
      )
    }
    for (const operation of agentOperations) {
      expect(States.agentSources(operation)).toEqual(
        States.AgentStatus.literals.filter((from) => Option.isSome(States.nextAgent(from, operation)))
      )
    }
  })

  it("an operation leads where asking for it again changes nothing, and nowhere else", () => {
    for (const operation of agentOperations) {
      const targets = States.agentSources(operation).map((from) => Option.getOrThrow(States.nextAgent(from, operation)))
      for (const status of States.AgentStatus.literals) {
        expect(States.isAfter(status, operation)).toBe(targets.includes(status))
      }
    }
  })

  it("what an agent's change implies has a way for a unit that is the agent's", () => {
    const unitOf: { readonly [Status in States.AgentStatus]?: States.UnitStatus } = {
      accepted: "assigned",
      in_task: "assigned",
      disconnected: "assigned",
      completed: "completed",
      rejected: "rejected"
    }
    for (const operation of agentOperations) {
      const implied = Option.getOrUndefined(States.implied[operation])
      if (implied === undefined || operation === "submitLate") continue
      for (const from of States.agentSources(operation)) {
        const unit = unitOf[from]
        expect([operation, from, unit === undefined || Option.isSome(States.nextUnit(unit, implied))]).toEqual([
          operation,
          from,
          true
        ])
      }
    }
  })
})

const locals: ReadonlyArray<Option.Option<States.AgentStatus>> = [
  Option.none(),
  ...States.AgentStatus.literals.map((status) => Option.some(status))
]

const cases = locals.flatMap((local) => States.RemoteAgentStatus.literals.map((remote) => ({ local, remote })))

const applied = (local: Option.Option<States.AgentStatus>, action: States.AgentAction) => {
  const from = action.register ? Option.some<States.AgentStatus>("accepted") : local
  return Option.flatMap(from, (status) => walk(status, action.operations))
}

describe("reconciliation", () => {
  it("every action goes through the table", () => {
    for (const { local, remote } of cases) {
      const action = States.reconcileAgent(local, remote)
      const heard = Option.isSome(local) || action.register
      expect([local, remote, Option.isSome(applied(local, action))]).toEqual([local, remote, heard])
    }
  })

  it("the same observation a second time changes nothing, whatever we held", () => {
    for (const { local, remote } of cases) {
      const after = applied(local, States.reconcileAgent(local, remote))
      expect([local, remote, States.reconcileAgent(after, remote)]).toEqual([
        local,
        remote,
        { register: false, operations: [] }
      ])
    }
  })

  it("the same holds for units", () => {
    for (const local of States.UnitStatus.literals) {
      for (const remote of States.RemoteOfferStatus.literals) {
        const operation = States.reconcileUnit(local, remote)
        if (Option.isNone(operation)) continue
        const after = Option.getOrThrow(States.nextUnit(local, operation.value))
        expect(States.reconcileUnit(after, remote)).toEqual(Option.none())
      }
    }
  })

  it("a decision of ours is not undone by a crowd that lags behind", () => {
    for (const local of ["approved", "soft_rejected"] as const) {
      for (const remote of States.RemoteAgentStatus.literals) {
        expect(States.reconcileAgent(Option.some(local), remote).operations).toEqual([])
      }
    }
  })

  it("who the crowd says has left is not heard of for the first time", () => {
    expect(States.reconcileAgent(Option.none(), "returned").register).toBe(false)
    expect(States.reconcileAgent(Option.none(), "expired").register).toBe(false)
    expect(States.reconcileAgent(Option.none(), "working").register).toBe(true)
  })
})
