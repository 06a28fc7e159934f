/** What is submitted is approved, soft-rejected or rejected, each agent once. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Agent, Decided, Service } from "../Agents.js"
import type {
  AgentNotFound,
  InsufficientFunds,
  InvalidTransition,
  ProviderError,
  StoreError,
  Uncertain
} from "../CrowdError.js"
import type { ReviewOrder } from "../Driver.js"
import type { AgentId } from "../Ids.js"
import { tokenOf } from "../journal/intents.js"
import type { Runner } from "../journal/journal.js"
import { complete, pagewise } from "../journal/pagewise.js"
import { isBegun, isUnsettled } from "../journal/payload.js"
import * as States from "../States.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import { isApprovedByItself } from "./deadlines.js"
import type * as Engine from "./engine.js"
import * as feedback from "./feedback.js"
import { makeApprovals, makeRejections, type Operation, requestsFor, reviewToken } from "./reviewOrders.js"
import { invalid } from "./transitions.js"

const ends: Readonly<Record<Operation, States.AgentStatus>> = {
  approve: "approved",
  overrideRejection: "approved",
  softReject: "soft_rejected",
  reject: "rejected"
}

const otherThan = (operation: Operation) => (operation === "reject" ? "approve" : "reject")

const unsaid: feedback.Words = { feedback: Option.none(), category: Option.none() }

/** A decision the other way is under way. */
class Crossed extends Data.TaggedError("Crossed") {}

const atWork = (engine: Engine.Service) => ({
  engine,
  approvals: makeApprovals(engine),
  rejections: makeRejections(engine)
})
type AtWork = ReturnType<typeof atWork>

/** Until it is known how the decision the other way ended, nothing is sent: nobody is both paid and rejected. */
const decide = <E>(
  work: AtWork,
  runner: Runner<ReviewOrder, E>,
  id: AgentId,
  operation: Operation,
  words: feedback.Words
): Effect.Effect<Decided, E | AgentNotFound | InvalidTransition | Uncertain | ProviderError | StoreError> =>
  Effect.gen(function* () {
    const { engine } = work
    const outcomes = yield* runner.perform(
      Effect.gen(function* () {
        const found = yield* engine.agent(id)
        if (found.status === ends[operation]) return []
        if (Option.isNone(States.nextAgent(found.status, operation))) return yield* invalid(found, operation)
        if (yield* isBegun(engine.store, reviewToken(otherThan(operation), id))) return yield* new Crossed()
        return yield* requestsFor(engine, [{ agent: id, operation, ...words }])
      })
    )
    yield* Effect.forEach(outcomes, (outcome) => outcome, { discard: true })
    const after = yield* engine.agent(id)
    if (after.status !== ends[operation]) return yield* invalid(after, operation)
    return { ...after, repeated: outcomes.length === 0 }
  }).pipe(
    Effect.catchIf(
      (error) => error instanceof Crossed,
      () => Effect.zipRight(finish(work, id, otherThan(operation)), decide(work, runner, id, operation, words))
    )
  )

/** Finishes a decision that was begun; fails if it is still not known whether it happened. */
const finish = (
  work: AtWork,
  id: AgentId,
  operation: "approve" | "reject"
): Effect.Effect<void, Uncertain | ProviderError | StoreError> =>
  Effect.gen(function* () {
    const { approvals, engine, rejections } = work
    const runner: Runner<ReviewOrder, InsufficientFunds | ProviderError> =
      operation === "approve" ? approvals : rejections
    const outcomes = yield* runner.perform(requestsFor(engine, [{ agent: id, operation, ...unsaid }]))
    if (!(yield* isBegun(engine.store, reviewToken(operation, id)))) return
    for (const outcome of outcomes) {
      if (Either.isLeft(outcome) && outcome.left._tag !== "InsufficientFunds") return yield* outcome.left
    }
  })

/** Those that wait for a decision, of which none is under way, and need no person to look at them. */
const waiting = (
  { driver, store }: Engine.Service,
  ids: ReadonlyArray<AgentId>
): Effect.Effect<ReadonlyArray<Agent>, StoreError> =>
  Effect.gen(function* () {
    const agents = (yield* store.getAll(tables.agents, ids)).filter(
      (agent) => agent.status === "completed" && isApprovedByItself(driver, agent)
    )
    const intents = yield* store.getAll(
      tables.intents,
      agents.map(({ id }) => tokenOf("reject", id))
    )
    const rejecting = new Set(intents.filter(isUnsettled).map(({ subject }) => subject))
    return agents.filter(({ id }) => !rejecting.has(id))
  })

export const make = (engine: Engine.Service): Pick<Service, "approve" | "approveAll" | "softReject" | "reject"> => {
  const { agent, driver, run, store } = engine
  const work = atWork(engine)

  const approve: Service["approve"] = (id, options) =>
    Effect.gen(function* () {
      const words = yield* feedback.ofApproval(options?.feedback)
      const { status } = yield* agent(id)
      const override = options?.overrideRejection === true && status === "rejected"
      return yield* decide(work, work.approvals, id, override ? "overrideRejection" : "approve", words)
    })

  /** Approves those of the page that still wait for a decision. */
  const approvePage = (page: ReadonlyArray<Agent>) =>
    Effect.gen(function* () {
      const ids = page.map((agent) => agent.id)
      const outcomes = yield* work.approvals.perform(
        Effect.flatMap(waiting(engine, ids), (agents) =>
          requestsFor(
            engine,
            agents.map(({ id }) => ({ agent: id, operation: "approve", ...unsaid }))
          )
        )
      )
      yield* complete(outcomes)
      return (yield* store.getAll(tables.agents, ids)).filter(({ status }) => status === "approved")
    })

  const approveAll: Service["approveAll"] = (id, options) =>
    Stream.unwrap(
      Effect.map(run(id), () => {
        const before = options?.submittedBefore
        const submitted = pages(store, tables.agents, {
          where: { run: id, status: "completed" },
          orderBy: "submittedAt",
          atMost: before === undefined ? undefined : { submittedAt: Option.some(before) }
        })
        return pagewise(submitted, driver.approve, approvePage)
      })
    )

  return {
    approve,
    approveAll,
    softReject: (id, text) =>
      Effect.flatMap(feedback.ofApproval(text), (words) => decide(work, work.approvals, id, "softReject", words)),
    reject: (id, text, options) =>
      Effect.flatMap(feedback.ofRejection(driver.feedback ?? {}, text, options?.category), (words) =>
        decide(work, work.rejections, id, "reject", words)
      )
  }
}
