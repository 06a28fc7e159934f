/** A store that fails: workers read what they can do, the operator what happened. */
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { StoreError } from "../../src/CrowdError.js"
import * as Money from "../../src/Money.js"
import * as Store from "../../src/Store.js"
import { taskDefaults } from "../../src/TaskRuns.js"
import * as server from "../support/server.js"
import { accept, asWork, visitor } from "../support/serverVisitors.js"

const logged: Array<string> = []
let isFull = false

const full = new StoreError({
  reason: "Full",
  operation: "update",
  description: "there is no room left for /var/lib/crowd/secret.db (UPDATE crowd_units)"
})

/** A memory whose transactions fail once the disk is full. */
const store = Layer.effect(
  Store.Store,
  Effect.map(Store.Store, (memory) =>
    Store.Store.of({
      ...memory,
      transaction: (effect) => (isFull ? full : memory.transaction(effect))
    })
  )
).pipe(Layer.provide(Store.layerMemory))

const keeping = Logger.replace(
  Logger.defaultLogger,
  Logger.make(({ message }) => {
    logged.push(String(message))
  })
)

layer(Layer.provideMerge(Layer.provideMerge(server.layer(), store), keeping))("A full disk", (it) => {
  it.scoped(
    "is told to the operator whole, once, and to workers in words without its path, also of a form that a page sends",
    () =>
      Effect.gen(function* () {
        const task = { ...taskDefaults, title: "Full", reward: Money.make(1), maxUnitsPerWorker: Option.none() }
        const run = yield* server.launched(task, 2)
        const me = yield* Effect.flatMap(server.port, (port) => visitor(port, "127.0.4.1"))
        const { agent, frame } = yield* Effect.flatMap(accept(me, run.id), asWork)
        const submitTo = new URL(frame, "http://localhost").searchParams.get("turkSubmitTo") ?? ""
        isFull = true
        const form = yield* me.ask("POST", `${new URL(submitTo).pathname}/mturk/externalSubmit`, {
          raw: new URLSearchParams({ assignmentId: agent, label: "good" }).toString(),
          headers: { "content-type": "application/x-www-form-urlencoded" }
        })
        expect(form.status).toBe(503)
        expect(form.body).toContain("tell whoever invited you")
        expect(form.body).not.toMatch(/secret\.db|UPDATE/)
        const answers = [yield* accept(me, run.id), yield* accept(me, run.id)]
        for (const { body, status } of answers) {
          expect(status).toBe(503)
          expect(JSON.parse(body)).toMatchObject({ _tag: "StoreError", reason: "Full" })
          expect(body).toContain("tell whoever invited you")
          expect(body).not.toMatch(/secret\.db|UPDATE/)
        }
        const headers = { authorization: `Bearer ${Redacted.value(server.token)}` }
        const path = `/api/console/runs/${run.id}/expire`
        const told = yield* me.ask("POST", path, { headers })
        isFull = false
        expect(told.status).toBe(503)
        expect(told.body).toContain("/var/lib/crowd/secret.db")
        expect(logged.filter((line) => line.includes("/var/lib/crowd/secret.db"))).toHaveLength(1)
      })
  )
})
