import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { Agents } from "../../src/Agents.js"
import * as Mock from "../../src/Mock.js"
import type { TaskRun } from "../../src/TaskRuns.js"
import { kit } from "../support/failures.js"

const limited = (rows: number, limit: number) => kit.launched({ rows, task: { maxUnitsPerWorker: Option.some(limit) } })

type Step = "return" | "submit" | "timeOut"

/** The worker takes a unit, if there is one for them, and does this with it. */
const step = (run: TaskRun, worker: string, what: Step) =>
  Effect.gen(function* () {
    const agents = yield* Agents
    const met = yield* Effect.either(agents.register(run.id, { worker }))
    if (Either.isLeft(met)) return met
    switch (what) {
      case "return":
        yield* agents.return(met.right.id)
        break
      case "submit":
        yield* kit.submitted(met.right)
        break
      case "timeOut":
        yield* TestClock.adjust(run.task.duration)
        yield* agents.endOverdue(run.id)
    }
    return met
  })

/** What a limit of `limit` and what the worker had before allow. */
const allowed = (limit: number, rows: number, had: ReadonlySet<string>, submitted: number): "any" | "had" | "none" => {
  if (submitted >= limit) return "none"
  return had.size < Math.min(limit + 5, rows) ? "any" : "had"
}

describe("a limit per worker", () => {
  it.effect("counts what is held or submitted, not what was given back or ran out", () =>
    Effect.gen(function* () {
      const run = yield* limited(3, 1)
      expect(yield* step(run, "ada", "return")).toMatchObject({ _tag: "Right" })
      expect(yield* step(run, "ada", "timeOut")).toMatchObject({ _tag: "Right" })
      expect(yield* step(run, "ada", "submit")).toMatchObject({ _tag: "Right" })
      expect(yield* step(run, "ada", "submit")).toMatchObject({
        left: { _tag: "NotEligible", reason: { _tag: "OverWorkerLimit", limit: 1 } }
      })
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("shows one worker at most limit + 5 different rows; after that only rows they had before", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* limited(20, 2)
      const seen: Array<string> = []
      for (let n = 0; n < 40; n++) {
        const met = yield* Effect.flatten(step(run, "ada", "return"))
        seen.push(met.assignment)
      }
      expect(new Set(seen.slice(0, 7)).size).toBe(7)
      expect(new Set(seen).size).toBe(7)
      for (const name of ["b", "c", "d", "e", "f", "g", "h"]) yield* kit.accepted(run, name)
      expect(yield* Effect.flip(agents.register(run.id, { worker: "ada" }))).toMatchObject({
        _tag: "NotEligible",
        reason: { _tag: "OverRowLimit", limit: 7 }
      })
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("lets one worker put back what they hold for another row within the same bound, and no further", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* limited(20, 1)
      const rows = new Set<string>()
      let held = yield* agents.register(run.id, { worker: "ada" })
      for (let n = 0; n < 10; n++) {
        const next = yield* agents.register(run.id, { worker: "ada" }, { insteadOf: held.id })
        expect(next.assignment).not.toBe(held.assignment)
        expect((yield* agents.get(held.id)).status).toBe("returned")
        rows.add(next.assignment)
        held = next
      }
      expect(rows.size).toBe(6)
      expect((yield* kit.unitsOf(run)).filter(({ status }) => status === "assigned")).toHaveLength(1)
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("leaves what a worker holds with them where there is no other row, or they hold it no more", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* limited(2, 1)
      const ada = { worker: "ada" }
      const held = yield* agents.register(run.id, ada)
      const other = yield* kit.accepted(run, "grace")
      const none = yield* Effect.flip(agents.register(run.id, ada, { insteadOf: held.id }))
      expect(none).toMatchObject({ _tag: "NotEligible", reason: { _tag: "NothingLeft" } })
      expect((yield* agents.get(held.id)).status).toBe("accepted")
      yield* agents.return(other.id)
      const next = yield* agents.register(run.id, ada, { insteadOf: held.id })
      expect(next).toMatchObject({ unit: other.unit, repeated: false })
      const repeat = yield* agents.register(run.id, ada, { insteadOf: held.id })
      expect(repeat).toMatchObject({ id: next.id, repeated: true })
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect("keeps a row more than that from a worker to whom the crowd itself gives it", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* limited(8, 1)
      const units = yield* kit.unitsOf(run)
      const arrive = (n: number) => agents.register(run.id, { worker: "ada", unit: units[n]?.id, agent: `a${n}` })
      for (let n = 0; n < 6; n++) yield* agents.return((yield* arrive(n)).id)
      expect((yield* Effect.flip(arrive(6)))._tag).toBe("NotEligible")
      yield* arrive(3)
    }).pipe(Effect.provide(Mock.layer()))
  )

  it.effect.prop(
    "holds in whatever order units are taken, given back, lost and submitted",
    [
      FastCheck.integer({ min: 1, max: 3 }),
      FastCheck.integer({ min: 1, max: 10 }),
      FastCheck.array(
        FastCheck.tuple(
          FastCheck.constantFrom<"ada" | "grace">("ada", "grace"),
          FastCheck.constantFrom<Step>("return", "submit", "timeOut")
        ),
        { maxLength: 30 }
      )
    ],
    ([limit, rows, steps]) =>
      Effect.gen(function* () {
        const run = yield* limited(rows, limit)
        const had = { ada: new Set<string>(), grace: new Set<string>() }
        const done = { ada: new Set<string>(), grace: new Set<string>() }
        for (const [who, what] of steps) {
          const may = allowed(limit, rows, had[who], done[who].size)
          const met = yield* step(run, who, what)
          if (Either.isLeft(met)) {
            const taken = new Set([...done.ada, ...done.grace])
            const left = [...had[who]].filter((row) => !taken.has(row)).length
            expect(may === "none" || taken.size === rows || (may === "had" && left === 0)).toBe(true)
            continue
          }
          expect(may).not.toBe("none")
          if (may === "had") expect(had[who].has(met.right.assignment)).toBe(true)
          had[who].add(met.right.assignment)
          if (what === "submit") done[who].add(met.right.assignment)
          expect(had[who].size).toBeLessThanOrEqual(limit + 5)
          expect(done[who].size).toBeLessThanOrEqual(limit)
        }
      }).pipe(Effect.provide(Mock.layer())),
    { fastCheck: { numRuns: 25 } }
  )
})
