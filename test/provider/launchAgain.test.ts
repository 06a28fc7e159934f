/** Launching a batch again: what it goes on with, what it needs, and what it refuses. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Batch from "../../src/Batch.js"
import * as Crowd from "../../src/Crowd.js"
import * as Mock from "../../src/Mock.js"
import * as Money from "../../src/Money.js"
import { Requesters } from "../../src/Requesters.js"
import { TaskRuns, taskDefaults } from "../../src/TaskRuns.js"
import { Units } from "../../src/Units.js"

const numbers = (count: number) => Array.from({ length: count }, (_, n) => String(n))

/** A batch of one unit of 5 cents a row. */
const batchOf = (values: ReadonlyArray<string>, options: { readonly name?: string; readonly title?: string } = {}) =>
  Batch.fromRows({
    name: options.name ?? "batch",
    task: {
      ...taskDefaults,
      title: options.title ?? "Again",
      reward: Money.make(5),
      maxUnitsPerWorker: Option.none()
    },
    template: "<p>${n}</p>",
    rows: values.map((n) => ({ n }))
  })

const requester = Effect.flatMap(Requesters, (requesters) => requesters.register("me", {}))

const launch = (batch: Batch.Batch, options: { readonly limit?: number; readonly fresh?: boolean } = {}) =>
  Effect.flatMap(requester, ({ id }) => Crowd.launch(batch, { requester: id, ...options }))

const runs = Effect.flatMap(TaskRuns, ({ list }) => Effect.map(Stream.runCollect(list), (all) => [...all]))

const setBalance = (minor: number) => Effect.flatMap(Mock.Mock, (mock) => mock.setBalance(Money.make(minor)))

const launched = Effect.flatMap(Mock.Mock, ({ calls }) =>
  Effect.map(calls, (all) => all.filter(({ method }) => method === "launch").flatMap(({ tokens }) => tokens))
)

const inputsOf = (run: { readonly id: Parameters<TaskRuns["Type"]["get"]>[0] }) =>
  Effect.gen(function* () {
    const all = yield* Stream.runCollect((yield* Units).list(run.id))
    const rows = yield* (yield* TaskRuns).assignments([...all].map(({ assignment }) => assignment))
    return rows.toSorted((a, b) => a.row - b.row).map(({ inputs }) => inputs["n"])
  })

