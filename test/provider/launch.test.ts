import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Batch } from "../../src/Batch.js"
import * as Crowd from "../../src/Crowd.js"
import { tokenOf } from "../../src/journal/intents.js"
import * as Mock from "../../src/Mock.js"
import * as Money from "../../src/Money.js"
import { Requesters } from "../../src/Requesters.js"
import { type Inputs, TaskRuns, taskDefaults } from "../../src/TaskRuns.js"
import { Units } from "../../src/Units.js"
import { failure } from "../support/failures.js"
import * as sqlite from "../support/sqlite.js"

/** A batch of two units a row, whose rows come as `row` lets them. */
const batchOf = (row: (n: number) => Effect.Effect<void> = () => Effect.void, count = 1_000): Batch => ({
  name: "batch",
  task: {
    ...taskDefaults,
    title: "Launch",
    reward: Money.make(5),
    unitsPerAssignment: 2,
    maxUnitsPerWorker: Option.none()
  },
  template: "<p>${n}</p>",
  media: [],
  columns: ["n"],
  count,
  digest: "digest",
  warnings: [],
  notes: [],
  rows: Stream.range(0, count - 1).pipe(
    Stream.rechunk(1),
    Stream.mapEffect((n) => Effect.as(row(n), { n: String(n) } satisfies Inputs))
  )
})

const { count } = batchOf()

const requester = Effect.flatMap(Requesters, (requesters) => requesters.register("me", {}))

/** The units of all runs, those of each in the order of their places. */
const allUnits = Effect.gen(function* () {
  const runs = yield* TaskRuns
  const units = yield* Units
  return [...(yield* Stream.runCollect(Stream.flatMap(runs.list, ({ id }) => units.list(id))))]
})

describe("a launch", () => {
  it.effect("sends the first units while later rows are still to come, each in its turn", () =>
    Effect.gen(function* () {
      const mock = yield* Mock.Mock
      const me = yield* requester
      const sent = yield* Deferred.make<void>()
      const batch = batchOf((n) => (n === count - 1 ? Deferred.await(sent) : Effect.void))
      yield* Crowd.launch(batch, { requester: me.id, onProgress: () => Deferred.succeed(sent, undefined) })
      const tokens = (yield* mock.calls).filter(({ method }) => method === "launch").flatMap(({ tokens }) => tokens)
      const units = yield* allUnits
      expect(units).toHaveLength(2 * count)
      expect(tokens).toEqual(units.map(({ id }) => tokenOf("launch", id)))
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("sends the units of a page in their order, whatever their ids: first every row's first", () =>
    Effect.gen(function* () {
      const mock = yield* Mock.Mock
      const me = yield* requester
      yield* Crowd.launch(batchOf(undefined, 30), { requester: me.id })
      const tokens = (yield* mock.calls).filter(({ method }) => method === "launch").flatMap(({ tokens }) => tokens)
      expect(tokens).toEqual((yield* allUnits).map(({ id }) => tokenOf("launch", id)))
    }).pipe(Effect.provide(Layer.provide(Mock.layerStore(), sqlite.layer())))
  )

  it.effect("tells how far it is, and what it launched itself, of how many rows", () =>
    Effect.gen(function* () {
      const me = yield* requester
      const told: Array<Crowd.Progress> = []
      const onProgress = (progress: Crowd.Progress) => Effect.sync(() => told.push(progress))
      yield* Crowd.launch(batchOf(undefined, 3), { requester: me.id, limit: 4, onProgress })
      expect(told.at(-1)).toMatchObject({ launched: 4, units: 6, now: { units: 4, rows: 3 } })
      yield* Crowd.launch(batchOf(undefined, 3), { requester: me.id, limit: 4, onProgress })
      expect(told.at(-1)).toMatchObject({ launched: 6, units: 6, now: { units: 2, rows: 2 } })
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("that is limited, or refused, leaves all rows where the next one finds them", () =>
    Effect.gen(function* () {
      const mock = yield* Mock.Mock
      const me = yield* requester
      yield* mock.script("launch", failure("Rejected"))
      expect(yield* Effect.flip(Crowd.launch(batchOf(), { requester: me.id }))).toMatchObject({ _tag: "ProviderError" })
      expect(yield* allUnits).toHaveLength(2 * count)
      yield* Crowd.launch({ ...batchOf(), name: "other", digest: "other" }, { requester: me.id, limit: 1 })
      expect(yield* allUnits).toHaveLength(4 * count)
      yield* Crowd.launch(batchOf(), { requester: me.id })
      yield* Crowd.launch({ ...batchOf(), name: "other", digest: "other" }, { requester: me.id })
      expect((yield* allUnits).filter(({ status }) => status === "created")).toHaveLength(0)
    }).pipe(Effect.provide(Mock.layer()))
  )
})
