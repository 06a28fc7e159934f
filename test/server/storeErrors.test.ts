/** A store that fails: workers read what they can do, the operator what happened. */
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import * as Money from "../../src/Money.js"
import * as Store from "../../src/Store.js"
import { taskDefaults } from "../../src/TaskRuns.js"
import * as breaking from "../support/breakingStore.js"
import * as server from "../support/server.js"
import { accept, asWork, visitor } from "../support/serverVisitors.js"
import { listen, soon } from "./consoleClient.js"

const logged: Array<string> = []

const keeping = Logger.replace(
  Logger.defaultLogger,
  Logger.make(({ message }) => {
    logged.push(String(message))
  })
)

const store = breaking.make(Store.layerMemory)
const { broken, mended } = store

const launched = (title: string, rows: number) =>
  server.launched({ ...taskDefaults, title, reward: Money.make(1), maxUnitsPerWorker: Option.none() }, rows)

/** What the console is told of the store, one after the other. */
const troubles = Effect.map(listen(""), ({ next }) => {
  const trouble: Effect.Effect<string> = Effect.flatMap(next, (event) =>
    event === undefined
      ? Effect.dieMessage("the stream has ended")
      : event.name === "trouble"
        ? Effect.succeed(event.data)
        : trouble
  )
  return soon(trouble)
})

const live = Layer.provideMerge(server.layer(), store.layer)

layer(Layer.provideMerge(live, keeping))("A full disk", (it) => {
  it.scoped(
    "is told to the operator whole, once, and to workers in words without its path, also of a form that a page sends",
    () =>
      Effect.gen(function* () {
        const run = yield* launched("Told", 2)
        const me = yield* Effect.flatMap(server.port, (port) => visitor(port, "127.0.4.1"))
        const { agent, frame } = yield* Effect.flatMap(accept(me, run.id), asWork)
        const submitTo = new URL(frame, "http://localhost").searchParams.get("turkSubmitTo") ?? ""
        yield* broken("full")
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
        yield* mended
        expect(told.status).toBe(503)
        expect(told.body).toContain(breaking.place)
        expect(logged.filter((line) => line.includes(breaking.place))).toHaveLength(1)
      })
  )

  it.scoped("is shown in the console although only workers have met it, until something is kept again", () =>
    Effect.gen(function* () {
      const run = yield* launched("Shown", 2)
      const [me, other] = yield* Effect.flatMap(server.port, (port) =>
        Effect.all([visitor(port, "127.0.4.2"), visitor(port, "127.0.4.3")])
      )
      expect((yield* accept(other, run.id)).status).toBe(200)
      const told = yield* troubles
      expect(yield* told).toBe("null")
      yield* broken("full")
      yield* accept(me, run.id)
      const trouble = JSON.parse(yield* told)
      expect(trouble).toEqual({ since: expect.any(Number), message: breaking.full.message })
      yield* TestClock.adjust("1 minute")
      yield* accept(me, run.id)
      expect(JSON.parse(yield* yield* troubles)).toEqual(trouble)
      yield* mended
      expect((yield* accept(me, run.id)).status).toBe(200)
      expect(yield* told).toBe("null")
    })
  )

  it.scoped("or a lost database is shown in the console just then, to those who look and those who come", () =>
    Effect.gen(function* () {
      yield* launched("Gone", 1)
      const told = yield* troubles
      expect(yield* told).toBe("null")
      yield* broken("gone")
      expect(JSON.parse(yield* told)).toMatchObject({ message: breaking.gone.message })
      const later = yield* troubles
      expect(JSON.parse(yield* later)).toMatchObject({ message: breaking.gone.message })
      yield* mended
      expect(yield* told).toBe("null")
      expect(yield* later).toBe("null")
    })
  )
})
