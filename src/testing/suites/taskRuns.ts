import { describe, expect } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Ids from "../../Ids.js"
import * as Media from "../../Media.js"
import type { Core } from "../../Provider.js"
import { TaskRuns } from "../../TaskRuns.js"
import { Units } from "../../Units.js"
import type { Suite } from "../Suite.js"
import { type Kit, make, refusal, type Test } from "./kit.js"

const awkward = "\ufeffa \"quoted\", 'cell'\r\nwith\n\ttwo lines \u0000 👩‍👩‍👧 é é"

/** A batch finds its run again, changed or not. */
const reopening = <R>(test: Test<Core | R>, kit: Kit<Core | R>): void => {
  test("MUST open the same run for the same batch", () =>
    Effect.gen(function* () {
      const runs = yield* TaskRuns
      const options = yield* kit.openOptions()
      const first = yield* runs.open(options)
      expect((yield* runs.open(options)).id).toBe(first.id)
      expect(yield* runs.get(first.id)).toEqual(first)
      expect(first.task).toEqual(options.task)
    }))

  test("MUST open one run when two ask at once", () =>
    Effect.gen(function* () {
      const runs = yield* TaskRuns
      const options = yield* kit.openOptions()
      const opened = yield* Effect.all([runs.open(options), runs.open(options)], { concurrency: 2 })
      expect(new Set(opened.map(({ id }) => id)).size).toBe(1)
    }))

  test("MUST say BatchChanged for the same name with other rows, and which they are", () =>
    Effect.gen(function* () {
      const runs = yield* TaskRuns
      const options = yield* kit.openOptions()
      const first = yield* runs.open(options)
      yield* runs.setup(first.id)
      yield* runs.addRows(first.id, 0, [{ n: "0" }, { n: "1" }, { n: "2" }])
      yield* Stream.runDrain((yield* Units).launch(first.id))
      const rows = Stream.make({ n: "0" }, { n: "other" })
      const error = yield* refusal(runs.open({ ...options, digest: "other", rows }), "BatchChanged")
      expect(error).toMatchObject({ run: first.id, task: false, changed: { first: [2] }, gone: { first: [3] } })
    }))

  test("MUST not count rows of which nothing was ever sent as changed, and take the batch's in their place", () =>
    Effect.gen(function* () {
      const runs = yield* TaskRuns
      const options = yield* kit.openOptions()
      const first = yield* runs.open(options)
      yield* runs.addRows(first.id, 0, [{ n: "0" }, { n: "1" }, { n: "2" }])
      const rows = Stream.make({ n: "0" }, { n: "other" })
      expect(yield* runs.open({ ...options, digest: "other", rows })).toMatchObject({ id: first.id })
      const units = yield* kit.unitsOf(first)
      const kept = yield* runs.assignments(units.map(({ assignment }) => assignment))
      expect(kept.toSorted((a, b) => a.row - b.row).map(({ inputs }) => inputs)).toEqual([{ n: "0" }, { n: "other" }])
    }))

  test("MUST go on with the same run where rows were added at the end", () =>
    Effect.gen(function* () {
      const runs = yield* TaskRuns
      const options = yield* kit.openOptions()
      const first = yield* runs.open(options)
      yield* runs.addRows(first.id, 0, [{ n: "0" }])
      const longer = { ...options, digest: "longer", rows: Stream.make({ n: "0" }, { n: "1" }) }
      expect(yield* runs.find(longer)).toEqual(Option.some(first))
      expect(yield* runs.open(longer)).toEqual({ ...first, digest: "longer" })
      expect((yield* runs.get(first.id)).digest).toBe("longer")
    }))
}

/** A run is opened with what belongs to it, or refused. */
const opening = <R>(test: Test<Core | R>, kit: Kit<Core | R>): void => {
  test("MUST keep the files of a run, to be read in parts, and none of another run", () =>
    Effect.gen(function* () {
      const runs = yield* TaskRuns
      const { id } = yield* runs.open(yield* kit.openOptions())
      const other = yield* runs.open(yield* kit.openOptions())
      const content = Uint8Array.from({ length: 500_000 }, (_, i) => i % 251)
      const file = yield* Media.fromBytes("media/ä b.png", content)
      yield* runs.addMedia(id, [file])
      yield* runs.addMedia(id, [file])
      const { bytes: _, ...described } = file
      expect(yield* runs.media(id, file.path)).toEqual(Option.some(described))
      const read = yield* Stream.runCollect(runs.mediaBytes(file, { from: 393_000, until: 394_000 }))
      expect(Chunk.toArray(read).flatMap((part) => Array.from(part))).toEqual(
        Array.from(content.subarray(393_000, 394_000))
      )
      expect(yield* runs.media(other.id, file.path)).toEqual(Option.none())
    }))

  test("MUST find no run of a new batch, and make none", () =>
    Effect.gen(function* () {
      const runs = yield* TaskRuns
      const options = yield* kit.openOptions()
      expect(yield* runs.find(options)).toEqual(Option.none())
      const made = yield* runs.open(options)
      expect((yield* runs.find(options)).pipe(Option.map(({ id }) => id))).toEqual(Option.some(made.id))
    }))

  test("MUST start another run when asked for a fresh one, and open that one from then on", () =>
    Effect.gen(function* () {
      const runs = yield* TaskRuns
      const options = yield* kit.openOptions()
      const first = yield* runs.open(options)
      yield* kit.pass("10 millis")
      const second = yield* runs.open({ ...options, digest: "other", fresh: true })
      expect(second.id).not.toBe(first.id)
      expect((yield* runs.open({ ...options, digest: "other" })).id).toBe(second.id)
    }))

  test("MUST refuse a run for a requester it does not know", () =>
    Effect.gen(function* () {
      const runs = yield* TaskRuns
      const options = yield* kit.openOptions()
      const nobody = yield* Ids.requesterId
      yield* refusal(runs.open({ ...options, requester: nobody }), "RequesterNotFound")
    }))

  test("MUST refuse a batch without a name, and a task that could not be written down", () =>
    Effect.gen(function* () {
      const runs = yield* TaskRuns
      const options = yield* kit.openOptions()
      const broken = { ...options.task, title: " ", duration: Duration.infinity, unitsPerAssignment: 0 }
      yield* refusal(runs.open({ ...options, name: " " }), "InvalidInput")
      const { faults } = yield* refusal(runs.open({ ...options, task: broken }), "InvalidInput")
      expect(faults).toHaveLength(3)
    }))
}

