import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Agents } from "../../src/Agents.js"
import { Driver, Provider, Store, TaskRuns, Units } from "../../src/index.js"
import { Workers } from "../../src/Workers.js"
import { kit } from "../support/ledger.js"
import * as QuietCrowd from "../support/quietCrowd.js"

/** A driver that leaves out whatever has a default. */
const least = Driver.make({ ...QuietCrowd.make("least"), ...Driver.allSettled })

const provided = Effect.provide(Layer.provide(Provider.layer({ driver: least }), Store.layerMemory))

describe("Driver.make", () => {
  it.effect("says nothing of a unit's or an agent's status by default: it is what we hold", () =>
    Effect.gen(function* () {
      const { agent } = yield* kit.completed()
      expect(yield* (yield* Units.Units).status(agent.unit)).toBe("completed")
      expect(yield* (yield* Agents).status(agent.id)).toBe("completed")
    }).pipe(provided)
  )

  it.effect("tells the crowd nothing when an agent is done or a run is cleaned up, by default", () =>
    Effect.gen(function* () {
      const { agent, run } = yield* kit.completed()
      expect(Option.isSome((yield* (yield* Agents).markDone(agent.id)).doneAt)).toBe(true)
      yield* (yield* TaskRuns.TaskRuns).cleanup(run.id)
    }).pipe(provided)
  )

  it.effect("lets a worker in again by our own record alone, by default", () =>
    Effect.gen(function* () {
      const workers = yield* Workers
      const { agent, run } = yield* kit.completed()
      const scope = { requester: run.requester }
      yield* workers.block(agent.worker, scope, "spam")
      expect(yield* workers.isBlocked(agent.worker, scope)).toBe(true)
      yield* workers.unblock(agent.worker, scope)
      expect(yield* workers.isBlocked(agent.worker, scope)).toBe(false)
    }).pipe(provided)
  )

  it.effect("keeps what is given in place of a default", () =>
    Effect.gen(function* () {
      const driver = Driver.make({ ...least, offerStatus: () => Effect.succeedSome("withdrawn" as const) })
      const status = Effect.gen(function* () {
        const run = yield* kit.launched()
        const [unit] = yield* kit.unitsOf(run)
        return unit === undefined ? "none" : yield* (yield* Units.Units).status(unit.id)
      })
      const layer = Layer.provide(Provider.layer({ driver }), Store.layerMemory)
      expect(yield* Effect.provide(status, layer)).toBe("expired")
    })
  )
})
