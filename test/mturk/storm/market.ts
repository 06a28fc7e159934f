/**
 * The market's process: MTurkServer over a file of its own, with faults, and people who work on whatever is on offer.
 */
import { createServer } from "node:http"
import * as HttpServer from "@effect/platform/HttpServer"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Agents } from "../../../src/Agents.js"
import type { RunId } from "../../../src/Ids.js"
import * as Local from "../../../src/Local.js"
import * as Money from "../../../src/Money.js"
import * as MTurkServer from "../../../src/MTurkServer.js"
import * as Faults from "../../../src/mturk-server/Faults.js"
import * as Server from "../../../src/server/Server.js"
import * as SqliteStore from "../../../src/store/SqliteStore.js"
import { TaskRuns } from "../../../src/TaskRuns.js"
import { credentials, opening, Stall, type Told } from "./protocol.js"

const { file, seed, shares } = Schema.decodeUnknownSync(Stall)(process.argv[2])

const tell = (told: Told) => Effect.sync(() => void process.send?.(told))

const drawn = Faults.seeded({ seed, shares })

const faults: Faults.Faults = (operation) =>
  Effect.tap(drawn(operation), (fault) =>
    tell({ _tag: "Called", operation, fault: Option.getOrNull(Option.map(fault, ({ _tag }) => _tag)) })
  )

const people = 50
const perRound = 30

/** One after another takes a unit and submits it, until nothing is free. */
const workOn = (run: RunId, round: number) =>
  Effect.flatMap(Agents, (agents) =>
    Effect.forEach(
      Array.from({ length: perRound }, (_, i) => `w${(round * perRound + i) % people}`),
      (worker) =>
        Effect.flatMap(agents.register(run, { worker }), (agent) =>
          agents.submit({ agent: agent.id, worker: agent.worker, answers: { answer: agent.unit } })
        ),
      { discard: true }
    ).pipe(Effect.catchTag("NotEligible", () => Effect.void))
  )

const working = Effect.gen(function* () {
  const runs = yield* TaskRuns
  let round = 0
  yield* Effect.repeat(
    Effect.suspend(() => Stream.runForEach(runs.list, ({ id }) => workOn(id, round++))),
    Schedule.spaced("100 millis")
  )
})

const crowd = Layer.provideMerge(Local.layer(), SqliteStore.layer({ filename: file, durability: "normal" }))

const secret = Redacted.make("the secret of the market's pages")

const service = MTurkServer.layer({
  secret,
  accessKeys: [{ id: credentials.accessKeyId, secret: Redacted.make(credentials.secretAccessKey) }],
  account: { balance: Money.make(opening) },
  faults
})

const server = Server.layer({
  secret,
  token: Redacted.make("the token of the market's console"),
  routes: Layer.orDie(Layer.provide(service, crowd)),
  accepts: MTurkServer.accepts
})

const program = Effect.gen(function* () {
  const { address } = yield* HttpServer.HttpServer
  yield* tell({ _tag: "Listening", port: address._tag === "TcpAddress" ? address.port : 0 })
  yield* working
})

const http = NodeHttpServer.layer(() => createServer(), { port: 0, host: "127.0.0.1" })
const layer = Layer.provideMerge(server, Layer.merge(crowd, http))

Effect.runPromise(Effect.provide(program, layer)).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`)
  process.exit(1)
})
