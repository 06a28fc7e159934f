/** The cluster stands on any SqlClient: over SQLite it is one of one process. */
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import { expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Owners } from "../../src/Conductor.js"
import * as ConductorCluster from "../../src/ConductorCluster.js"
import * as Mock from "../../src/Mock.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import { Units } from "../../src/Units.js"
import { kit } from "../support/failures.js"
import { until } from "./process.js"

it.scopedLive("conducts what is launched, over SQLite", () =>
  Effect.gen(function* () {
    const database = SqliteClient.layer({ filename: ":memory:" })
    const cluster = ConductorCluster.layer().pipe(Layer.provide(database), Layer.provideMerge(Mock.layer()))
    const context = yield* Layer.build(cluster)
    const { address, owned, ownersOf } = Context.get(context, Owners)
    yield* Effect.gen(function* () {
      const { id } = yield* kit.launched({ rows: 1 })
      yield* until("it is conducted", owned, (runs) => runs.includes(id))
      expect(yield* ownersOf([id])).toEqual(new Map([[id, address]]))
      yield* (yield* Units).expireAll(id)
      yield* until("it is over", owned, (runs) => runs.length === 0)
      yield* (yield* TaskRuns).relaunch(id)
      yield* until("it is conducted again", owned, (runs) => runs.includes(id))
    }).pipe(Effect.provide(context))
  })
)
