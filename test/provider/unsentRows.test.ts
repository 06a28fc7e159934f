/** What was loaded and never sent binds no batch. */
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Batch from "../../src/Batch.js"
import * as Crowd from "../../src/Crowd.js"
import * as Mock from "../../src/Mock.js"
import * as Money from "../../src/Money.js"
import { Requesters } from "../../src/Requesters.js"
import { layerMemory, Store } from "../../src/Store.js"
import * as tables from "../../src/store/tables.js"
import { type TaskRun, TaskRuns, taskDefaults } from "../../src/TaskRuns.js"
import { Units } from "../../src/Units.js"
import { failure } from "../support/failures.js"
import * as sqlite from "../support/sqlite.js"

interface Changes {
  readonly title?: string
  readonly unitsPerAssignment?: number
}

/** A batch of one row a letter, of 5 cents a unit. */
const batchOf = (letters: string, { title = "Unsent", unitsPerAssignment = 1 }: Changes = {}) =>
  Batch.fromRows({
    name: "batch",
    task: { ...taskDefaults, title, reward: Money.make(5), unitsPerAssignment, maxUnitsPerWorker: Option.none() },
    template: "<p>${letter}</p>",
    rows: [...letters].map((letter) => ({ letter }))
  })

const launch = (batch: Batch.Batch, options: { readonly limit?: number } = {}) =>
  Effect.gen(function* () {
    const { id } = yield* (yield* Requesters).register("me", {})
    return yield* Crowd.launch(batch, { requester: id, ...options })
  })

/** The rows of the run in their order, those in capitals of which a unit is out. */
const shown = (run: TaskRun) =>
  Effect.gen(function* () {
    const units = [...(yield* Stream.runCollect((yield* Units).list(run.id)))]
    const rows = yield* (yield* TaskRuns).assignments([...new Set(units.map(({ assignment }) => assignment))])
    const isOut = (id: string) => units.some(({ assignment, status }) => assignment === id && status === "launched")
    return rows
      .toSorted((a, b) => a.row - b.row)
      .map(({ id, inputs }) => (isOut(id) ? String(inputs["letter"]).toUpperCase() : inputs["letter"]))
      .join("")
  })

const runs = Effect.flatMap(TaskRuns, ({ list }) => Effect.map(Stream.runCollect(list), (all) => [...all]))

const stores = [
  ["memory", Layer.provideMerge(Mock.layerStore(), layerMemory)],
  ["SQLite", Layer.provideMerge(Mock.layerStore(), sqlite.layer())]
] as const

