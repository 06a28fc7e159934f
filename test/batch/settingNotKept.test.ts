/** Limits of a task where the crowd carries its pages, so that nobody is seen to arrive. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Batch from "../../src/Batch.js"
import * as Crowd from "../../src/Crowd.js"
import { exitCodeOf, exitCodes, toJson } from "../../src/cli/failure.js"
import * as Invocation from "../../src/cli/Invocation.js"
import * as Driver from "../../src/Driver.js"
import * as Money from "../../src/Money.js"
import * as Provider from "../../src/Provider.js"
import { Requesters } from "../../src/Requesters.js"
import * as Store from "../../src/Store.js"
import { type Task, TaskRuns, taskDefaults } from "../../src/TaskRuns.js"
import * as QuietCrowd from "../support/quietCrowd.js"

const task: Task = { ...taskDefaults, title: "Title", reward: Money.make(5), maxUnitsPerWorker: Option.none() }

const settings = {
  unitsPerAssignment: { unitsPerAssignment: 2 },
  maxUnitsPerWorker: { maxUnitsPerWorker: Option.some(3) },
  qualifications: { qualifications: [{ name: "careful", comparator: "exists", value: 1 }] }
} as const

const limits = {
  unitsPerAssignment: "differentPeople",
  maxUnitsPerWorker: "unitsPerWorker",
  qualifications: "qualifications"
} as const

const names = ["unitsPerAssignment", "maxUnitsPerWorker", "qualifications"] as const

const batchOf = (change: Partial<Task>) =>
  Batch.fromRows({ name: "mine", template: "<p>${x}</p>", rows: [{ x: "1" }], task: { ...task, ...change } })

/** A crowd that carries its pages, but for what is changed. */
const layer = (change: Partial<Driver.Options> = {}) =>
  Provider.layer({
    driver: Driver.make({
      ...QuietCrowd.make("acme"),
      carriesPages: true,
      ...Driver.allSettled,
      ...change
    })
  }).pipe(Layer.provide(Store.layerMemory))

const launched = (change: Partial<Task>) =>
  Effect.gen(function* () {
    const me = yield* (yield* Requesters).register("me", {})
    return yield* Effect.either(Crowd.launch(yield* batchOf(change), { requester: me.id }))
  })

describe("a setting that is kept neither by the crowd nor by us", () => {
  it.effect.each(names)("is SettingNotKept to plan, to launch and to open, before anything is written: %s", (setting) =>
    Effect.gen(function* () {
      const runs = yield* TaskRuns
      const me = yield* (yield* Requesters).register("me", {})
      const batch = yield* batchOf(settings[setting])
      const error = { _tag: "SettingNotKept", provider: "acme", setting }
      expect(yield* Effect.flip(Crowd.plan(batch, me.id))).toMatchObject(error)
      expect(yield* Effect.flip(Crowd.launch(batch, { requester: me.id }))).toMatchObject(error)
      expect(yield* Effect.flip(runs.open({ ...batch, requester: me.id }))).toMatchObject(error)
      expect(yield* runs.newest).toEqual(Option.none())
    }).pipe(Effect.provide(layer()))
  )

  it.effect.each(names)("is launched where the crowd keeps it, and where workers are seen to arrive: %s", (setting) =>
    Effect.gen(function* () {
      const offers = { holds: "unit", keeps: [limits[setting]] } as const
      const kept = launched(settings[setting]).pipe(Effect.provide(layer({ offers })))
      const seen = launched(settings[setting]).pipe(Effect.provide(layer({ carriesPages: false })))
      expect([yield* kept, yield* seen].map(Either.isRight)).toEqual([true, true])
    })
  )

  it.effect("is launched with a qualification that the crowd itself sees to, but not with another beside it", () =>
    Effect.gen(function* () {
      const enforced = { name: "masters", comparator: "exists", value: 1 } as const
      const qualifications = [enforced, ...settings.qualifications.qualifications]
      const none = yield* launched({ qualifications: [enforced] })
      const one = yield* launched({ qualifications })
      expect(Either.isRight(none)).toBe(true)
      expect(one).toMatchObject({ left: { _tag: "SettingNotKept", setting: "qualifications" } })
    }).pipe(Effect.provide(layer({ enforces: (name) => name === "masters" })))
  )

  it.effect("says what to do, and is bad batch data to the command", () =>
    Effect.gen(function* () {
      const failed = yield* Effect.flip(Effect.flatten(launched(settings.maxUnitsPerWorker)))
      const message =
        "acme does not keep the task's maxUnitsPerWorker: one worker could take as many units as there are. Nothing was sent; serve the tasks from a page of yours, where workers are seen to arrive, or leave maxUnitsPerWorker out."
      expect(failed.message).toBe(message)
      expect(exitCodeOf(failed)).toBe(exitCodes.failed)
      expect(toJson(failed, Invocation.make([]))).toEqual({
        error: { _tag: "SettingNotKept", provider: "acme", setting: "maxUnitsPerWorker", message }
      })
    }).pipe(Effect.provide(layer()))
  )
})
