/** Who arrives gets a unit, or is told why not. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Agent, Arrived, RegisterOptions, Service } from "../Agents.js"
import { type IneligibleReason, InvalidProviderData, NotEligible, type StoreError } from "../CrowdError.js"
import type { Arrival, Arriving } from "../Driver.js"
import { retrying } from "../driver/retry.js"
import * as Ids from "../Ids.js"
import { lineFault } from "../internal/text.js"
import * as States from "../States.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import * as eligibility from "./eligibility.js"
import type * as Engine from "./engine.js"
import { changeAgent } from "./transitions.js"
import * as visits from "./visits.js"
import * as registry from "./workerRegistry.js"

/** This agent, if it may be it. */
const latest = (
  { store }: Engine.Service,
  last: Option.Option<Ids.AgentId>,
  isIt: (agent: Agent) => boolean
): Effect.Effect<Option.Option<Agent>, StoreError> =>
  Option.match(last, {
    onNone: () => Effect.succeedNone,
    onSome: (id) => Effect.map(store.get(tables.agents, id), Option.filter(isIt))
  })

const isOpen = ({ status }: Agent): boolean => States.isOpen(status)

/** Nobody who was sent away by the page comes in again under another name for their visit. */
const isOpenOrEnded = (agent: Agent): boolean => isOpen(agent) || Option.isSome(agent.outcome)

/**
 * Who they are by this visit's name; whoever has left goes on with the unit that they hold by another name, as does who
 * comes by a new one.
 */
const inVisit = (
  engine: Engine.Service,
  run: TaskRun,
  worker: registry.Named,
  name: string,
  last: Option.Option<Ids.AgentId>
) =>
  Effect.gen(function* () {
    const visit = yield* visits.enter(engine, run, worker, name)
    const own = yield* latest(engine, visit.agent, () => true)
    if (Option.exists(own, ({ status }) => !States.hasLeft(status))) return own
    const known = Option.orElse(yield* latest(engine, last, isOpenOrEnded), () => own)
    if (Option.isSome(known)) yield* visits.be(engine, run, name, known.value)
    return known
  })

/** The agent this arrival is already, where it was here before; who has left arrives anew. */
const again = (
  engine: Engine.Service,
  found: TaskRun,
  worker: registry.Named,
  arrival: Arrival,
  last: Option.Option<Ids.AgentId>
): Effect.Effect<Option.Option<Agent>, InvalidProviderData | StoreError> =>
  Effect.gen(function* () {
    if (Option.isNone(arrival.remoteAgent)) return yield* latest(engine, last, isOpen)
    const { value: name } = arrival.remoteAgent
    if (engine.driver.oneVisit === true) return yield* inVisit(engine, found, worker, name, last)
    const known = yield* registry.agentAt(engine, found, worker, name)
    return Option.filter(known, ({ status }) => !States.hasLeft(status))
  })

/** Puts back what the worker holds. It was open in this transaction. */
const putBack = (engine: Engine.Service, held: Agent, now: DateTime.Utc) =>
  Effect.catchTag(changeAgent(engine, held, "return", now), "InvalidTransition", Effect.die)

/** A crowd that gives its name of one's work to the next worker says by it that the first has left. */
const relieveOthers = (
  engine: Engine.Service,
  run: TaskRun,
  worker: registry.Named,
  { remoteAgent }: Arrival,
  now: DateTime.Utc
) =>
  Effect.gen(function* () {
    if (Option.isNone(remoteAgent) || engine.driver.oneVisit === true) return
    const others = yield* registry.othersAt(engine, run, worker, remoteAgent.value)
    yield* Effect.forEach(others, (agent) => putBack(engine, agent, now), { discard: true })
  })

