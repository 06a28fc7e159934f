/** What the crowd is asked to decide of agents, as it is written down. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Agent } from "../Agents.js"
import type { StoreError } from "../CrowdError.js"
import type { ReviewOrder } from "../Driver.js"
import { AgentId } from "../Ids.js"
import type { Intent } from "../Journal.js"
import { tokenOf } from "../journal/intents.js"
import type { Done, Request } from "../journal/journal.js"
import { byId, decodePayload, isUnsettled, missing } from "../journal/payload.js"
import type * as States from "../States.js"
import type * as Store from "../Store.js"
import * as tables from "../store/tables.js"
import * as Engine from "./engine.js"
import { pay } from "./payments.js"
import { changeAgent } from "./transitions.js"

export const Payload = Schema.Struct({
  agent: AgentId,
  operation: Schema.Literal("approve", "overrideRejection", "softReject", "reject"),
  feedback: Schema.OptionFromNullOr(Schema.String),
  category: Schema.OptionFromNullOr(Schema.String)
})
export type Payload = typeof Payload.Type

export type Operation = Payload["operation"]

const encode = Schema.encodeSync(Payload)

/** An agent is paid under one token, however it comes to be paid. */
export const reviewToken = (operation: Operation, agent: AgentId) =>
  tokenOf(operation === "reject" ? "reject" : "approve", agent)

/** What we have asked the crowd to decide of the agent, where it is not known yet whether it has. */
export const asked = (
  store: Store.Service,
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

const ordersOf = (
  engine: Engine.Service,
  payloads: ReadonlyArray<Payload>
): Effect.Effect<ReadonlyArray<ReviewOrder>, StoreError> =>
  Effect.gen(function* () {
    const agents = byId(
      yield* engine.store.getAll(
        tables.agents,
        payloads.map((payload) => payload.agent)
      )
    )
    const units = byId(
      yield* engine.store.getAll(
        tables.units,
        [...agents.values()].map(({ unit }) => unit)
      )
    )
    return yield* Effect.forEach(payloads, (payload) =>
      Effect.gen(function* () {
        const agent = agents.get(payload.agent)
        const unit = agent === undefined ? undefined : units.get(agent.unit)
        if (agent === undefined || unit === undefined) return yield* missing(payload.agent)
        const run = yield* Engine.runOf(engine, agent.run)
        const overrideRejection = payload.operation === "overrideRejection"
        const soft = payload.operation === "softReject"
        const { category, feedback } = payload
        return { agent, unit, run, feedback, category, overrideRejection, soft }
      })
    )
  })

const apply = (engine: Engine.Service, done: ReadonlyArray<Done<ReviewOrder>>): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    const now = yield* DateTime.now
    const agents = byId(
      yield* engine.store.getAll(
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
            changeAgent(engine, current, operation, now, { feedback, category }),
            "InvalidTransition",
            () => Effect.void
          )
          if (operation !== "reject") yield* pay(engine, order.run, current, order.unit, now)
        }),
      { discard: true }
    )
  })

const handling = (engine: Engine.Service) => ({
  restore: (intents: ReadonlyArray<Intent>) =>
    Effect.flatMap(
      Effect.forEach(intents, (intent) => decodePayload(Payload, intent)),
      (payloads) => ordersOf(engine, payloads)
    ),
  apply: (done: ReadonlyArray<Done<ReviewOrder>>) => apply(engine, done)
})

export const makeApprovals = (engine: Engine.Service) =>
  engine.journal.runner({ name: "approve", outward: engine.driver.approve, ...handling(engine) })

export const makeRejections = (engine: Engine.Service) =>
  engine.journal.runner({ name: "reject", outward: engine.driver.reject, ...handling(engine) })

/** Asks the journal for these decisions. */
export const requestsFor = (
  engine: Engine.Service,
  payloads: ReadonlyArray<Payload>
): Effect.Effect<ReadonlyArray<Request<ReviewOrder>>, StoreError> =>
  Effect.map(ordersOf(engine, payloads), (orders) =>
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
