/** The suites on another kind of crowd: it decides itself which unit a worker gets, and its time is real. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { UnitId } from "../../src/Ids.js"
import * as Mock from "../../src/Mock.js"
import * as Store from "../../src/Store.js"
import type { TaskRun } from "../../src/TaskRuns.js"
import * as Conformance from "../../src/testing/Conformance.js"
import { Units } from "../../src/Units.js"
import { harness } from "./mock.js"

const given = new Set<UnitId>()
let arrivals = 0

/** A unit of the run that is on offer, rather one that nobody was sent to yet. */
const choose = (run: TaskRun) =>
  Effect.gen(function* () {
    const units = yield* Units
    const all = [...(yield* Stream.runCollect(units.list(run.id, { status: "launched" })))]
    const unit = all.find(({ id }) => !given.has(id)) ?? all[0]
    if (unit === undefined) return yield* Effect.fail("nothing on offer")
    given.add(unit.id)
    return unit.id
  })

Conformance.provider(
  "a crowd that chooses the units, in real time",
  Layer.provide(Mock.layerStore(), Store.layerMemory),
  {
    harness: {
      ...harness,
      clock: "real",
      shortest: "500 millis",
      arrive: (worker, run) => Effect.map(choose(run), (unit) => ({ worker, unit, agent: `arrival-${++arrivals}` }))
    },
    suites: [Conformance.core, Conformance.qualifications, Conformance.messages, Conformance.budget]
  }
)
