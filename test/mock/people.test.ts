import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { Agents } from "../../src/Agents.js"
import * as Batch from "../../src/Batch.js"
import * as Conductor from "../../src/Conductor.js"
import * as Crowd from "../../src/Crowd.js"
import * as Mock from "../../src/Mock.js"
import * as Money from "../../src/Money.js"
import * as People from "../../src/mock/People.js"
import { Requesters } from "../../src/Requesters.js"
import * as Store from "../../src/Store.js"
import { TaskRuns, taskDefaults } from "../../src/TaskRuns.js"
import { kit } from "../support/failures.js"

/** What is logged meanwhile, beside what the layer answers. */
const listening = () => {
  const lines: Array<string> = []
  const logger = Logger.make(({ message }) => {
    lines.push(String(message))
  })
  return { lines, layer: Logger.replace(Logger.defaultLogger, logger) }
}

interface Launch {
  readonly rows: number
  readonly units?: number
  readonly limit?: number
  readonly name?: string
}

const template = "<p>${n}</p><input type=radio name=mood value=good><input type=radio name=mood value=bad>"

const launched = ({ limit, name = "moods", rows, units = 1 }: Launch) =>
  Effect.gen(function* () {
    const requester = yield* (yield* Requesters).register("my-lab", {})
    const batch = yield* Batch.fromRows({
      name,
      template,
      rows: Array.from({ length: rows }, (_, n) => ({ n: String(n) })),
      task: {
        ...taskDefaults,
        title: "Which mood?",
        reward: Money.make(5),
        unitsPerAssignment: units,
        maxUnitsPerWorker: Option.none()
      }
    })
    return yield* Crowd.launch(batch, { requester: requester.id, limit })
  })

const conducted = (launch: Launch) =>
  Effect.gen(function* () {
    const run = yield* launched(launch)
    const loop = yield* Effect.fork(Conductor.conduct(run.id, { approve: true }))
    yield* TestClock.adjust("1 minute")
    return { run, summary: yield* Fiber.join(loop) }
  })

describe("the people of a Mock", () => {
  it.effect("work on every run that is launched, without being asked", () =>
    Effect.gen(function* () {
      const first = yield* conducted({ rows: 3, units: 2 })
      const second = yield* conducted({ rows: 2, name: "others" })
      expect(first.summary.units).toMatchObject({ accepted: 6 })
      expect(second.run.id).not.toBe(first.run.id)
      expect(second.summary.units).toMatchObject({ accepted: 2 })
    }).pipe(Effect.provide(Mock.layer({ people: () => ({}) })))
  )

  it.effect("who fill forms give answers that the task's form allows, the same for the same row and worker", () =>
    Effect.gen(function* () {
      const { run } = yield* conducted({ rows: 4 })
      const results = [...(yield* Stream.runCollect(Crowd.results(run.id)))]
      expect(results).toHaveLength(4)
      for (const { answers } of results) expect(["good", "bad"]).toContain(answers.mood)
    }).pipe(Effect.provide(Mock.layer({ people: People.fillForms })))
  )

  it.effect("see the run and its template", () => {
    const seen: Array<string> = []
    return Effect.gen(function* () {
      yield* conducted({ rows: 1 })
      expect(seen).toEqual([template])
    }).pipe(
      Effect.provide(
        Mock.layer({
          people: (run, page) => {
            seen.push(page)
            return { workers: run.task.unitsPerAssignment }
          }
        })
      )
    )
  })

  it.effect("take up a run where another process left it, when it is conducted", () =>
    Effect.gen(function* () {
      const run = yield* Effect.provide(launched({ rows: 2 }), Mock.layerStore())
      const summary = yield* Effect.gen(function* () {
        const loop = yield* Effect.fork(Conductor.conduct(run.id, { approve: true }))
        yield* TestClock.adjust("1 minute")
        return yield* Fiber.join(loop)
      }).pipe(Effect.provide(Mock.layerStore({ people: () => ({}) })))
      expect(summary.units).toMatchObject({ accepted: 2 })
    }).pipe(Effect.provide(Store.layerMemory))
  )

  it.effect("work on what is launched later of the same run", () =>
    Effect.gen(function* () {
      const run = yield* launched({ rows: 3, limit: 1 })
      yield* TestClock.adjust("10 seconds")
      yield* launched({ rows: 3 })
      yield* TestClock.adjust("10 seconds")
      expect((yield* (yield* TaskRuns).counts(run.id)).completed).toBe(3)
    }).pipe(Effect.provide(Mock.layer({ people: () => ({}) })))
  )
})

describe("a run with nobody at work", () => {
  const nobody = /^Nobody works on run_\S+\. Give the Mock people/

  it.effect("says so in the log once", () => {
    const { layer, lines } = listening()
    return Effect.gen(function* () {
      const run = yield* launched({ rows: 2 })
      const loop = yield* Effect.fork(Conductor.conduct(run.id))
      yield* TestClock.adjust("1 hour")
      yield* Fiber.interrupt(loop)
      yield* Conductor.round(run.id)
      yield* TestClock.adjust("1 hour")
      expect(lines.filter((line) => nobody.test(line))).toHaveLength(1)
    }).pipe(Effect.provide(Layer.provideMerge(Mock.layer(), layer)))
  })

  it.effect("says nothing where somebody comes within ten seconds", () => {
    const { layer, lines } = listening()
    return Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* launched({ rows: 2 })
      const loop = yield* Effect.fork(Conductor.conduct(run.id))
      yield* TestClock.adjust("5 seconds")
      yield* agents.register(run.id, { worker: "ada" })
      yield* TestClock.adjust("1 minute")
      yield* Fiber.interrupt(loop)
      expect(lines.filter((line) => nobody.test(line))).toEqual([])
    }).pipe(Effect.provide(Layer.provideMerge(Mock.layer(), layer)))
  })

  it.effect("says so where the people may not take what is left", () => {
    const { layer, lines } = listening()
    return Effect.gen(function* () {
      const qualifications = [{ name: "dutch", comparator: "exists", value: 1 }] as const
      const run = yield* kit.launched({ task: { qualifications } })
      const loop = yield* Effect.fork(Conductor.conduct(run.id))
      yield* TestClock.adjust("1 minute")
      yield* Fiber.interrupt(loop)
      expect(lines.filter((line) => line.startsWith("Nobody is left who may take the last 1 units"))).toHaveLength(1)
    }).pipe(Effect.provide(Layer.provideMerge(Mock.layer({ people: () => ({}) }), layer)))
  })
})
