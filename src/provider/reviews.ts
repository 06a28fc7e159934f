import * as Data from "effect/Data"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Agent, ApproveOptions, Decided, PayError, RejectError, RejectOptions } from "../Agents.js"
import type {
  AgentNotFound,
  InsufficientFunds,
  InvalidTransition,
  ProviderError,
  StoreError,
  Uncertain
} from "../CrowdError.js"
import type { ReviewOrder } from "../Driver.js"
import { AgentId } from "../Ids.js"
import type { Intent } from "../Journal.js"
import { tokenOf } from "../journal/intents.js"
import type { Done, Request, Runner } from "../journal/journal.js"
import { complete } from "../journal/pagewise.js"
import { byId, decodePayload, isBegun, isUnsettled, missing } from "../journal/payload.js"
import * as States from "../States.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import type * as Engine from "./engine.js"
import * as feedback from "./feedback.js"
import { changeAgent, invalid } from "./transitions.js"

const Payload = Schema.Struct({
  agent: AgentId,
  operation: Schema.Literal("approve", "overrideRejection", "softReject", "reject"),
  feedback: Schema.OptionFromNullOr(Schema.String),
  category: Schema.OptionFromNullOr(Schema.String)
})
type Payload = typeof Payload.Type

const encode = Schema.encodeSync(Payload)

/** Writes down that the agent was paid. */
export const pay = ({ driver, store }: Engine.Service, run: TaskRun, agent: Agent, now: DateTime.Utc) => {
  const amount = run.task.reward
  const { qualifications, unitsPerAssignment } = run.task
  return store.insert(tables.payments, [
    {
      id: tokenOf("approve", agent.id),
      kind: "reward",
      run: Option.some(run.id),
      unit: Option.some(agent.unit),
      worker: agent.worker,
      currency: amount.currency,
      amount: amount.minor,
      fee: driver.fee({ kind: "reward", amount, unitsPerAssignment, qualifications }).minor,
      reason: Option.none(),
      paidAt: now
    }
  ])
}

type Ends = { readonly [Operation in Payload["operation"]]: States.AgentStatus }

const ends: Ends = {
  approve: "approved",
  overrideRejection: "approved",
  softReject: "soft_rejected",
  reject: "rejected"
}

/** An agent is paid under one token, however it comes to be paid. */
const reviewToken = (operation: Payload["operation"], agent: AgentId) =>
  tokenOf(operation === "reject" ? "reject" : "approve", agent)

const otherThan = (operation: Payload["operation"]) => (operation === "reject" ? "approve" : "reject")

/** What we have asked the crowd to decide of the agent, where it is not known yet whether it has. */
export const asked = (
  store: Engine.Service["store"],
  agent: Agent,
  operation: States.AgentOperation
): Effect.Effect<Option.Option<Payload>, StoreError> =>
  operation !== "approve" && operation !== "overrideRejection" && operation !== "reject"
    ? Effect.succeedNone
    : Effect.flatMap(store.get(tables.intents, reviewToken(operation, agent.id)), (intent) =>
        Effect.transposeOption(
          Option.map(Option.filter(intent, isUnsettled), (intent) => decodePayload(Payload, intent))
        )
      )

const unsaid: feedback.Words = { feedback: Option.none(), category: Option.none() }

/** A decision the other way is under way. */
class Crossed extends Data.TaggedError("Crossed") {}

export interface Reviews {
  readonly approve: (id: AgentId, options?: ApproveOptions) => Effect.Effect<Decided, PayError>
  /** Approves those of the page that still wait for a decision. */
  readonly approvePage: (
    agents: ReadonlyArray<Agent>
  ) => Effect.Effect<ReadonlyArray<Agent>, InsufficientFunds | Uncertain | ProviderError | StoreError>
  readonly softReject: (id: AgentId, feedback?: string) => Effect.Effect<Decided, PayError>
  readonly reject: (id: AgentId, feedback: string, options?: RejectOptions) => Effect.Effect<Decided, RejectError>
}

