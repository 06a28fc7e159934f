/** Processes that launch one run at once, over one Postgres, where offers hold a row's units or a run's. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { TaskRun } from "../../src/TaskRuns.js"
import { type LaunchOptions, Units } from "../../src/Units.js"
import { kit } from "../support/failures.js"
import { make, silent } from "../support/offersCrowd.js"
import * as postgres from "../support/postgres.js"
import { storeAt } from "../support/postgresStore.js"

/** A store that shares an empty database with the others, each time it is built. */
const database = Effect.map(postgres.url, (url) => storeAt(url, 5))

const launch = ({ id }: TaskRun, options?: LaunchOptions) =>
  Effect.flatMap(Units, (units) => Stream.runDrain(units.launch(id, options)))

const rows = 6
const unitsPerAssignment = 3

/** One of three processes is killed after the crowd has acted and before it has answered; the others launch the rest. */
const launchedByThree = (holds: "row" | "run") =>
  Effect.gen(function* () {
    const crowd = make({ offers: { holds } })
    const store = yield* database
    const process = Layer.build(Layer.provide(crowd.over, store))
    const [first, second, third] = yield* Effect.all([process, process, process])
    const run = yield* Effect.provide(kit.opened({ rows, task: { unitsPerAssignment } }), first)
    crowd.next(silent)
    const killed = yield* Effect.fork(Effect.provide(launch(run, { limit: 4 }), first))
    yield* Effect.repeat(Effect.sleep("5 millis"), { until: () => crowd.launched.length === 1 })
    yield* Fiber.interrupt(killed)
    yield* Effect.all(
      [
        Effect.provide(launch(run, { limit: 5 }), second),
        Effect.provide(launch(run), third),
        Effect.provide(launch(run), second)
      ],
      { concurrency: "unbounded", discard: true }
    )
    const statuses = (yield* Effect.provide(kit.unitsOf(run), third)).map(({ status }) => status)
    expect(new Set(statuses)).toEqual(new Set(["launched"]))
    return [...crowd.places.values()]
  })

describe("of three processes that launch a run at once one is killed", () => {
  it.scopedLive("and its offer, which holds a run, is made once, with as many places as there are units", () =>
    Effect.gen(function* () {
      expect(yield* launchedByThree("run")).toEqual([rows * unitsPerAssignment])
    })
  )

  it.scopedLive("and its offers, which hold a row each, are made once, with as many places as there are units", () =>
    Effect.gen(function* () {
      expect(yield* launchedByThree("row")).toEqual(Array(rows).fill(unitsPerAssignment))
    })
  )
})
