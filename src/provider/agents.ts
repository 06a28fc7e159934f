import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Service } from "../Agents.js"
import { retrying } from "../driver/retry.js"
import type * as Ids from "../Ids.js"
import * as States from "../States.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import * as admission from "./admission.js"
import type * as Engine from "./engine.js"
import * as exits from "./exits.js"
import * as leases from "./leases.js"
import * as observed from "./observations.js"
import * as presence from "./presence.js"
import * as reviews from "./reviews.js"
import { watch } from "./submissionStream.js"
import * as submissions from "./submissions.js"
import { changeAgent } from "./transitions.js"

export const make = (engine: Engine.Service): Service => {
  const { agent, driver, run, store } = engine

  const change = (operation: States.AgentOperation) => (id: Ids.AgentId) =>
    store.transaction(
      Effect.gen(function* () {
        const found = yield* agent(id)
        if (States.isAfter(found.status, operation)) return found
        return yield* changeAgent(engine, found, operation, yield* DateTime.now)
      })
    )

  const status: Service["status"] = (id) =>
    Effect.gen(function* () {
      const found = yield* agent(id)
      const remote = yield* retrying(driver.agentStatus(found))
      if (Option.isNone(remote)) return found.status
      return yield* observed.agentStatus(engine, id, remote.value)
    })

  const markDone: Service["markDone"] = (id, { at } = {}) =>
    Effect.gen(function* () {
      const found = yield* agent(id)
      const isDone = Option.exists(found.doneAt, (doneAt) => at === undefined || !DateTime.lessThan(doneAt, at))
      if (isDone) return found
      yield* retrying(driver.markDone(found))
      const doneAt = Option.some(at ?? (yield* DateTime.now))
      const [changed] = yield* store.update(tables.agents, { ids: [id], set: { doneAt } })
      return changed ?? found
    })

  const list: Service["submissions"] = (id, { newestFirst, status, worker, ...options }) =>
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
    register: admission.make(engine),
    submit: submissions.make(engine),
    ...presence.make(engine),
    return: change("return"),
    disconnect: change("disconnect"),
    ...exits.make(engine),
    ...reviews.make(engine),
    status,
    markDone,
    endOverdue: leases.make(engine),
    get: agent,
    list: (id) => Stream.unwrap(Effect.as(run(id), pages(store, tables.agents, { where: { run: id } }))),
    submissions: list,
    watch: watch(engine),
    ofWorker: (worker) => pages(store, tables.agentOutlines, { where: { worker }, reverse: true, limit: 100 })
  }
}
