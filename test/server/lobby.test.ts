/** What a worker finds on offer. */
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Agents } from "../../src/Agents.js"
import * as Money from "../../src/Money.js"
import { PaidBonus } from "../../src/server/WorkApi.js"
import { Workers } from "../../src/Workers.js"
import * as server from "../support/server.js"
import { offersTo } from "../support/serverVisitors.js"
import * as sqlite from "../support/sqlite.js"

const { task } = server

layer(Layer.provideMerge(server.layer(), sqlite.layer()), { excludeTestServices: true })("The lobby", (it) => {
  const name = "127.0.1.1"

  const offers = Effect.flatMap(server.visitorAt(name), offersTo)

  it.scoped("shows every run with something to do, and what is held however long ago it was taken", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const oldest = yield* server.launched(task("oldest"), 2)
      const held = yield* agents.register(oldest.id, { worker: name })
      const busy = yield* server.launched(task("busy"), 60)
      for (let i = 0; i < 60; i++) {
        const agent = yield* agents.register(busy.id, { worker: name })
        yield* agents.submit({ agent: agent.id, worker: agent.worker, answers: {} })
      }
      for (let i = 0; i < 101; i++) yield* server.launched(task(`run ${i}`), 1)

      const found = yield* offers
      expect(found).toHaveLength(102)
      expect(found.find(({ run }) => run === oldest.id)).toMatchObject({ held: held.id, refusal: null, left: 1 })
      expect(found.filter(({ held }) => held !== null)).toHaveLength(1)
    })
  )

  it.scoped("shows the reason and the amount of a bonus to the worker who got it, and to nobody else", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const workers = yield* Workers
      const run = yield* server.launched(task("well paid"), 1)
      const { unit, worker } = yield* agents.register(run.id, { worker: "127.0.1.2" })
      yield* workers.bonus({ worker, unit, amount: Money.make(25), reason: "<b>thorough</b>" })
      const shownTo = (address: string) =>
        Effect.gen(function* () {
          const asker = yield* server.visitorAt(address)
          const { body } = yield* asker.ask("GET", "/api/work/bonuses")
          return yield* Schema.decodeUnknown(Schema.parseJson(Schema.Array(PaidBonus)))(body)
        })
      expect(yield* shownTo("127.0.1.2")).toMatchObject([
        { title: "well paid", amount: Money.make(25), reason: "<b>thorough</b>" }
      ])
      expect(yield* shownTo(name)).toEqual([])
      expect(yield* shownTo("127.0.1.3")).toEqual([])
    })
  )
})
