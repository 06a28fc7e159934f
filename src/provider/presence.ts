/** Which workers are there: heartbeats, and their end. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { type Agent, type Service, silentAfter } from "../Agents.js"
import type { StoreError } from "../CrowdError.js"
import type { AgentId, RunId } from "../Ids.js"
import * as States from "../States.js"
import type * as Store from "../Store.js"
import * as tables from "../store/tables.js"
import type * as Engine from "./engine.js"
import { changeAgent, invalid } from "./transitions.js"

const pageSize = 100

const silentIn = (
  store: Store.Service,
  run: RunId,
  before: DateTime.Utc
): Effect.Effect<ReadonlyArray<AgentId>, StoreError> =>
  Effect.map(
    store.page(tables.heartbeats, {
      where: { run },
      orderBy: "heardAt",
      atMost: { heardAt: before },
      limit: pageSize
    }),
    (rows) => rows.map(({ id }) => id)
  )

/**
 * Some may have been heard of since they were read; from here on, in the order in which a heartbeat does it, none is.
 */
const takeAway = (store: Store.Service, ids: ReadonlyArray<AgentId>, before: DateTime.Utc) =>
  store.transaction(
    Effect.gen(function* () {
      yield* store.getAll(tables.agentOutlines, ids)
      const heard = yield* store.getAll(tables.heartbeats, ids)
      const silent = heard.flatMap(({ heardAt, id }) => (DateTime.lessThanOrEqualTo(heardAt, before) ? [id] : []))
      const left = yield* store.update(tables.agents, {
        ids: silent,
        when: { status: States.agentSources("disconnect") },
        set: { status: "disconnected" }
      })
      yield* store.remove(tables.heartbeats, silent)
      return left.length
    })
  )

const takeAwayAll = (store: Store.Service, run: RunId): Effect.Effect<number, StoreError> =>
  Effect.gen(function* () {
    const before = DateTime.subtractDuration(yield* DateTime.now, silentAfter)
    const silent = yield* silentIn(store, run, before)
    if (silent.length === 0) return 0
    const left = yield* takeAway(store, silent, before)
    return silent.length < pageSize ? left : left + (yield* takeAwayAll(store, run))
  })

export const make = (engine: Engine.Service): Pick<Service, "start" | "heartbeat" | "disconnectSilent"> => {
  const { agent, run, store } = engine
  const started = (found: Agent, now: DateTime.Utc) =>
    States.isAfter(found.status, "start") ? Effect.succeed(found) : changeAgent(engine, found, "start", now)

  /** Of whoever sends no heartbeats nothing is written down. */
  const start: Service["start"] = (id) =>
    store.transaction(
      Effect.gen(function* () {
        const now = yield* DateTime.now
        const there = yield* started(yield* agent(id), now)
        yield* store.update(tables.heartbeats, { ids: [id], set: { heardAt: now } })
        return there
      })
    )

  const heartbeat: Service["heartbeat"] = (id) =>
    store.transaction(
      Effect.gen(function* () {
        const found = yield* agent(id)
        if (!States.isOpen(found.status)) return yield* invalid(found, "heartbeat")
        const now = yield* DateTime.now
        yield* store.put(tables.heartbeats, [{ id, run: found.run, heardAt: now }])
        return yield* started(found, now)
      })
    )

  return { start, heartbeat, disconnectSilent: (id) => Effect.zipRight(run(id), takeAwayAll(store, id)) }
}
