/** Hostile input: nothing breaks, nobody sees what is another's, nothing is lost. */
import { Agent, type IncomingHttpHeaders, request } from "node:http"
import { connect } from "node:net"
import { SqlClient } from "@effect/sql/SqlClient"
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Money from "../../src/Money.js"
import { taskDefaults } from "../../src/TaskRuns.js"
import { seeded } from "../support/remoteCrowd/random.js"
import * as server from "../support/server.js"
import { accept, asWork, submit, visitor } from "../support/serverVisitors.js"
import * as sqlite from "../support/sqlite.js"
import { type Attack, attacks, type Loot, large, smuggled } from "./fuzzing.js"

const task = { ...taskDefaults, title: "Fuzz", reward: Money.make(5), maxUnitsPerWorker: Option.none() }

const secrets = ["SECRET-ANSWER-OF-A-VICTIM", "SECRET-KEPT-IN-A-NAME"]

const victims = ["127.0.9.1", "127.0.9.2", "127.0.9.3"]

interface Seen {
  readonly status: number
  readonly text: string
}

const agent = new Agent({ keepAlive: true, maxSockets: 16 })

const shown = ({ headers, method, path }: Attack) =>
  `${method} ${path.slice(0, 200)} ${JSON.stringify(headers).slice(0, 500)}`

/** What came back, headers and all; none where the server ended the connection instead. */
const send = (port: number, attack: Attack, extra: Record<string, string> = {}) =>
  Effect.async<Option.Option<Seen>>((resume, signal) => {
    const { body, chunked, headers, method, path } = attack
    const length = body === undefined || chunked ? {} : { "content-length": Buffer.byteLength(body) }
    const whole = (status: number, answered: IncomingHttpHeaders, text: string) =>
      resume(Effect.succeedSome({ status, text: `${JSON.stringify(answered)}\n${text}` }))
    const outgoing = request(
      {
        agent,
        signal,
        host: "127.0.0.1",
        port,
        localAddress: "127.0.66.6",
        method,
        path,
        headers: { host: `127.0.0.1:${port}`, ...headers, ...length, ...extra }
      },
      (response) => {
        let text = ""
        response.setEncoding("utf8").on("data", (part: string) => {
          text += part
          // Events have no end.
          if (response.headers["content-type"]?.startsWith("text/event-stream") === true) response.destroy()
        })
        response.on("close", () => whole(response.statusCode ?? 0, response.headers, text))
      }
    )
    outgoing.on("upgrade", (response, socket) => {
      socket.destroy()
      whole(response.statusCode ?? 0, response.headers, "")
    })
    outgoing.on("error", () => resume(Effect.succeedNone))
    outgoing.setTimeout(10_000, () => {
      whole(599, {}, "no answer within ten seconds")
      outgoing.destroy()
    })
    outgoing.end(body)
  })

/** Raw bytes; the server may answer or hang up. */
const sendBytes = (port: number, bytes: string) =>
  Effect.async<string>((resume) => {
    const socket = connect({ port, host: "127.0.0.1", localAddress: "127.0.66.6" }, () => socket.write(bytes, "latin1"))
    let text = ""
    socket.setTimeout(300, () => socket.destroy())
    socket.on("data", (part) => {
      text += String(part)
    })
    socket.on("error", () => {})
    socket.on("close", () => resume(Effect.succeed(text)))
  })

/** All that is stored of the victims, and of everything that has no worker. */
const theirs = Effect.gen(function* () {
  const sql = yield* SqlClient
  const names = victims.map((name) => `'${name}'`).join(", ")
  const workers = `SELECT id FROM crowd_workers WHERE name IN (${names})`
  return {
    agents: yield* sql.unsafe(`SELECT * FROM crowd_agents WHERE worker IN (${workers}) ORDER BY id`),
    units: yield* sql.unsafe(
      `SELECT * FROM crowd_units WHERE agent IN (SELECT id FROM crowd_agents WHERE worker IN (${workers})) ORDER BY id`
    ),
    all: yield* sql.unsafe("SELECT count(*) AS units, count(DISTINCT assignment) AS rows FROM crowd_units"),
    runs: yield* sql.unsafe("SELECT * FROM crowd_runs ORDER BY id"),
    blocks: yield* sql.unsafe("SELECT * FROM crowd_blocks ORDER BY id"),
    payments: yield* sql.unsafe("SELECT * FROM crowd_payments ORDER BY id"),
    intents: yield* sql.unsafe("SELECT * FROM crowd_intents ORDER BY id")
  }
})

