import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { WorkerNotFound } from "../CrowdError.js"
import * as States from "../States.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { Service } from "../Workers.js"
import * as blocks from "./blocks.js"
import * as bonuses from "./bonuses.js"
import * as eligibility from "./eligibility.js"
import type * as Engine from "./engine.js"
import { ofRun, progressIn, progressOfNew } from "./participation.js"
import * as registry from "./workerRegistry.js"

export const make = (engine: Engine.Service): Service => {
  const { driver, run, store, worker } = engine

  const heldBy = ({ agent }: typeof tables.standings.schema.Type) =>
    Option.match(agent, {
      onNone: () => Effect.succeedNone,
      onSome: (id) =>
        Effect.map(store.get(tables.agentOutlines, id), (found) =>
          Option.as(
            Option.filter(found, ({ status }) => States.isOpen(status)),
            id
          )
        )
    })

  const standing: Service["standing"] = (runId, id) =>
    Effect.gen(function* () {
      const found = yield* run(runId)
      if (id === undefined) return { held: Option.none(), barred: yield* eligibility.barredNew(engine, found) }
      const known = yield* worker(id)
      const seen = yield* registry.seeStanding(engine, found.id, known.id)
      return { held: yield* heldBy(seen), barred: yield* eligibility.barred(engine, found, known, seen) }
    })

  const progress: Service["progress"] = (runId, id) =>
    Effect.gen(function* () {
      const found = yield* run(runId)
      if (id === undefined) return yield* progressOfNew(engine, found)
      const known = yield* worker(id)
      const seen = yield* registry.seeStanding(engine, found.id, known.id)
      return yield* seen.taken === 0 ? progressOfNew(engine, found) : progressIn(engine, found, known, seen)
    })

  return {
    get: worker,
    findByName: (name) =>
      Effect.flatMap(registry.workerNamed(engine, name), (found) =>
        found === undefined ? new WorkerNotFound({ worker: name }) : Effect.succeed(found)
      ),
    list: pages(store, tables.workers, { where: { provider: driver.provider } }),
    ofRun: ofRun(engine),
    ...bonuses.make(engine),
    ...blocks.make(engine),
    isEligible: eligibility.isEligible(engine),
    standing,
    progress
  }
}