/** A run is set up, and has its rows. */
const fillingIn = <R>(test: Test<Core | R>, kit: Kit<Core | R>): void => {
  test("MUST set up a run once, however often it is asked", () =>
    Effect.gen(function* () {
      const runs = yield* TaskRuns
      const run = yield* runs.open(yield* kit.openOptions())
      const ready = yield* runs.setup(run.id)
      expect(Option.isSome(ready.setup)).toBe(true)
      expect(yield* runs.setup(run.id)).toEqual(ready)
      expect(yield* runs.get(run.id)).toEqual(ready)
    }))

  test("MUST add every row once, however often and in whatever pages it is given", () =>
    Effect.gen(function* () {
      const runs = yield* TaskRuns
      const run = yield* kit.opened({ rows: 3, task: { unitsPerAssignment: 2 } })
      const rows = ["1", "2", "3", "4"].map((n) => ({ n }))
      yield* runs.addRows(run.id, 1, rows)
      expect(yield* runs.rows(run.id)).toBe(5)
      const units = yield* kit.unitsOf(run)
      expect(units.length).toBe(10)
      expect(units.map(({ place }) => place)).toHaveLength(new Set(units.map(({ place }) => place)).size)
      expect(yield* runs.assignments([...new Set(units.map(({ assignment }) => assignment))])).toHaveLength(5)
    }))

  test("MUST keep inputs and template byte by byte", () =>
    Effect.gen(function* () {
      const runs = yield* TaskRuns
      const run = yield* runs.open({ ...(yield* kit.openOptions()), template: awkward.replace("\u0000", "") })
      yield* runs.addRows(run.id, 0, [{ [awkward]: awkward, "": "" }])
      expect(yield* runs.template(run.id)).toBe(awkward.replace("\u0000", ""))
      const [unit] = yield* kit.unitsOf(run)
      const assignments = unit === undefined ? [] : yield* runs.assignments([unit.assignment])
      expect(assignments.map(({ inputs }) => inputs)).toEqual([{ [awkward]: awkward, "": "" }])
    }))
}

export const taskRuns: Suite<never> = {
  run: (test, harness) => {
    const kit = make(harness)
    describe("TaskRuns", () => {
      reopening(test, kit)
      opening(test, kit)
      fillingIn(test, kit)

      test("MUST list runs newest first", () =>
        Effect.gen(function* () {
          const runs = yield* TaskRuns
          const older = yield* kit.opened()
          yield* kit.pass("10 millis")
          const newer = yield* kit.opened()
          const ids = [...(yield* Stream.runCollect(runs.list))].map(({ id }) => id)
          expect(ids.filter((id) => id === older.id || id === newer.id)).toEqual([newer.id, older.id])
          expect(yield* runs.newest).toEqual(Option.some(newer))
        }))

      test("MUST sum up units, workers and cost", () =>
        Effect.gen(function* () {
          const runs = yield* TaskRuns
          const { run } = yield* kit.completed({ rows: 3 })
          const summary = yield* runs.summary(run.id)
          expect(summary.assignments).toBe(3)
          expect(summary.workers).toBe(1)
          expect(summary.units).toMatchObject({ created: 0, launched: 2, assigned: 0, completed: 1, accepted: 0 })
          expect(summary.cost).toMatchObject({ currency: kit.reward.currency, rewards: 0, total: 0 })
        }))

      test("MUST clean up a run, also twice", () =>
        Effect.gen(function* () {
          const runs = yield* TaskRuns
          const run = yield* kit.opened()
          yield* runs.cleanup(run.id)
          yield* runs.cleanup(run.id)
        }))

      test("MUST say TaskRunNotFound of a run it does not know", () =>
        Effect.gen(function* () {
          const runs = yield* TaskRuns
          const none = yield* Ids.runId
          yield* refusal(runs.get(none), "TaskRunNotFound")
          yield* refusal(runs.setup(none), "TaskRunNotFound")
          yield* refusal(runs.cleanup(none), "TaskRunNotFound")
          yield* refusal(runs.template(none), "TaskRunNotFound")
          yield* refusal(runs.addRows(none, 0, []), "TaskRunNotFound")
          yield* refusal(runs.rows(none), "TaskRunNotFound")
          yield* refusal(runs.summary(none), "TaskRunNotFound")
        }))
    })
  }
}
