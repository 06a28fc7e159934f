/** Limits on who gets which unit: each is kept, by the crowd or when somebody arrives, or the batch is refused. */
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type { Core } from "../../Provider.js"
import type { Task } from "../../TaskRuns.js"
import type { Kit, Test } from "./kit.js"

export const limits = <R>(test: Test<Core | R>, kit: Kit<Core | R>): void => {
  /** A run of these rows; none where its task is refused because nobody would keep its limit. */
  const launched = (task: Partial<Task>, rows: number) =>
    kit.launched({ rows, task }).pipe(
      Effect.asSome,
      Effect.catchTag("SettingNotKept", () => Effect.succeedNone)
    )

  test("MUST give the units of one row to different people, or refuse the batch", () =>
    Effect.gen(function* () {
      const run = Option.getOrUndefined(yield* launched({ unitsPerAssignment: 3 }, 1))
      if (run === undefined) return
      const name = yield* kit.worker
      const first = yield* kit.submitted(yield* kit.accepted(run, name))
      const other = yield* kit.submitted(yield* kit.accepted(run))
      expect(other).toMatchObject({ assignment: first.assignment })
      expect(other.unit).not.toBe(first.unit)
      expect(Either.isLeft(yield* Effect.either(kit.accepted(run, name)))).toBe(true)
    }))

  test("MUST NOT give a worker two units of one assignment, however often they come", () =>
    Effect.gen(function* () {
      const run = Option.getOrUndefined(yield* launched({ unitsPerAssignment: 2 }, 2))
      if (run === undefined) return
      const name = yield* kit.worker
      const come = Effect.either(Effect.flatMap(kit.accepted(run, name), kit.submitted))
      const met = (yield* Effect.all([come, come, come])).flatMap((one) => (Either.isRight(one) ? [one.right] : []))
      expect(new Set(met.map(({ assignment }) => assignment)).size).toBe(met.length)
      expect(met.length).toBeGreaterThan(0)
    }))

  test("MUST refuse a worker who holds or has submitted as many units as one worker may, or refuse the batch", () =>
    Effect.gen(function* () {
      const run = Option.getOrUndefined(yield* launched({ maxUnitsPerWorker: Option.some(1) }, 3))
      if (run === undefined) return
      const name = yield* kit.worker
      yield* kit.submitted(yield* kit.accepted(run, name))
      expect(Either.isLeft(yield* Effect.either(kit.accepted(run, name)))).toBe(true)
      yield* kit.accepted(run)
    }))

  test("MUST refuse a worker who lacks what the task asks for, or refuse the batch", () =>
    Effect.gen(function* () {
      const name = yield* kit.unique("qualification")
      const qualifications: Task["qualifications"] = [{ name, comparator: "exists", value: 1 }]
      const work = Effect.flatMap(kit.launched({ task: { qualifications } }), (run) => kit.accepted(run))
      expect(Either.isLeft(yield* Effect.either(work))).toBe(true)
    }))
}
