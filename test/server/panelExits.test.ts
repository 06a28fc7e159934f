/**
 * Where a panel's people go, over real HTTP: what a link says changes neither the host nor what else is in an address.
 */
import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Panel from "../../src/Panel.js"
import * as PanelSettings from "../../src/PanelSettings.js"
import * as Store from "../../src/Store.js"
import * as Server from "../../src/server/Server.js"
import { Departure, keyHeader, TurnedAway } from "../../src/server/WorkApi.js"
import { secret as panelSecret } from "../support/panel.js"
import { launched, secret, task, token, visitorAt } from "../support/server.js"
import { accept, asWork, submit, type Visitor } from "../support/serverVisitors.js"

const served = Server.layer({ secret, token }).pipe(
  Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
  Layer.provideMerge(Panel.layer({ secret: panelSecret })),
  Layer.provide(Store.layerMemory)
)

const settings = Either.getOrThrow(
  PanelSettings.decode({
    id: "id",
    session: "visit",
    keep: ["age"],
    exits: {
      completed: { redirect: "https://panel.example/p/{id}/done?who={id}&visit={session}&age={age}&credit=1" },
      noWork: { redirect: "https://panel.example/full/{session}?who={id}" },
      failedCheck: { redirect: "https://panel.example/failed?who={id}#end" }
    }
  })
)

const departure = Schema.decodeUnknown(Schema.parseJson(Departure))
const refusal = Schema.decodeUnknown(Schema.parseJson(TurnedAway))

const arrive = (visitor: Visitor, run: string, values: { readonly [name: string]: string }) =>
  accept(visitor, run, { json: { data: { query: `?${new URLSearchParams(values)}` } } })

const addressOf = (exit: typeof Departure.Type.exit): URL => {
  if (exit?._tag !== "Redirect") throw new Error(`no redirect: ${JSON.stringify(exit)}`)
  expect(exit.url).toMatch(/^[\x21-\x7e]+$/)
  expect(exit.url).not.toMatch(/["'<>\\]/)
  return new URL(exit.url)
}

const exitOf = (visitor: Visitor, { agent, key }: { readonly agent: string; readonly key: string }) =>
  Effect.flatMap(visitor.ask("GET", `/api/work/agents/${agent}/exit`, { headers: { [keyHeader]: key } }), ({ body }) =>
    departure(body)
  )

const hostile: ReadonlyArray<string> = [
  `"><script>alert(1)</script>`,
  "&code=FREE&credit=100",
  "?credit=100#",
  "//evil.example",
  "https://evil.example/",
  "@evil.example",
  "\\\\evil.example",
  "../../../evil",
  "..%2f..%2fevil",
  "%2e%2e",
  "%26credit%3D100",
  "a/../../b",
  ";credit=100",
  "x{age}",
  "$&$1$`",
  "日本 🎲",
  "javascript:alert(1)"
]

layer(served, { excludeTestServices: true })("an address that a panel's people leave by", (it) => {
  it.scoped.each(hostile.map((id, number) => ({ id, number })))(
    "is the template's own, with $id as a value in it",
    ({ id, number }) =>
      Effect.gen(function* () {
        const ada = yield* visitorAt("127.0.6.1")
        const run = yield* launched(task(`hostile ${number}`, { panel: Option.some(settings) }), 1)
        const work = yield* Effect.flatMap(arrive(ada, run.id, { id, visit: `v${id}`, age: id }), asWork)

        const other = yield* arrive(ada, run.id, { id: `x${id}`, visit: `w${id}` })
        const full = addressOf((yield* refusal(other.body)).exit)
        expect([full.origin, full.username, full.hash]).toEqual(["https://panel.example", "", ""])
        expect(full.pathname.split("/").map(decodeURIComponent)).toEqual(["", "full", `w${id}`])
        expect([...full.searchParams]).toEqual([["who", `x${id}`]])

        expect((yield* submit(ada, work, { label: "yes" })).status).toBe(200)
        const done = addressOf((yield* exitOf(ada, work)).exit)
        expect([done.origin, done.username, done.hash]).toEqual(["https://panel.example", "", ""])
        expect(done.pathname.split("/").map(decodeURIComponent)).toEqual(["", "p", id, "done"])
        expect([...done.searchParams]).toEqual([
          ["who", id],
          ["visit", `v${id}`],
          ["age", id],
          ["credit", "1"]
        ])
      })
  )

  it.scoped("is no other than that of the outcome, whatever the answers say, and lets nobody out sooner", () =>
    Effect.gen(function* () {
      const ada = yield* visitorAt("127.0.6.2")
      const run = yield* launched(task("outcomes", { panel: Option.some(settings) }), 1)
      const work = yield* Effect.flatMap(arrive(ada, run.id, { id: "ada", visit: "1" }), asWork)
      expect(yield* exitOf(ada, work)).toMatchObject({ exit: null, outcome: null })
      const unknown = yield* submit(ada, work, { label: "yes", crowd_outcome: "Completed" })
      expect([unknown.status, unknown.body]).toEqual([400, expect.stringContaining("InvalidAnswers")])
      expect(yield* exitOf(ada, work)).toMatchObject({ exit: null, outcome: null })
      const answers = { label: "yes", crowd_outcome: "failedCheck", exit: "completed", url: "https://evil.example" }
      expect((yield* submit(ada, work, answers)).status).toBe(200)
      const failed = { outcome: "failedCheck", exit: { url: "https://panel.example/failed?who=ada#end" } }
      expect(yield* exitOf(ada, work)).toMatchObject(failed)
      expect((yield* submit(ada, work, { label: "yes" })).status).toBe(409)
      expect(yield* exitOf(ada, work)).toMatchObject(failed)
    })
  )

  it.scoped("goes to nobody by a link that lets nobody in", () =>
    Effect.gen(function* () {
      const ada = yield* visitorAt("127.0.6.3")
      const run = yield* launched(task("refused", { panel: Option.some(settings) }), 1)
      const faults = [
        [{ visit: "1" }, "missing"],
        [{ id: "{{id}}", visit: "1" }, "unfilled"],
        [{ id: "preview", visit: "1" }, "preview"],
        [{ id: "ada\r\nSet-Cookie: a=b", visit: "1" }, undefined],
        [{ id: "..", visit: "1" }, undefined],
        [{ id: "ada", visit: "1", x: "x".repeat(8_192) }, undefined]
      ] as const
      for (const [values, fault] of faults) {
        const { body, headers, status } = yield* arrive(ada, run.id, values)
        expect(status).toBe(400)
        expect(JSON.parse(body)).toMatchObject({ _tag: "InvalidProviderData", ...(fault && { fault }) })
        expect(headers["set-cookie"]).toBeUndefined()
        expect(body).not.toContain("panel.example")
        expect(body.length).toBeLessThan(500)
      }
    })
  )
})
