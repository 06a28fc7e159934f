import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import {
  type Agent,
  Answers,
  type Arrived,
  maxAnswerNames,
  maxAnswersBytes,
  type RegisterOptions,
  type Service,
  type Submission
} from "../Agents.js"
import {
  AlreadySubmitted,
  type IneligibleReason,
  InvalidAnswers,
  InvalidProviderData,
  NotEligible,
  NotYourAgent,
  type StoreError
} from "../CrowdError.js"
import type { Arrival } from "../Driver.js"
import { retrying } from "../driver/retry.js"
import * as Ids from "../Ids.js"
import { lineFault } from "../internal/text.js"
import { pagewise } from "../journal/pagewise.js"
import * as States from "../States.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import * as eligibility from "./eligibility.js"
import type * as Engine from "./engine.js"
import * as observed from "./observations.js"
import * as presence from "./presence.js"
import * as reviews from "./reviews.js"
import { changeAgent, invalid, moveAgent } from "./transitions.js"
import { watch } from "./watching.js"
import * as registry from "./workerRegistry.js"

const sameAnswers = Schema.equivalence(Answers)

const encodeAnswers = Schema.encodeEither(Schema.parseJson(Answers))

export const make = (engine: Engine.Service): Service => {
  const { agent, driver, run, store } = engine
  const review = reviews.make(engine)

  /** The agent this arrival is already, where it was here before; who has left arrives anew. */
  const again = (found: TaskRun, worker: registry.Named, arrival: Arrival, last: Option.Option<Ids.AgentId>) =>
    Option.match(arrival.remoteAgent, {
      onSome: (remote) =>
        Effect.map(
          registry.agentAt(engine, found, worker, remote),
          Option.filter(({ status }) => !States.hasLeft(status))
        ),
      onNone: () =>
        Option.match(last, {
          onNone: () => Effect.succeedNone,
          onSome: (id) =>
            Effect.map(
              store.get(tables.agents, id),
              Option.filter(({ status }) => States.isOpen(status))
            )
        })
    })

  /** Puts back what the worker holds. It was open in this transaction. */
  const putBack = (held: Agent, now: DateTime.Utc) =>
    Effect.catchTag(changeAgent(store, held, "return", now), "InvalidTransition", Effect.die)

  const admit = (
    found: TaskRun,
    arrival: Arrival,
    { insteadOf }: RegisterOptions
  ): Effect.Effect<Arrived, NotEligible | StoreError> =>
    Effect.gen(function* () {
      const refuse = (reason: IneligibleReason) =>
        new NotEligible({ run: found.id, worker: arrival.workerName, reason })
      const worker = yield* registry.enrol(engine, arrival.workerName)
      const standing = yield* registry.standingOf(engine, found, worker)
      const known = yield* again(found, worker, arrival, standing.agent)
      const swapped = Option.filter(known, ({ id, status }) => id === insteadOf && States.isOpen(status))
      if (Option.isSome(known) && Option.isNone(swapped)) return { ...known.value, repeated: true }
      const id = yield* Ids.agentId
      const now = yield* DateTime.now
      const allowed = Effect.flatMap(
        eligibility.barred(engine, found, worker, standing),
        Option.match({ onNone: () => Effect.void, onSome: refuse })
      )
      if (Option.isNone(swapped)) yield* allowed
      const unit = yield* Option.match(arrival.remoteUnit, {
        onNone: () => eligibility.claimAny(engine, { run: found, worker, standing, agent: id, now }),
        onSome: (remote) => eligibility.claimAt(engine, { run: found, worker, standing, remote, agent: id, now })
      })
      if (Option.isNone(unit))
        return yield* refuse(yield* eligibility.whyNone(engine, found, standing, arrival.remoteUnit))
      // Only now: while they held it, its assignment was not among those they could have; and it counts no more.
      if (Option.isSome(swapped)) yield* Effect.zipRight(putBack(swapped.value, now), allowed)
      const taken = yield* registry.take(engine, {
        id,
        run: found,
        unit: unit.value,
        worker,
        standing,
        remoteId: arrival.remoteAgent,
        now
      })
      return { ...taken, repeated: false }
    })

  const checkName = ({ workerName }: Arrival): Effect.Effect<void, InvalidProviderData> => {
    const fault = lineFault(workerName)
    if (fault === undefined) return Effect.void
    return new InvalidProviderData({ provider: driver.provider, description: `the worker's name ${fault}` })
  }

  const register: Service["register"] = (id, providerData, options = {}) =>
    Effect.gen(function* () {
      const found = yield* run(id)
      const arrival = yield* driver.arrivals(providerData)
      yield* checkName(arrival)
      const admitted = yield* store.transaction(admit(found, arrival, options))
      engine.workersByName.set(admitted.workerName, admitted.worker)
      return admitted
    })

  const checked = ({ agent, answers }: Submission): Effect.Effect<void, InvalidAnswers> => {
    const names = Object.keys(answers).length
    if (names > maxAnswerNames) {
      return new InvalidAnswers({ agent, description: `${names} names; at most ${maxAnswerNames} are kept` })
    }
    const encoded = encodeAnswers(answers)
    if (encoded._tag === "Left") return new InvalidAnswers({ agent, description: encoded.left.message })
    return new TextEncoder().encode(encoded.right).byteLength > maxAnswersBytes
      ? new InvalidAnswers({ agent, description: `larger than ${maxAnswersBytes} bytes` })
      : Effect.void
  }

  const refused = ({ agent: id, answers, worker }: Submission) =>
    Effect.gen(function* () {
      const found = yield* agent(id)
      if (found.worker !== worker) return yield* new NotYourAgent({ agent: id, worker })
      if (Option.isNone(found.submittedAt)) return yield* invalid(found, "submit")
      const same = Option.exists(found.answers, (before) => sameAnswers(before, answers))
      return same ? found : yield* new AlreadySubmitted({ agent: id })
    })

  const submit: Service["submit"] = (submission) =>
    Effect.zipRight(
      checked(submission),
      store.transaction(
        Effect.gen(function* () {
          const now = yield* DateTime.now
          const [done] = yield* store.update(tables.agents, {
            ids: [submission.agent],
            when: { worker: [submission.worker], status: States.agentSources("submit") },
            set: { status: "completed", answers: Option.some(submission.answers), submittedAt: Option.some(now) }
          })
          if (done === undefined) return yield* refused(submission)
          yield* store.update(tables.units, {
            ids: [done.unit],
            when: { status: States.unitSources("complete") },
            set: { status: "completed", leaseUntil: Option.none(), offeredUntil: Option.none(), updatedAt: now }
          })
          return done
        })
      )
    )

  const change = (operation: States.AgentOperation) => (id: Ids.AgentId) =>
    store.transaction(
      Effect.gen(function* () {
        const found = yield* agent(id)
        if (States.isAfter(found.status, operation)) return found
        return yield* changeAgent(store, found, operation, yield* DateTime.now)
      })
    )

  const endOverdue: Service["endOverdue"] = (id) => {
    const page = Effect.gen(function* () {
      const now = yield* DateTime.now
      const units = yield* store.page(tables.units, {
        where: { run: id, status: "assigned" },
        orderBy: "leaseUntil",
        atMost: { leaseUntil: Option.some(now) },
        limit: 100
      })
      const held = units.flatMap((unit) => Option.toArray(unit.agent))
      const agents = yield* store.getAll(tables.agentOutlines, held)
      const open = agents.filter(({ status }) => States.isOpen(status))
      yield* Effect.forEach(open, (agent) => moveAgent(store, agent, "timeOut", now), { discard: true })
      return open.length
    }).pipe(
      Effect.catchTag("InvalidTransition", () => Effect.succeed(0)),
      store.transaction
    )
    const pagewise = Stream.runSum(Stream.takeUntil(Stream.repeatEffect(page), (ended) => ended === 0))
    return Effect.zipRight(run(id), pagewise)
  }

  const status: Service["status"] = (id) =>
    Effect.gen(function* () {
      const found = yield* agent(id)
      const remote = yield* retrying(driver.agentStatus(found))
      if (Option.isNone(remote)) return found.status
      return yield* observed.agentStatus(engine, id, remote.value)
    })

  const markDone: Service["markDone"] = (id) =>
    Effect.gen(function* () {
      const found = yield* agent(id)
      if (Option.isSome(found.doneAt)) return found
      yield* retrying(driver.markDone(found))
      const now = yield* DateTime.now
      const [changed] = yield* store.update(tables.agents, { ids: [id], set: { doneAt: Option.some(now) } })
      return changed ?? found
    })

  const approveAll: Service["approveAll"] = (id, options) =>
    Stream.unwrap(
      Effect.map(run(id), () => {
        const before = options?.submittedBefore
        const waiting = pages(store, tables.agents, {
          where: { run: id, status: "completed" },
          orderBy: "submittedAt",
          atMost: before === undefined ? undefined : { submittedAt: Option.some(before) }
        })
        return pagewise(waiting, driver.approve, review.approvePage)
      })
    )

  const submissions: Service["submissions"] = (id, { newestFirst, status, worker, ...options }) =>
    Stream.unwrap(
      Effect.gen(function* () {
        yield* run(id)
        const after = options.after === undefined ? undefined : yield* agent(options.after)
        return pages(store, tables.agents, {
          where: worker === undefined ? { run: id, status } : { run: id, worker, status },
          orderBy: worker === undefined ? "submittedAt" : undefined,
          after,
          reverse: newestFirst,
          limit: 25
        })
      })
    )

  return {
    register,
    submit,
    ...presence.make(engine),
    return: change("return"),
    disconnect: change("disconnect"),
    approve: review.approve,
    approveAll,
    softReject: review.softReject,
    reject: review.reject,
    status,
    markDone,
    endOverdue,
    get: agent,
    list: (id) => Stream.unwrap(Effect.as(run(id), pages(store, tables.agents, { where: { run: id } }))),
    submissions,
    watch: watch(engine),
    ofWorker: (worker) => pages(store, tables.agentOutlines, { where: { worker }, reverse: true, limit: 100 })
  }
}
