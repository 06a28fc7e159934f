/** A download that cannot be finished, over real HTTP. */
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import { Agents } from "../../src/Agents.js"
import { StoreError } from "../../src/CrowdError.js"
import { RunId } from "../../src/Ids.js"
import * as Store from "../../src/Store.js"
import * as tables from "../../src/store/tables.js"
import * as server from "../support/server.js"
import { changed } from "../support/stores.js"
import * as consoleClient from "./consoleClient.js"

/** More than one page of agents. */
const rows = 501

/** Of agents, pages after the first are not read again after so many times. */
const trouble = { times: Number.POSITIVE_INFINITY }

const failing = changed(({ page }) => ({
  page: (table, options) => {
    if (table.name !== tables.agents.name || options.after === undefined) return page(table, options)
    trouble.times--
    return trouble.times >= 0
      ? page(table, options)
      : new StoreError({ reason: "Failed", operation: "page agents", description: "as the test wants it" })
  }
}))

/** The lines of the file; left, where the transfer was broken off. */
const download = (path: string, times = Number.POSITIVE_INFINITY) =>
  Effect.gen(function* () {
    const url = `${yield* consoleClient.baseUrl}${path}`
    trouble.times = times
    const headers = { authorization: consoleClient.authorization }
    const text = yield* Effect.either(Effect.tryPromise(async () => (await fetch(url, { headers })).text()))
    return Either.map(text, (text) => text.trim().split(/\r?\n/).length)
  })

/** The server would warn of what is wanted here. */
const served = Layer.provideMerge(server.layer(), failing).pipe(Layer.provide(Logger.minimumLogLevel(LogLevel.Error)))

layer(served, { excludeTestServices: true })("a download of results", (it) => {
  it.effect("is broken off where the store fails midway, so that nobody takes half of it for all", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const store = yield* Store.Store
      const run = yield* consoleClient.launched("Download", rows)
      const all = Effect.forEach(Array.from({ length: rows }), (_, n) =>
        Effect.flatMap(agents.register(run.id, { worker: `10.1.${n >> 8}.${n & 255}` }), ({ id, worker }) =>
          agents.submit({ agent: id, worker, answers: { label: String(n) } })
        )
      )
      yield* store.transaction(all)
      const [csv, jsonl] = [`/api/console/runs/${run.id}/results/csv`, `/api/console/runs/${run.id}/results/jsonl`]
      expect(yield* download(csv)).toEqual(Either.right(rows + 1))
      expect(yield* download(jsonl)).toEqual(Either.right(rows))
      expect(Either.isLeft(yield* download(jsonl, 0))).toBe(true)
      // To write a CSV they are read twice: for the names of its columns, and for the rows.
      expect(Either.isLeft(yield* download(csv, 0))).toBe(true)
      expect(Either.isLeft(yield* download(csv, 1))).toBe(true)
      expect(yield* download(csv)).toEqual(Either.right(rows + 1))
    })
  )

  it.effect("has a name that can be read, also of a run with control characters in its own from before", () =>
    Effect.gen(function* () {
      const store = yield* Store.Store
      const launched = yield* consoleClient.launched("Spoilt", 1)
      const run = Option.getOrThrow(yield* store.get(tables.runs, launched.id))
      const id = RunId.make("run_FROMBEFORE")
      yield* store.insert(tables.runs, [{ ...run, id, name: "x\u202evsc.exe\u0007/" }])
      yield* store.put(tables.templates, [{ id, html: "<p>" }])
      const url = `${yield* consoleClient.baseUrl}/api/console/runs/${id}/results/csv`
      const headers = { authorization: consoleClient.authorization }
      const answer = yield* Effect.promise(() => fetch(url, { headers }))
      yield* Effect.promise(() => answer.text())
      expect([answer.status, answer.headers.get("content-disposition")]).toEqual([
        200,
        "attachment; filename*=UTF-8''x-vsc.exe--results.csv"
      ])
    })
  )
})
