/** Where people go from our pages, over real HTTP, on a crowd whose browsers say who they are. */
import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Schema from "effect/Schema"
import { Agents } from "../../src/Agents.js"
import { InvalidProviderData, ProviderError } from "../../src/CrowdError.js"
import * as Mock from "../../src/Mock.js"
import * as Server from "../../src/server/Server.js"
import { Departure, keyHeader, TurnedAway, type Work } from "../../src/server/WorkApi.js"
import { Workers } from "../../src/Workers.js"
import { launched, secret, task, token, visitorAt } from "../support/server.js"
import { accept, asWork, change, submit, type Visitor } from "../support/serverVisitors.js"

const exits: Mock.Options["exits"] = {
  completed: { _tag: "Redirect", url: "https://crowd.example/done?cc=C0DE" },
  returned: { _tag: "Code", code: "RETURNED" },
  noWork: { _tag: "Code", code: "FULL" }
}

const logged: Array<string> = []

const served = Server.layer({ secret, token }).pipe(
  Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
  Layer.provideMerge(Mock.layer({ exits, confirms: true })),
  Layer.provide(
    Logger.replace(
      Logger.defaultLogger,
      Logger.make(({ message }) => logged.push(String(message)))
    )
  )
)

const arrive = (visitor: Visitor, run: string, worker: string) => accept(visitor, run, { json: { data: { worker } } })

const exitOf = (visitor: Visitor, { agent, key }: Pick<Work, "agent" | "key">) =>
  visitor.ask("GET", `/api/work/agents/${agent}/exit`, { headers: { [keyHeader]: key } })

const departure = Schema.decodeUnknown(Schema.parseJson(Departure))

const refusal = Schema.decodeUnknown(Schema.parseJson(TurnedAway))

layer(served, { excludeTestServices: true })("exits", (it) => {
  it.scoped("leaves the server only after the answers are stored, and is the same then however often it is asked", () =>
    Effect.gen(function* () {
      const ada = yield* visitorAt("127.0.5.1")
      const run = yield* launched(task("exits"), 1)
      const work = yield* Effect.flatMap(arrive(ada, run.id, "ada"), asWork)
      const before = yield* exitOf(ada, work)
      expect(before.status).toBe(200)
      expect(yield* departure(before.body)).toMatchObject({ exit: null })
      expect((yield* submit(ada, work, { label: "yes" })).status).toBe(200)
      for (let i = 0; i < 2; i++) {
        const after = yield* exitOf(ada, work)
        expect(yield* departure(after.body)).toMatchObject({ exit: exits.completed })
      }
    })
  )

  it.scoped("is told to nobody without the agent's key", () =>
    Effect.gen(function* () {
      const [ada, bob] = [yield* visitorAt("127.0.5.2"), yield* visitorAt("127.0.5.3")]
      const run = yield* launched(task("keys"), 2)
      const adas = yield* Effect.flatMap(arrive(ada, run.id, "ada"), asWork)
      const bobs = yield* Effect.flatMap(arrive(bob, run.id, "bob"), asWork)
      yield* submit(ada, adas, { label: "yes" })
      for (const key of [bobs.key, "forged", ""]) {
        const answer = yield* exitOf(bob, { agent: adas.agent, key })
        expect(answer.status).toBe(403)
        expect(answer.body).not.toContain("C0DE")
      }
      expect((yield* bob.ask("GET", `/api/work/agents/${adas.agent}/exit`)).status).toBe(400)
    })
  )

  it.scoped("is another for whoever gives the unit back", () =>
    Effect.gen(function* () {
      const ada = yield* visitorAt("127.0.5.4")
      const run = yield* launched(task("returned"), 1)
      const work = yield* Effect.flatMap(arrive(ada, run.id, "ada"), asWork)
      yield* change(ada, work, "return")
      expect(yield* departure((yield* exitOf(ada, work)).body)).toMatchObject({ exit: exits.returned })
    })
  )

  it.scoped("comes with the refusal of whoever gets no unit; of a reason that has none, it is null", () =>
    Effect.gen(function* () {
      const ada = yield* visitorAt("127.0.5.5")
      const run = yield* launched(task("full"), 1)
      yield* arrive(ada, run.id, "ada")
      const full = yield* arrive(ada, run.id, "grace")
      expect(full.status).toBe(409)
      expect(full.body).toContain('"_tag":"NotEligible"')
      const { exit, message, reason, worker } = yield* refusal(full.body)
      expect({ exit, reason, worker }).toEqual({ exit: exits.noWork, reason: { _tag: "NothingLeft" }, worker: "grace" })
      expect(message).toBe(`Worker grace cannot work on ${run.id}: no unit is free just now.`)
      const workers = yield* Workers
      const grace = yield* workers.findByName("grace").pipe(Effect.option)
      expect(grace._tag).toBe("None")
    })
  )

  it.scoped(
    "an arrival that the crowd does not confirm gets nothing, and what the crowd said stays with the operator",
    () =>
      Effect.gen(function* () {
        const ada = yield* visitorAt("127.0.5.6")
        const mock = yield* Mock.Mock
        const run = yield* launched(task("confirmed"), 1)
        const unknown = new InvalidProviderData({ provider: "mock", description: "no such submission" })
        yield* mock.script("confirm", unknown)
        expect((yield* arrive(ada, run.id, "ada")).status).toBe(400)
        const description = "the token of lab@example.org is not valid"
        const failed = new ProviderError({ reason: "Rejected", provider: "mock", method: "confirm", description })
        yield* mock.script("confirm", failed)
        const away = yield* arrive(ada, run.id, "ada")
        expect(away.status).toBe(502)
        expect(away.body).toContain('"_tag":"ProviderError"')
        expect(away.body).not.toContain("lab@example.org")
        expect(logged.some((line) => line.includes(description))).toBe(true)
        const work = yield* Effect.flatMap(arrive(ada, run.id, "ada"), asWork)
        expect((yield* (yield* Agents).get(work.agent)).status).toBe("accepted")
      })
  )
})