/** Two victims have submitted, a third is at work. */
const planted = Effect.gen(function* () {
  const port = yield* server.port
  const run = yield* server.launched(task, 40)
  const works = yield* Effect.forEach(victims, (address) =>
    Effect.gen(function* () {
      const someone = yield* visitor(port, address)
      const work = yield* Effect.flatMap(accept(someone, run.id), asWork)
      if (address !== victims[2]) {
        const answers = { label: secrets[0], [secrets[1] ?? ""]: address }
        expect((yield* submit(someone, work, answers)).status).toBe(200)
      }
      return work
    })
  )
  const loot: Loot = {
    runs: [run.id],
    agents: works.map((work) => work.agent),
    workers: works.map(({ key }) => key.split(".")[0] ?? ""),
    keys: works.map(({ key }) => key),
    addresses: victims
  }
  return { port, loot }
})

/** What is wrong with an answer, in words. */
const faults = (attack: Attack, seen: Option.Option<Seen>): ReadonlyArray<string> => {
  if (Option.isNone(seen)) return []
  const { status, text } = seen.value
  return [
    ...(status >= 500 ? [`${status} with ${text.slice(0, 200)}`] : []),
    ...(secrets.some((secret) => text.includes(secret)) ? ["a secret got out"] : []),
    ...(text.includes('"x-injected"') ? ["a header got in"] : [])
  ].map((fault) => `${fault}: ${shown(attack)} ${String(attack.body).slice(0, 200)}`)
}

const barrage = (port: number, next: () => Attack, count: number, extra?: Record<string, string>) =>
  Effect.map(
    Effect.forEach(
      Array.from({ length: count }),
      () => {
        const attack = next()
        return Effect.map(send(port, attack, extra), (seen) => ({ seen, faults: faults(attack, seen) }))
      },
      { concurrency: 16 }
    ),
    (all) => ({
      answered: all.filter(({ seen }) => Option.isSome(seen)).length,
      faults: all.flatMap(({ faults }) => faults).slice(0, 20)
    })
  )

/** `npm run prove:fuzz` sends 15,000. */
const requests = Number(process.env["CROWD_FUZZ_REQUESTS"] ?? 600)

const seed = Number(process.env["CROWD_FUZZ_SEED"] ?? Date.now() % 1_000_000)

layer(Layer.provideMerge(server.layer(), sqlite.layer()), { excludeTestServices: true })(
  `fuzz, CROWD_FUZZ_SEED=${seed}`,
  (it) => {
    it.scoped(
      `${requests} requests to every endpoint: never a 500, never another worker's data, nothing lost`,
      () =>
        Effect.gen(function* () {
          const { loot, port } = yield* planted
          const before = yield* theirs
          const met = yield* barrage(port, attacks(seeded(seed), loot), requests)
          expect(met.faults).toEqual([])
          expect(met.answered).toBeGreaterThan(0.9 * requests)
          const big = {
            method: "POST",
            path: `/api/work/agents/${loot.agents[2]}/answers`,
            headers: { "content-type": "application/json" },
            body: large(10_000_000)
          }
          for (const chunked of [false, true])
            expect(faults({ ...big, chunked }, yield* send(port, { ...big, chunked }))).toEqual([])
          for (const bytes of smuggled(port, loot.runs[0] ?? "")) {
            const text = yield* sendBytes(port, bytes)
            expect(text).not.toMatch(/^HTTP\/1\.1 5/m)
          }
          expect(yield* theirs).toEqual(before)
          expect(Object.prototype).not.toHaveProperty("polluted")
          const health = { method: "GET", path: "/health", headers: {}, body: undefined, chunked: false }
          expect(Option.map(yield* send(port, health), ({ status }) => status)).toEqual(Option.some(200))
        }),
      300_000
    )

    it.scoped("who holds the token may ask nonsense, too", () =>
      Effect.gen(function* () {
        const port = yield* server.port
        const nobody: Loot = {
          runs: ["run_0"],
          agents: ["agent_0"],
          workers: ["worker_0"],
          keys: ["x.y"],
          addresses: ["::1"]
        }
        const next = attacks(seeded(seed + 1), nobody)
        const met = yield* barrage(port, next, requests / 2, {
          authorization: `Bearer ${Redacted.value(server.token)}`
        })
        expect(met.faults).toEqual([])
      })
    )
  }
)
