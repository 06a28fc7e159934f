/** Two processes let people of one panel in, over one Postgres. */
import { expect, it } from "@effect/vitest"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import { Agents } from "../../src/Agents.js"
import * as Panel from "../../src/Panel.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import { link, secret, settings } from "../support/panel.js"
import * as postgres from "../support/postgres.js"
import { storeAt } from "../support/postgresStore.js"
import { launched } from "./support.js"

const visits = 8

it.scopedLive("a session is of whom it came first with, and one agent, whichever process lets them in", () =>
  Effect.gen(function* () {
    const url = yield* postgres.url
    const process = Layer.build(Layer.provide(Panel.layer({ settings, secret }), storeAt(url, 5)))
    const [first, second] = yield* Effect.all([process, process])
    const run = yield* Effect.provide(launched(4 * visits), first)
    const comes = (of: typeof first, pid: string, sid: number) =>
      Effect.either(
        Effect.provide(
          Effect.flatMap(Agents, (agents) => agents.register(run.id, link({ pid, sid: `${sid}` }))),
          of
        )
      )
    const met = yield* Effect.forEach(
      Arr.makeBy(visits, (n) => n),
      (n) =>
        Effect.all(
          [
            comes(first, `ada${n}`, n),
            comes(second, `eve${n}`, n),
            comes(second, `ada${n}`, n),
            comes(first, `eve${n}`, n)
          ],
          { concurrency: "unbounded" }
        ),
      { concurrency: 4 }
    )
    for (const of of met) {
      const [agents, refused] = [Arr.getRights(of), Arr.getLefts(of)]
      expect(new Set(agents.map(({ id }) => id)).size).toBe(1)
      expect(refused.map(({ _tag }) => _tag)).toEqual(["InvalidProviderData", "InvalidProviderData"])
      expect(of.filter(Either.isRight)).toHaveLength(2)
    }
    const counts = yield* Effect.provide(
      Effect.flatMap(TaskRuns, (runs) => runs.counts(run.id)),
      first
    )
    expect(counts.assigned).toBe(visits)
  })
)
