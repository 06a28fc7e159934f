/** Leases that are over: their agents are timed out, and their units are on offer again. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Service } from "../Agents.js"
import * as States from "../States.js"
import * as tables from "../store/tables.js"
import type * as Engine from "./engine.js"
import { moveAgent } from "./transitions.js"

export const make =
  (engine: Engine.Service): Service["endOverdue"] =>
  (id) => {
    const { run, store } = engine
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
      yield* Effect.forEach(open, (agent) => moveAgent(engine, agent, "timeOut", now), { discard: true })
      return open.length
    }).pipe(
      Effect.catchTag("InvalidTransition", () => Effect.succeed(0)),
      store.transaction
    )
    const pagewise = Stream.runSum(Stream.takeUntil(Stream.repeatEffect(page), (ended) => ended === 0))
    return Effect.zipRight(run(id), pagewise)
  }
