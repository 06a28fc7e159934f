/** Which browser holds a unit, where people are known by their address: a cookie tells those behind one address apart. */
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type Agent, Agents, type Arrived } from "../../Agents.js"
import { HeldByAddress, type NotYourAgent, type StoreError } from "../../CrowdError.js"
import type { AgentId, RunId, WorkerId } from "../../Ids.js"
import * as States from "../../States.js"
import { Workers } from "../../Workers.js"
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

export const make = Effect.gen(function* () {
  const agents = yield* Agents
  const workers = yield* Workers
  const keys = yield* Keys.Keys
  const { chooses, local } = yield* visitors.make
  const isByAddress = Option.isSome(local) && !chooses

  const isBlocked = ({ worker }: visitors.Visitor, run: RunId): Effect.Effect<boolean, StoreError> =>
    Effect.gen(function* () {
      const known = yield* visitors.workerOf(workers, worker)
      const standing = yield* Effect.transposeMapOption(known, ({ id }) => noneIfNotFound(workers.standing(run, id)))
      return Option.exists(Option.flatten(standing), ({ barred }) =>
        Option.exists(barred, ({ _tag }) => _tag === "Blocked")
      )
    })

  /** Whoever comes from another address keeps what they hold, unless that address is blocked. */
  const mayKeep = (who: visitors.Visitor, agent: Option.Option<Agent>) =>
    Option.match(agent, {
      onNone: () => Effect.succeed(false),
      onSome: ({ run }) => Effect.map(isBlocked(who, run), (blocked) => !blocked)
    })

  const shownOf = (run: RunId) =>
    Effect.map(HttpServerRequest.HttpServerRequest, ({ cookies }) =>
      Option.flatMap(Option.fromNullable(cookies[cookieName(run)]), keys.heldIn)
    )

  /** What this browser was last given of the run; at another address, only what it may go on with there. */
  const inRun = (run: RunId, who: visitors.Visitor) =>
    Effect.gen(function* () {
      const shown = yield* shownOf(run)
      if (!isByAddress || Option.isNone(shown)) return Option.none()
      if (!isElsewhere(who, shown.value)) return shown
      const agent = yield* noneIfNotFound(agents.get(shown.value.id))
      const open = Option.filter(agent, ({ status }) => States.isOpen(status))
      return (yield* mayKeep(who, open)) ? shown : Option.none()
    })

  /** What the visitor holds of the run, of which their address holds this: theirs, or another browser's. */
  const of = (run: RunId, who: visitors.Visitor, held: Option.Option<AgentId>) =>
    Effect.map(inRun(run, who), (shown) => {
      const own = Option.filter(shown, (holder) => isElsewhere(who, holder) || Option.contains(held, holder.id))
      return Option.match(own, {
        onNone: () => ({ agent: held, isElsewhere: isByAddress && Option.isSome(held) }),
        onSome: ({ id }) => ({ agent: Option.some(id), isElsewhere: false })
      })
    })

  const holderOf = (agent: AgentId, { cookies }: HttpServerRequest.HttpServerRequest) =>
    Option.fromNullable(Object.values(cookies).find((value) => value.startsWith(`${agent}.`))).pipe(
      Option.flatMap(keys.heldIn)
    )

  /** Whose agent it is, and who the visitor is then: somebody who has the key, here or where they took it. */
  const owner = (
    agent: AgentId,
    who: visitors.Visitor,
    key: string
  ): Effect.Effect<
    { readonly worker: WorkerId; readonly who: visitors.Visitor },
    NotYourAgent | StoreError,
    HttpServerRequest.HttpServerRequest
  > =>
    Effect.map(keys.worker(agent, who.worker, key), (worker) => ({ worker, who })).pipe(
      Effect.catchTag("NotYourAgent", (notYours) =>
        Effect.gen(function* () {
          const holder = holderOf(agent, yield* HttpServerRequest.HttpServerRequest)
          if (!isByAddress || Option.isNone(holder)) return yield* notYours
          const before = as(who, holder.value)
          const worker = yield* keys.worker(agent, before.worker, key)
          return (yield* mayKeep(who, yield* noneIfNotFound(agents.get(agent))))
            ? { worker, who: before }
            : yield* notYours
        })
      )
    )

  /** Fails if another browser at this address holds it. */
  const ensureOwn = ({ acceptedAt, id, repeated, run }: Arrived) =>
    Effect.gen(function* () {
      if (!isByAddress || !repeated) return
      const isOwn = Option.exists(yield* shownOf(run), (holder) => holder.id === id)
      if (!isOwn) return yield* new HeldByAddress({ run, since: acceptedAt })
    })

  /** This browser has it from now on. */
  const keep = (agent: Agent) =>
    Effect.gen(function* () {
      if (!isByAddress) return
      const lasts = DateTime.distanceDuration(yield* DateTime.now, agent.deadline)
      yield* cookies.set(cookieName(agent.run), keys.holding(agent), lasts)
    })

  return { ensureOwn, inRun, keep, of, owner }
})

export interface Service extends Effect.Effect.Success<typeof make> {}
