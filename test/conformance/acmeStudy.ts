/** What becomes of a run's one study at Acme: how many places it has, and whose work we hear of from there alone. */

import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { expect, layer as share } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Agents, Crowd, type TaskRuns, Units } from "../../src/index.js"
import type { Store } from "../../src/Store.js"
import { make } from "../../src/testing/suites/kit.js"
import { key } from "../support/acmeCrowd.js"
import { type Acme, arrive } from "./acmePeople.js"

const Studies = Schema.Array(Schema.Struct({ status: Schema.String, places: Schema.Int }))

/** Registers the tests for the provider at the crowd of this address. */
export const acmeStudy = (name: string, acme: Acme, crowd: string, store: Layer.Layer<Store, unknown>): void => {
  const come = arrive(crowd)
  const kit = make({ clock: "real", arrive: (worker, run) => Effect.map(come(worker, run), ({ data }) => data) })

  const studies = (run: TaskRuns.TaskRun) =>
    Effect.promise(async (): Promise<unknown> => {
      const headers = { authorization: `Bearer ${key}` }
      return (await fetch(`${crowd}/studies?reference=${run.id}`, { headers })).json()
    }).pipe(Effect.flatMap(Schema.decodeUnknown(Studies)))

  const launch = (run: TaskRuns.TaskRun, limit?: number) =>
    Effect.flatMap(Units.Units, (units) => Stream.runDrain(units.launch(run.id, { limit })))

  share(Layer.provideMerge(Layer.provide(acme, FetchHttpClient.layer), store), { excludeTestServices: true })(
    `${name}: the study of a run`,
    (it) => {
      it.effect("has places for what is out: those that came back count first, and none is taken away", () =>
        Effect.gen(function* () {
          const units = yield* Units.Units
          const run = yield* kit.opened({ rows: 4 })
          expect(yield* studies(run)).toEqual([{ status: "draft", places: 0 }])
          yield* launch(run, 2)
          expect(yield* studies(run)).toEqual([{ status: "open", places: 2 }])
          const [first] = yield* kit.unitsOf(run)
          if (first === undefined) return yield* Effect.dieMessage("a run of four rows has a unit")
          yield* units.expire(first.id)
          yield* launch(run, 1)
          expect(yield* studies(run)).toEqual([{ status: "open", places: 2 }])
          yield* launch(run)
          expect(yield* studies(run)).toEqual([{ status: "open", places: 3 }])
          const { data } = yield* come("ada", run)
          yield* Effect.flatMap(Agents.Agents, (agents) => agents.register(run.id, data))
          yield* units.expireAll(run.id)
          expect(yield* studies(run)).toEqual([{ status: "stopped", places: 3 }])
          yield* Crowd.relaunch(run.id)
          expect(yield* studies(run)).toEqual([{ status: "open", places: 4 }])
        })
      )

      it.effect(
        "has work of people who never came to us, or were told that nothing is left: it is taken, and paid once a person approves it",
        () =>
          Effect.gen(function* () {
            const agents = yield* Agents.Agents
            const units = yield* Units.Units
            const run = yield* kit.launched({ rows: 3 })
            const [first, second, third] = yield* kit.unitsOf(run)
            if (!first || !second || !third) return yield* Effect.dieMessage("a run of three rows has three units")
            yield* (yield* come("ada", run)).submit()
            expect(yield* units.sync(run.id)).toBe(1)
            yield* units.expire(third.id)
            expect((yield* kit.accepted(run, "alan")).unit).toBe(second.id)
            const grace = yield* come("grace", run)
            const refused = yield* Effect.flip(agents.register(run.id, grace.data))
            expect(refused).toMatchObject({ _tag: "NotEligible", reason: { _tag: "NothingLeft" } })
            yield* grace.submit()
            expect(yield* units.sync(run.id)).toBe(1)
            expect(yield* units.sync(run.id)).toBe(0)
            // Nothing of it came to our pages.
            expect([...(yield* Stream.runCollect(agents.approveAll(run.id)))].flat()).toEqual([])
            const waiting = yield* Stream.runCollect(agents.submissions(run.id, { status: "completed" }))
            const approved = yield* Effect.forEach(waiting, ({ id }) => agents.approve(id))
            const whole = { status: "approved", answers: Option.none() }
            expect(approved).toMatchObject([
              { ...whole, unit: first.id },
              { ...whole, unit: third.id }
            ])
          })
      )
    }
  )
}