const admit = (
  engine: Engine.Service,
  run: TaskRun,
  arrival: Arrival,
  { insteadOf }: RegisterOptions
): Effect.Effect<Arrived, InvalidProviderData | NotEligible | StoreError> =>
  Effect.gen(function* () {
    const refuse = (reason: IneligibleReason) => new NotEligible({ run: run.id, worker: arrival.workerName, reason })
    const worker = yield* registry.enrol(engine, arrival.workerName)
    const standing = yield* registry.standingOf(engine, run, worker)
    const known = yield* again(engine, run, worker, arrival, standing.agent)
    const swapped = Option.filter(known, ({ id, status }) => id === insteadOf && States.isOpen(status))
    if (Option.isSome(known) && Option.isNone(swapped)) return { ...known.value, repeated: true }
    const agent = yield* Ids.agentId
    const now = yield* DateTime.now
    const allowed = Effect.flatMap(
      eligibility.barred(engine, run, worker, standing),
      Option.match({ onNone: () => Effect.void, onSome: refuse })
    )
    if (Option.isNone(swapped)) yield* allowed
    yield* relieveOthers(engine, run, worker, arrival, now)
    const claim = { run, worker, standing, agent, now }
    const unit = yield* Option.match(arrival.offer, {
      onNone: () => eligibility.claimAny(engine, claim),
      onSome: (offer) => eligibility.claimAt(engine, offer, claim)
    })
    if (Option.isNone(unit)) return yield* refuse(yield* eligibility.whyNone(engine, run, standing, arrival.offer))
    // Only now: while they held it, its assignment was not among those they could have; and it counts no more.
    if (Option.isSome(swapped)) yield* Effect.zipRight(putBack(engine, swapped.value, now), allowed)
    const taken = yield* registry.take(engine, {
      id: agent,
      run,
      unit: unit.value,
      worker,
      standing,
      remoteId: arrival.remoteAgent,
      details: Option.fromNullable(arrival.details),
      now
    })
    const { oneVisit } = engine.driver
    if (oneVisit === true && Option.isSome(taken.remoteId)) yield* visits.be(engine, run, taken.remoteId.value, taken)
    return { ...taken, repeated: false }
  })

const checkName = ({ driver }: Engine.Service, { workerName }: Arrival): Effect.Effect<void, InvalidProviderData> => {
  const fault = lineFault(workerName)
  if (fault === undefined) return Effect.void
  return new InvalidProviderData({ provider: driver.provider, description: `the worker's name ${fault}` })
}

/** The agent that the arrival was before, under the crowd's own name for their work; who asks for it pays a look-up. */
const before = (engine: Engine.Service, run: TaskRun, { arrival, confirm }: Arriving) =>
  Effect.gen(function* () {
    const { remoteAgent, workerName } = arrival
    const { exit, oneVisit } = engine.driver
    const isAsked = confirm !== undefined || (exit !== undefined && oneVisit !== true)
    if (!isAsked || Option.isNone(remoteAgent)) return Option.none<Agent>()
    const worker = yield* registry.workerNamed(engine, workerName)
    return worker === undefined ? Option.none<Agent>() : yield* registry.agentAt(engine, run, worker, remoteAgent.value)
  })

export const make =
  (engine: Engine.Service): Service["register"] =>
  (id, providerData, options = {}) =>
    Effect.gen(function* () {
      const { driver, run, store, workersByName } = engine
      const found = yield* run(id)
      const arriving = yield* driver.arrivals(providerData, found)
      const { arrival, confirm } = arriving
      yield* checkName(engine, arrival)
      const known = yield* before(engine, found, arriving)
      const hasLeft = Option.exists(known, ({ status }) => States.hasLeft(status))
      // Whoever the crowd has sent here once, and has to be sent back, sees how it ended.
      if (Option.isSome(known) && hasLeft && driver.exit !== undefined) return { ...known.value, repeated: true }
      if (confirm !== undefined && (Option.isNone(known) || hasLeft)) yield* retrying(confirm(found))
      const admitted = yield* store.transaction(admit(engine, found, arrival, options))
      workersByName.set(admitted.workerName, admitted.worker)
      return admitted
    })
