import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Agents } from "../../src/Agents.js"
import * as Crowd from "../../src/Crowd.js"
import * as Driver from "../../src/Driver.js"
import { Journal } from "../../src/Journal.js"
import * as Mock from "../../src/Mock.js"
import * as Money from "../../src/Money.js"
import * as Provider from "../../src/Provider.js"
import * as Store from "../../src/Store.js"
import { Workers } from "../../src/Workers.js"
import { kit } from "../support/failures.js"
import * as quietCrowd from "../support/quietCrowd.js"

/** Agents of one run, each of whom has submitted. */
const submitted = (count: number) =>
  Effect.gen(function* () {
    const run = yield* kit.launched({ rows: count })
    return yield* Effect.forEach(Array.from({ length: count }), (_, n) =>
      Effect.flatMap(kit.accepted(run, `worker-${n}`), kit.submitted)
    )
  })

const isRefused = <A, E extends { readonly _tag: string; readonly message: string }>(
  decision: Effect.Effect<A, E>,
  ...words: ReadonlyArray<string>
) =>
  Effect.gen(function* () {
    const error = yield* Effect.flip(decision)
    expect(error._tag).toBe("InvalidFeedback")
    for (const word of words) expect(error.message).toContain(word)
  })

describe("feedback", () => {
  it.effect("has at most 1,024 characters, whoever gives it, and holds nothing that cannot be stored", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const [agent] = yield* submitted(1)
      if (agent === undefined) return yield* Effect.dieMessage("one has submitted")
      for (const text of ["x".repeat(1025), "nul \u0000", "half \ud800"]) {
        yield* isRefused(agents.reject(agent.id, text))
        yield* isRefused(agents.approve(agent.id, { feedback: text }))
        yield* isRefused(agents.softReject(agent.id, text))
      }
      expect((yield* agents.get(agent.id)).status).toBe("completed")
      expect((yield* agents.reject(agent.id, "😀".repeat(1024))).status).toBe("rejected")
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("that is blank is refused for a rejection, and is none for an approval", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const [a, b, c] = yield* submitted(3)
      if (a === undefined || b === undefined || c === undefined) return yield* Effect.dieMessage("three have submitted")
      for (const blank of ["", " \n\t"]) yield* isRefused(agents.reject(a.id, blank), "says why")
      expect((yield* agents.approve(b.id, { feedback: "  " })).feedback).toEqual(Option.none())
      expect((yield* agents.softReject(c.id, "")).feedback).toEqual(Option.none())
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("of a rejection has a category, which is stored and exported", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const [agent] = yield* submitted(1)
      if (agent === undefined) return yield* Effect.dieMessage("one has submitted")
      yield* isRefused(agents.reject(agent.id, "why", { category: " " }), "category")
      yield* agents.reject(agent.id, "why", { category: "LOW_EFFORT" })
      expect((yield* agents.get(agent.id)).category).toEqual(Option.some("LOW_EFFORT"))
      const [result] = yield* Stream.runCollect(Crowd.results(agent.run))
      expect(result?.category).toEqual(Option.some("LOW_EFFORT"))
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("that is less than a crowd wants fails before anything is written; the crowd is told the category", () => {
    const orders: Array<Driver.ReviewOrder> = []
    const anything = <Order>() => Driver.oneByOne<Order, never>({ send: () => Effect.succeed(Driver.receipt()) })
    const reject = Driver.oneByOne<Driver.ReviewOrder, never>({
      send: ({ order }) =>
        Effect.as(
          Effect.sync(() => orders.push(order)),
          Driver.receipt()
        )
    })
    const driver = Driver.make({
      ...quietCrowd.make("wanting"),
      feedback: { minLength: 100, categories: ["LOW_EFFORT", "NO_CODE"] },
      launch: anything(),
      expire: anything(),
      approve: anything(),
      reject,
      bonus: anything(),
      block: anything(),
      unblock: anything()
    })
    return Effect.gen(function* () {
      const agents = yield* Agents
      const journal = yield* Journal
      const [agent] = yield* submitted(1)
      if (agent === undefined) return yield* Effect.dieMessage("one has submitted")
      const words = "x".repeat(100)
      yield* isRefused(agents.reject(agent.id, "too short", { category: "NO_CODE" }), "100 or more")
      yield* isRefused(agents.reject(agent.id, words), "LOW_EFFORT, NO_CODE")
      yield* isRefused(agents.reject(agent.id, words, { category: "OTHER" }), "LOW_EFFORT, NO_CODE")
      expect(orders).toEqual([])
      for (const state of ["pending", "failed"] as const) {
        expect(Array.from(yield* Stream.runCollect(journal.list(state)))).toEqual([])
      }
      expect((yield* agents.get(agent.id)).status).toBe("completed")
      yield* agents.reject(agent.id, words, { category: "NO_CODE" })
      expect(orders).toMatchObject([{ feedback: Option.some(words), category: Option.some("NO_CODE") }])
    }).pipe(Effect.provide(Layer.provideMerge(Provider.layer({ driver }), Store.layerMemory)))
  })
})

describe("what was done before", () => {
  it.effect("is said to be repeated: the first feedback stands, and nothing is paid again", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const workers = yield* Workers
      const [a, b] = yield* submitted(2)
      if (a === undefined || b === undefined) return yield* Effect.dieMessage("two have submitted")
      expect((yield* agents.reject(a.id, "first")).repeated).toBe(false)
      expect(yield* agents.reject(a.id, "second")).toMatchObject({ repeated: true, feedback: Option.some("first") })
      expect((yield* agents.approve(b.id)).repeated).toBe(false)
      expect((yield* agents.approve(b.id, { feedback: "late" })).repeated).toBe(true)
      const bonus = { worker: b.worker, unit: b.unit, amount: Money.make(10), reason: "thorough" }
      expect((yield* workers.bonus(bonus)).repeated).toBe(false)
      expect((yield* workers.bonus(bonus)).repeated).toBe(true)
      const paid = Array.from(yield* Stream.runCollect(workers.bonuses(b.worker)))
      expect(paid).toMatchObject([{ amount: Money.make(10), reason: "thorough", unit: Option.some(b.unit) }])
      const again = { line: 1, to: { _tag: "Agent", agent: b.id }, amount: bonus.amount, reason: "thorough" } as const
      const [outcome] = yield* Stream.runCollect(Crowd.bonuses(b.run, Stream.make(again)))
      expect(outcome !== undefined && Either.isRight(outcome.outcome) && outcome.outcome.right.repeated).toBe(true)
    }).pipe(Effect.provide(Mock.layer()))
  )
})
