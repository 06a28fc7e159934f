/**
 * Which browser holds a unit, where people are known by their address: a cookie tells those behind one address apart.
 */
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type Agent, Agents, type Service as AgentsService, type Arrived } from "../../Agents.js"
import { HeldByAddress, type NotYourAgent, type StoreError } from "../../CrowdError.js"
import type { AgentId, RunId, WorkerId } from "../../Ids.js"
import * as States from "../../States.js"
import { Workers, type Service as WorkersService } from "../../Workers.js"
import * as cookies from "../cookies.js"
import * as Keys from "../keys.js"
import { noneIfNotFound } from "../notFound.js"
import * as visitors from "../visitors.js"

/** One for each run, until the unit's deadline. */
const cookieName = (run: RunId): string => `crowd_held_${run}`

const isElsewhere = ({ worker }: visitors.Visitor, { workerName }: Keys.Holder): boolean =>
  !Option.contains(worker, workerName)

/** The visitor as they were when they took the unit. */
export const as = (who: visitors.Visitor, { workerName }: Keys.Holder): visitors.Visitor => ({
  ...who,
  worker: Option.some(workerName)
})

interface Services {
  readonly agents: AgentsService
  readonly workers: WorkersService
  readonly keys: Keys.Service
  /** Whether people are known by their address alone. */
  readonly isByAddress: boolean
}

const isBlocked = ({ workers }: Services, { worker }: visitors.Visitor, run: RunId) =>
  Effect.gen(function* () {
    const known = yield* visitors.workerOf(workers, worker)
    const standing = yield* Effect.transposeMapOption(known, ({ id }) => noneIfNotFound(workers.standing(run, id)))
    return Option.exists(Option.flatten(standing), ({ barred }) =>
      Option.exists(barred, ({ _tag }) => _tag === "Blocked")
    )
  })

/** Whoever comes from another address keeps what they hold, unless that address is blocked. */
const mayKeep = (services: Services, who: visitors.Visitor, agent: Option.Option<Agent>) =>
  Option.match(agent, {
    onNone: () => Effect.succeed(false),
    onSome: ({ run }) => Effect.map(isBlocked(services, who, run), (blocked) => !blocked)
  })

/** What the cookie of the run says. */
const shownOf = ({ keys }: Services, run: RunId) =>
  Effect.map(HttpServerRequest.HttpServerRequest, ({ cookies }) =>
    Option.flatMap(Option.fromNullable(cookies[cookieName(run)]), keys.heldIn)
  )

/** What the cookie of this agent says, whichever its run is. */
const holderOf = ({ keys }: Services, agent: AgentId) =>
  Effect.map(HttpServerRequest.HttpServerRequest, ({ cookies }) =>
    Option.fromNullable(Object.values(cookies).find((value) => value.startsWith(`${agent}.`))).pipe(
      Option.flatMap(keys.heldIn)
    )
  )

/** What this browser was last given of the run; at another address, only what it may go on with there. */
const inRun = (services: Services) => (run: RunId, who: visitors.Visitor) =>
  Effect.gen(function* () {
    const shown = yield* shownOf(services, run)
    if (!services.isByAddress || Option.isNone(shown)) return Option.none()
    if (!isElsewhere(who, shown.value)) return shown
    const agent = yield* noneIfNotFound(services.agents.get(shown.value.id))
    const open = Option.filter(agent, ({ status }) => States.isOpen(status))
    return (yield* mayKeep(services, who, open)) ? shown : Option.none()
  })

/** What the visitor holds of the run, of which their address holds this: theirs, or another browser's. */
const of = (services: Services) => (run: RunId, who: visitors.Visitor, held: Option.Option<AgentId>) =>
  Effect.map(inRun(services)(run, who), (shown) => {
    const own = Option.filter(shown, (holder) => isElsewhere(who, holder) || Option.contains(held, holder.id))
    return Option.match(own, {
      onNone: () => ({ agent: held, isElsewhere: services.isByAddress && Option.isSome(held) }),
      onSome: ({ id }) => ({ agent: Option.some(id), isElsewhere: false })
    })
  })

/** Whose agent it is, and who the visitor is then. */
interface Owner {
  readonly worker: WorkerId
  readonly who: visitors.Visitor
}

/** Who took the agent with this browser at another address, if they may keep it. */
const ownerElsewhere = (services: Services, agent: AgentId, who: visitors.Visitor, key: string) =>
  Effect.gen(function* () {
    const holder = yield* holderOf(services, agent)
    if (!services.isByAddress || Option.isNone(holder)) return Option.none<Owner>()
    const before = as(who, holder.value)
    const worker = yield* services.keys.worker(agent, before.worker, key)
    const found = yield* noneIfNotFound(services.agents.get(agent))
    return (yield* mayKeep(services, who, found)) ? Option.some<Owner>({ worker, who: before }) : Option.none<Owner>()
  })

/** Somebody who has the key, here or where they took it. */
const owner =
  (services: Services) =>
  (
    agent: AgentId,
    who: visitors.Visitor,
    key: string
  ): Effect.Effect<Owner, NotYourAgent | StoreError, HttpServerRequest.HttpServerRequest> =>
    Effect.map(services.keys.worker(agent, who.worker, key), (worker) => ({ worker, who })).pipe(
      Effect.catchTag("NotYourAgent", (notYours) =>
        Effect.flatMap(
          ownerElsewhere(services, agent, who, key),
          Option.match({ onNone: () => Effect.fail(notYours), onSome: Effect.succeed })
        )
      )
    )

/** Fails if another browser at this address holds it. */
const ensureOwn =
  (services: Services) =>
  ({ acceptedAt, id, repeated, run }: Arrived) =>
    Effect.gen(function* () {
      if (!services.isByAddress || !repeated) return
      const isOwn = Option.exists(yield* shownOf(services, run), (holder) => holder.id === id)
      if (!isOwn) return yield* new HeldByAddress({ run, since: acceptedAt })
    })

/** This browser has it from now on. */
const keep =
  ({ isByAddress, keys }: Services) =>
  (agent: Agent) =>
    Effect.gen(function* () {
      if (!isByAddress) return
      const lasts = DateTime.distanceDuration(yield* DateTime.now, agent.deadline)
      yield* cookies.set(cookieName(agent.run), keys.holding(agent), lasts)
    })

export const make = Effect.gen(function* () {
  const { chooses, local } = yield* visitors.make
  const services: Services = {
    agents: yield* Agents,
    workers: yield* Workers,
    keys: yield* Keys.Keys,
    isByAddress: Option.isSome(local) && !chooses
  }
  return {
    ensureOwn: ensureOwn(services),
    inRun: inRun(services),
    keep: keep(services),
    of: of(services),
    owner: owner(services)
  }
})

export interface Service extends Effect.Effect.Success<typeof make> {}