describe.each(stores)("after a partly sent launch, on %s", (_, layer) => {
  it.effect("rows of which nothing was sent do not bind the batch: a shorter one is no change", () =>
    Effect.gen(function* () {
      const run = yield* launch(yield* batchOf("abcdefgh"), { limit: 3 })
      expect(yield* shown(run)).toBe("ABCdefgh")
      const shorter = yield* batchOf("abcde")
      expect(yield* launch(shorter)).toMatchObject({ id: run.id, digest: shorter.digest })
      expect(yield* shown(run)).toBe("ABCDE")
      expect(yield* (yield* TaskRuns).rows(run.id)).toBe(5)
      expect(yield* runs).toHaveLength(1)
    }).pipe(Effect.provide(layer))
  )

  it.effect("they may be others, and are sent as they are now", () =>
    Effect.gen(function* () {
      const run = yield* launch(yield* batchOf("abcd"), { limit: 2 })
      yield* launch(yield* batchOf("abxyz"))
      expect(yield* shown(run)).toBe("ABXYZ")
    }).pipe(Effect.provide(layer))
  )

  it.effect(
    "a batch shorter than what was sent is refused, as is one with other rows among it, and nothing changes",
    () =>
      Effect.gen(function* () {
        const run = yield* launch(yield* batchOf("abcd"), { limit: 2 })
        const none = { first: [], count: 0 }
        expect(yield* Effect.flip(launch(yield* batchOf("a")))).toMatchObject({
          _tag: "BatchChanged",
          changed: none,
          gone: { first: [2], count: 1 }
        })
        expect(yield* Effect.flip(launch(yield* batchOf("xbx")))).toMatchObject({
          _tag: "BatchChanged",
          changed: { first: [1], count: 1 },
          gone: none
        })
        expect((yield* Effect.flip(launch(yield* batchOf("ab", { title: "Other" }))))._tag).toBe("BatchChanged")
        expect(yield* shown(run)).toBe("ABcd")
      }).pipe(Effect.provide(layer))
  )

  it.effect("only what is still to be sent of the shorter batch has to be paid", () =>
    Effect.gen(function* () {
      const run = yield* launch(yield* batchOf("abcdefgh"), { limit: 3 })
      yield* (yield* Mock.Mock).setBalance(Money.make(10))
      expect(yield* Effect.flip(launch(yield* batchOf("abcdefgh")))).toMatchObject({
        launch: { sent: 3, toSend: 5, affordable: 2 }
      })
      yield* launch(yield* batchOf("abcde"))
      expect(yield* shown(run)).toBe("ABCDE")
    }).pipe(Effect.provide(layer))
  )

  it.effect("a row of which one unit was sent binds, whatever was not sent of it", () =>
    Effect.gen(function* () {
      const run = yield* launch(yield* batchOf("ab", { unitsPerAssignment: 2 }), { limit: 2 })
      const shorter = yield* batchOf("a", { unitsPerAssignment: 2 })
      expect((yield* Effect.flip(launch(shorter)))._tag).toBe("BatchChanged")
      expect(yield* shown(run)).toBe("AB")
    }).pipe(Effect.provide(layer))
  )

  it.effect("a row that may be out, or not, binds", () =>
    Effect.gen(function* () {
      const reached = yield* Deferred.make<void>()
      yield* (yield* Mock.Mock).script("launch", Effect.zipRight(Deferred.succeed(reached, undefined), Effect.never))
      const sending = yield* Effect.fork(launch(yield* batchOf("ab")))
      yield* Deferred.await(reached)
      yield* Fiber.interrupt(sending)
      expect((yield* Effect.flip(launch(yield* batchOf("a"))))._tag).toBe("BatchChanged")
    }).pipe(Effect.provide(layer))
  )

  it.effect("a row that was taken back unsent does not bind", () =>
    Effect.gen(function* () {
      const run = yield* launch(yield* batchOf("abcd"), { limit: 2 })
      yield* (yield* Units).expireAll(run.id)
      yield* launch(yield* batchOf("ab"))
      expect((yield* (yield* TaskRuns).counts(run.id)).expired).toBe(2)
    }).pipe(Effect.provide(layer))
  )

  it.effect("a change of its rows that was cut short is made by the next launch, whichever batch that is of", () =>
    Effect.gen(function* () {
      const before = yield* batchOf("abcd")
      const run = yield* launch(before, { limit: 1 })
      const store = yield* Store
      // As a process leaves it that ends between two pages.
      yield* store.update(tables.runs, { ids: [run.id], set: { digest: "" } })
      const [last] = yield* store.page(tables.assignments, {
        where: { run: run.id },
        orderBy: "row",
        reverse: true,
        limit: 1
      })
      yield* store.update(tables.assignments, { ids: [last?.id ?? ""], set: { inputs: { letter: "x" } } })
      expect(yield* launch(before)).toMatchObject({ id: run.id, digest: before.digest })
      expect(yield* shown(run)).toBe("ABCD")
    }).pipe(Effect.provide(layer))
  )
})

describe.each(stores)("where the crowd took nothing, on %s", (_, layer) => {
  const refused = (letters: string) =>
    Effect.gen(function* () {
      yield* (yield* Mock.Mock).script("launch", failure("Rejected"))
      yield* Effect.flip(launch(yield* batchOf(letters)))
      return yield* runs
    })

  it.effect("any other rows are no change", () =>
    Effect.gen(function* () {
      const [run] = yield* refused("abc")
      expect(yield* launch(yield* batchOf("xy"))).toMatchObject({ id: run?.id })
      expect(yield* Effect.forEach(yield* runs, shown)).toEqual(["XY"])
    }).pipe(Effect.provide(layer))
  )

  it.effect("another task is no change: it gets a run, and the other has no units left", () =>
    Effect.gen(function* () {
      const [before] = yield* refused("abc")
      const run = yield* launch(yield* batchOf("ab", { title: "Other" }))
      expect(run.id).not.toBe(before?.id)
      expect(yield* Effect.forEach(yield* runs, shown)).toEqual(["AB", ""])
    }).pipe(Effect.provide(layer))
  )
})