describe("the balance check", () => {
  it.effect("of a launch that goes on counts only what is still to be sent", () =>
    Effect.gen(function* () {
      const batch = yield* batchOf(numbers(10))
      yield* launch(batch, { limit: 7 })
      yield* setBalance(15)
      yield* launch(batch)
      expect(yield* launched).toHaveLength(10)
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("says how many were sent and how many this buys", () =>
    Effect.gen(function* () {
      const batch = yield* batchOf(numbers(10))
      yield* launch(batch, { limit: 7 })
      yield* setBalance(12)
      const error = yield* Effect.flip(launch(batch))
      expect(error).toMatchObject({
        _tag: "InsufficientFunds",
        needed: Money.make(15),
        launch: { sent: 7, toSend: 3, affordable: 2 }
      })
      expect(error.message).toBe(
        "Not enough money: 0.15 USD needed for 3 units, 0.12 USD available, which buys 2. 7 were sent before, and nothing now; add funds or launch fewer units."
      )
      yield* launch(batch, { limit: 2 })
      expect(yield* launched).toHaveLength(9)
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("that refuses leaves nothing launched: a shorter batch is no change", () =>
    Effect.gen(function* () {
      yield* setBalance(12)
      expect((yield* Effect.flip(launch(yield* batchOf(numbers(10)))))._tag).toBe("InsufficientFunds")
      expect(yield* runs).toEqual([])
      yield* launch(yield* batchOf(numbers(2)))
      expect(yield* launched).toHaveLength(2)
    }).pipe(Effect.provide(Mock.layer()))
  )
})

describe("an unchanged batch", () => {
  it.effect("is the same whatever it is called", () =>
    Effect.gen(function* () {
      const run = yield* launch(yield* batchOf(numbers(2)))
      expect((yield* launch(yield* batchOf(numbers(2), { name: "moved" }))).id).toBe(run.id)
      expect(yield* launched).toHaveLength(2)
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("is the same whichever version was launched since", () =>
    Effect.gen(function* () {
      const first = yield* launch(yield* batchOf(["a", "b"]))
      const second = yield* launch(yield* batchOf(["a", "c"]), { fresh: true })
      expect((yield* launch(yield* batchOf(["a", "b"]))).id).toBe(first.id)
      expect((yield* launch(yield* batchOf(["a", "c"]))).id).toBe(second.id)
      expect(yield* launched).toHaveLength(4)
    }).pipe(Effect.provide(Mock.layer()))
  )
})

describe("a batch to which rows were added at the end", () => {
  it.effect("launches those, once", () =>
    Effect.gen(function* () {
      const run = yield* launch(yield* batchOf(numbers(2)))
      const longer = yield* batchOf(numbers(5))
      expect(yield* launch(longer)).toMatchObject({ id: run.id, digest: longer.digest })
      yield* launch(longer)
      expect(yield* inputsOf(run)).toEqual(numbers(5))
      expect(yield* launched).toHaveLength(5)
      expect(yield* runs).toHaveLength(1)
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("needs money for those alone", () =>
    Effect.gen(function* () {
      yield* launch(yield* batchOf(numbers(2)))
      yield* setBalance(14)
      expect(yield* Effect.flip(launch(yield* batchOf(numbers(5))))).toMatchObject({
        launch: { sent: 2, toSend: 3, affordable: 2 }
      })
      yield* launch(yield* batchOf(numbers(4)))
      expect(yield* launched).toHaveLength(4)
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("goes on with the run it begins like, though another version was launched since", () =>
    Effect.gen(function* () {
      const first = yield* launch(yield* batchOf(["a", "b"]))
      yield* launch(yield* batchOf(["x"]), { fresh: true })
      expect((yield* launch(yield* batchOf(["a", "b", "c"]))).id).toBe(first.id)
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("gets one run and each row once when two processes launch it at once", () =>
    Effect.gen(function* () {
      const run = yield* launch(yield* batchOf(numbers(2)))
      const longer = yield* batchOf(numbers(100))
      yield* Effect.all([launch(longer), launch(longer)], { concurrency: 2 })
      expect(yield* inputsOf(run)).toEqual(numbers(100))
      expect(new Set(yield* launched).size).toBe(100)
    }).pipe(Effect.provide(Mock.layer()))
  )
})

describe("one name with other rows", () => {
  const refused = (values: ReadonlyArray<string>, title?: string) =>
    Effect.gen(function* () {
      const run = yield* launch(yield* batchOf(["a", "b", "c"]))
      const error = yield* Effect.flip(launch(yield* batchOf(values, title === undefined ? {} : { title })))
      expect(yield* launched).toHaveLength(3)
      return error.message.replace(run.id, "RUN")
    }).pipe(Effect.provide(Mock.layer()))

  const ending = "Restore it to continue that run, or ask for a fresh run."

  it.effect("is refused, with the run and the rows that changed and went away", () =>
    Effect.gen(function* () {
      expect(yield* refused(["a", "x"])).toBe(
        `The batch batch has changed since RUN was launched from it: row 2 changed; row 3 went away. ${ending}`
      )
    })
  )

  it.effect("or another task is refused", () =>
    Effect.gen(function* () {
      expect(yield* refused(["a", "b", "c", "d"], "Other")).toBe(
        `The batch batch has changed since RUN was launched from it: its task or template is another. ${ending}`
      )
    })
  )

  it.effect("starts another run when asked to", () =>
    Effect.gen(function* () {
      const first = yield* launch(yield* batchOf(["a", "b"]))
      const second = yield* launch(yield* batchOf(["x"]), { fresh: true })
      expect(second.id).not.toBe(first.id)
      expect(yield* launched).toHaveLength(3)
    }).pipe(Effect.provide(Mock.layer()))
  )
})