export const make = (engine: Engine.Service): Reviews => {
  const { agent, driver, journal, store } = engine

  const ordersOf = (payloads: ReadonlyArray<Payload>): Effect.Effect<ReadonlyArray<ReviewOrder>, StoreError> =>
    Effect.gen(function* () {
      const agents = byId(
        yield* store.getAll(
          tables.agents,
          payloads.map((payload) => payload.agent)
        )
      )
      const units = byId(
        yield* store.getAll(
          tables.units,
          [...agents.values()].map(({ unit }) => unit)
        )
      )
      return yield* Effect.forEach(payloads, (payload) =>
        Effect.gen(function* () {
          const agent = agents.get(payload.agent)
          const unit = agent === undefined ? undefined : units.get(agent.unit)
          if (agent === undefined || unit === undefined) return yield* missing(payload.agent)
          const run = yield* Effect.catchTag(engine.run(agent.run), "TaskRunNotFound", () => missing(agent.run))
          const overrideRejection = payload.operation === "overrideRejection"
          const { category, feedback } = payload
          return { agent, unit, run, feedback, category, overrideRejection }
        })
      )
    })

  const restore = (intents: ReadonlyArray<Intent>) =>
    Effect.flatMap(
      Effect.forEach(intents, (intent) => decodePayload(Payload, intent)),
      ordersOf
    )

  const apply = (done: ReadonlyArray<Done<ReviewOrder>>): Effect.Effect<void, StoreError> =>
    Effect.gen(function* () {
      const now = yield* DateTime.now
      const agents = byId(
        yield* store.getAll(
          tables.agents,
          done.map(({ order }) => order.agent.id)
        )
      )
      yield* Effect.forEach(
        done,
        ({ intent, order }) =>
          Effect.gen(function* () {
            const { category, feedback, operation } = yield* decodePayload(Payload, intent)
            const current = agents.get(order.agent.id) ?? order.agent
            yield* Effect.catchTag(
              changeAgent(store, current, operation, now, { feedback, category }),
              "InvalidTransition",
              () => Effect.void
            )
            if (operation !== "reject") yield* pay(engine, order.run, current, now)
          }),
        { discard: true }
      )
    })

  const approvals = journal.runner({ name: "approve", outward: driver.approve, restore, apply })
  const rejections = journal.runner({ name: "reject", outward: driver.reject, restore, apply })

  const requestsFor = (
    payloads: ReadonlyArray<Payload>
  ): Effect.Effect<ReadonlyArray<Request<ReviewOrder>>, StoreError> =>
    Effect.map(ordersOf(payloads), (orders) =>
      payloads.flatMap((payload, i) => {
        const order = orders[i]
        return order === undefined
          ? []
          : [
              {
                token: reviewToken(payload.operation, payload.agent),
                run: Option.some(order.run.id),
                subject: payload.agent,
                payload: encode(payload),
                order
              }
            ]
      })
    )

  /** Until it is known how the decision the other way ended, nothing is sent: nobody is both paid and rejected. */
  const decide = <E>(
    runner: Runner<ReviewOrder, E>,
    id: AgentId,
    operation: Payload["operation"],
    words: feedback.Words
  ): Effect.Effect<Decided, E | AgentNotFound | InvalidTransition | Uncertain | ProviderError | StoreError> =>
    Effect.gen(function* () {
      const outcomes = yield* runner.perform(
        Effect.gen(function* () {
          const found = yield* agent(id)
          if (found.status === ends[operation]) return []
          if (Option.isNone(States.nextAgent(found.status, operation))) return yield* invalid(found, operation)
          if (yield* isBegun(store, reviewToken(otherThan(operation), id))) return yield* new Crossed()
          return yield* requestsFor([{ agent: id, operation, ...words }])
        })
      )
      yield* Effect.forEach(outcomes, (outcome) => outcome, { discard: true })
      const after = yield* agent(id)
      if (after.status !== ends[operation]) return yield* invalid(after, operation)
      return { ...after, repeated: outcomes.length === 0 }
    }).pipe(
      Effect.catchIf(
        (error) => error instanceof Crossed,
        () => Effect.zipRight(finish(id, otherThan(operation)), decide(runner, id, operation, words))
      )
    )

  /** Finishes a decision that was begun; fails if it is still not known whether it happened. */
  const finish = (
    id: AgentId,
    operation: "approve" | "reject"
  ): Effect.Effect<void, Uncertain | ProviderError | StoreError> =>
    Effect.gen(function* () {
      const runner: Runner<ReviewOrder, InsufficientFunds | ProviderError> =
        operation === "approve" ? approvals : rejections
      const outcomes = yield* runner.perform(requestsFor([{ agent: id, operation, ...unsaid }]))
      if (!(yield* isBegun(store, reviewToken(operation, id)))) return
      for (const outcome of outcomes) {
        if (Either.isLeft(outcome) && outcome.left._tag !== "InsufficientFunds") return yield* outcome.left
      }
    })

  /** Those that wait for a decision, of which none is under way. */
  const waiting = (ids: ReadonlyArray<AgentId>): Effect.Effect<ReadonlyArray<Agent>, StoreError> =>
    Effect.gen(function* () {
      const agents = (yield* store.getAll(tables.agents, ids)).filter(({ status }) => status === "completed")
      const intents = yield* store.getAll(
        tables.intents,
        agents.map(({ id }) => tokenOf("reject", id))
      )
      const rejecting = new Set(intents.filter(isUnsettled).map(({ subject }) => subject))
      return agents.filter(({ id }) => !rejecting.has(id))
    })

  const approve: Reviews["approve"] = (id, options) =>
    Effect.gen(function* () {
      const words = yield* feedback.ofApproval(options?.feedback)
      const { status } = yield* agent(id)
      const override = options?.overrideRejection === true && status === "rejected"
      return yield* decide(approvals, id, override ? "overrideRejection" : "approve", words)
    })

  const approvePage: Reviews["approvePage"] = (page) =>
    Effect.gen(function* () {
      const ids = page.map((agent) => agent.id)
      const outcomes = yield* approvals.perform(
        Effect.gen(function* () {
          const agents = yield* waiting(ids)
          return yield* requestsFor(agents.map((agent) => ({ agent: agent.id, operation: "approve", ...unsaid })))
        })
      )
      yield* complete(outcomes)
      return (yield* store.getAll(tables.agents, ids)).filter(({ status }) => status === "approved")
    })

  return {
    approve,
    approvePage,
    softReject: (id, text) =>
      Effect.flatMap(feedback.ofApproval(text), (words) => decide(approvals, id, "softReject", words)),
    reject: (id, text, options) =>
      Effect.flatMap(feedback.ofRejection(driver.feedback ?? {}, text, options?.category), (words) =>
        decide(rejections, id, "reject", words)
      )
  }
}
