import * as fs from "node:fs"
import { createServer } from "node:net"
import * as path from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import { listening } from "../support/listening.js"
import * as postgres from "../support/postgres.js"
import * as visiting from "../support/serverVisitors.js"
import { type Served, served, until, works } from "./served.js"
import { crowd, errorOf, folder, goodBatch, json, spawned, summaryOf, taskJson, writeBatch } from "./support.js"

const oneRow = { ...goodBatch, "data.csv": "text\nfirst\n" }

/** A batch of one row for so many people, and the words that name where it goes. */
const prepared = (changes: Readonly<Record<string, unknown>> = {}) =>
  Effect.gen(function* () {
    const dir = yield* folder
    const batch = yield* writeBatch(path.join(dir, "batch"), {
      ...oneRow,
      "task.json": taskJson({ unitsPerAssignment: 2, ...changes })
    })
    const db = path.join(dir, "crowd.db")
    const out = path.join(dir, "results.csv")
    return { dir, batch, db, out, over: ["--db", db], local: ["--provider", "local", "--db", db] }
  })

const Lobby = Schema.parseJson(
  Schema.Struct({
    worker: Schema.NullOr(Schema.String),
    chooses: Schema.Boolean,
    offers: Schema.Array(Schema.Struct({ run: Schema.String, left: Schema.Int }))
  })
)

const lobbyOf = (visitor: visiting.Visitor, headers: Readonly<Record<string, string>> = {}) =>
  Effect.flatMap(visitor.ask("GET", "/api/work/lobby", { headers }), ({ body }) => Schema.decodeUnknown(Lobby)(body))

const offered = (visitor: visiting.Visitor) =>
  until(lobbyOf(visitor), ({ offers }) => offers.length > 0).pipe(Effect.map(({ offers }) => offers[0]?.run ?? ""))

/** A port at which somebody else listens, until the scope ends. */
const takenPort = Effect.suspend(() => listening(createServer()))

describe("crowd run --provider local", () => {
  it.scopedLive("serves people until every unit is decided, approves with --approve, and writes the results", () =>
    Effect.gen(function* () {
      const { batch, local, out } = yield* prepared()
      const crowd = yield* served(["run", batch, "--approve", "--json", "--out", out, ...local])
      const [ann, bob] = [yield* crowd.visitor(0), yield* crowd.visitor(1)]
      const run = yield* offered(ann)
      expect((yield* works(ann, run, { kind: "a" })).status).toBe(200)
      expect((yield* works(ann, run, { kind: "a" })).body).toContain("AlreadyWorked")
      expect((yield* works(bob, run, { kind: "b" })).status).toBe(200)

      const ended = yield* crowd.ended
      expect(ended.code).toBe(0)
      const summary = summaryOf(ended)
      expect(summary).toMatchObject({ run, provider: "local", units: { accepted: 2 }, workers: 2, results: out })
      expect(summary.cost.total).toBe(10)
      expect(fs.readFileSync(out, "utf8").trimEnd().split("\n")).toHaveLength(3)
      expect(ended.err).toContain(`Workers:   http://127.0.0.1:${crowd.port}/\n`)
      expect(ended.err).toContain("People are told apart by their ip address")
      expect(ended.err).toContain("Only this machine reaches them; --host 0.0.0.0 opens them to your network.")
      expect(yield* Effect.either(lobbyOf(ann))).toMatchObject({ _tag: "Left", left: { _tag: "Unanswered" } })
    })
  )

  it.scopedLive("approves nothing by itself; reviewed by command, which knows the run's crowd, it ends", () =>
    Effect.gen(function* () {
      const { batch, local, out, over } = yield* prepared()
      const served1 = yield* served(["run", batch, "--out", out, ...local])
      const [ann, bob] = [yield* served1.visitor(0), yield* served1.visitor(1)]
      const run = yield* offered(ann)
      yield* works(ann, run, { kind: "a", why: "\u001b[2J\nsecond line" })
      yield* works(bob, run, { kind: "b" })
      yield* until(Effect.sync(served1.err), (err) => err.includes("working 0/2; 2 to review"))

      const shown = yield* crowd(["submissions", run, ...over])
      expect(shown.out).toContain("127.0.1.1")
      expect(shown.out).toContain("  Input.text: first\n  Answer.kind: a\n  Answer.why: \\u001b[2J\\nsecond line\n")
      const rejected = yield* crowd(["reject", run, "--worker", "127.0.1.2", "--feedback", "no", ...over])
      expect(rejected.out).toBe(`${run}: 1 submission rejected and not paid; 0.00 USD paid so far.\n`)
      const approved = yield* crowd(["approve", run, "--worker", "127.0.1.1", ...over])
      expect(approved.code, approved.err).toBe(0)
      const ended = yield* served1.ended
      expect(ended.code, ended.err).toBe(0)
      expect(summaryOf(yield* crowd(["status", "--json", ...over])).units).toMatchObject({ accepted: 1, rejected: 1 })
      const again = yield* crowd(["run", batch, "--port", "0", "--out", out, ...local])
      expect(again.err).toContain("This batch is done already")
    })
  )

  it.scopedLive("says in one line that a port is taken, before anything is launched", () =>
    Effect.gen(function* () {
      const { batch, local } = yield* prepared()
      const port = yield* takenPort
      const told = yield* crowd(["run", batch, "--port", String(port), "--json", ...local])
      expect(told.code).toBe(1)
      expect(told.err).toBe(`error: Port ${port} is taken. Stop what listens there, or choose another with --port.\n`)
      expect(errorOf(told)).toMatchObject({ _tag: "CannotListen", port })
      expect((yield* crowd(["status", ...local])).err).toContain("has no run on local yet")
    })
  )
})

describe("crowd run --provider local as a process", () => {
  it.scopedLive(
    "stopped with Ctrl-C it says how to go on; run again it has what was submitted, and finishes",
    () =>
      Effect.gen(function* () {
        const { batch, dir, local, out } = yield* prepared()
        const words = ["run", batch, "--out", out, ...local]
        const portTold = yield* Deferred.make<number>()
        const stopped = yield* Effect.fork(
          spawned([...words, "--port", "0"], {
            cwd: dir,
            onErr: (err) => {
              const port = /127\.0\.0\.1:(\d+)\/console#/.exec(err)?.[1]
              if (port !== undefined) Deferred.unsafeDone(portTold, Effect.succeed(Number(port)))
              return err.includes("1 to review") ? "SIGINT" : undefined
            }
          })
        )
        const ann = yield* visiting.visitor(yield* Deferred.await(portTold), visiting.addressOf(0))
        const run = yield* offered(ann)
        expect((yield* works(ann, run, { kind: "a" })).status).toBe(200)
        const { code, err } = yield* Fiber.join(stopped)
        expect(code).toBe(130)
        expect(err).toMatch(/--provider local continues where this stopped, and launches nothing twice\./)
        expect(fs.existsSync(out)).toBe(false)

        const second = yield* served([...words, "--approve", "--json"])
        expect((yield* works(yield* second.visitor(0), run, { kind: "a" })).status).toBe(409)
        expect((yield* works(yield* second.visitor(1), run, { kind: "b" })).status).toBe(200)
        const ended = summaryOf(yield* second.ended)
        expect(ended).toMatchObject({ run, workers: 2, units: { accepted: 2, launched: 0 } })
        expect(fs.readFileSync(out, "utf8").trimEnd().split("\n")).toHaveLength(3)
      }),
    60_000
  )
})

describe("who people are", () => {
  it.scopedLive("is told by a trusted proxy alone, and only those who are allowed may take part", () =>
    Effect.gen(function* () {
      const { batch, local } = yield* prepared()
      const words = [
        "--proxy",
        "127.0.1.1/32",
        "--allow",
        "10.0.0.0/8",
        "--allow",
        "127.0.1.2/32",
        "--deny",
        "10.6.6.6/32"
      ]
      const { visitor } = yield* served(["run", batch, ...words, ...local])
      const [proxy, direct, stranger] = [yield* visitor(0), yield* visitor(1), yield* visitor(2)]
      const from = (address: string) => ({ "x-forwarded-for": address })
      expect((yield* lobbyOf(proxy, from("10.1.2.3"))).worker).toBe("10.1.2.3")
      expect((yield* lobbyOf(direct, from("10.1.2.3"))).worker).toBe("127.0.1.2")
      const asks = (who: visiting.Visitor, headers: Readonly<Record<string, string>> = {}) =>
        Effect.map(who.ask("GET", "/api/work/lobby", { headers }), ({ status }) => status)
      expect(yield* asks(proxy, from("10.6.6.6"))).toBe(403)
      expect(yield* asks(proxy, from("192.0.2.1"))).toBe(403)
      expect(yield* asks(stranger)).toBe(403)
    })
  )

  it.scopedLive("is a name they choose, or a pseudonym, where the environment says so", () =>
    Effect.gen(function* () {
      const { batch, local } = yield* prepared()
      const names = yield* served(["run", batch, ...local], { CROWD_IDENTIFY: "name" })
      expect(yield* lobbyOf(yield* names.visitor(0))).toMatchObject({ chooses: true, worker: null })
      yield* names.stop
      const pseudonyms = yield* served(["run", batch, "--pseudonyms", ...local])
      const { worker } = yield* lobbyOf(yield* pseudonyms.visitor(0))
      expect(worker).toMatch(/^p_[0-9a-f]{16}$/)
    })
  )

  it.scopedLive("is said when run and serve begin: two behind one address count as one, and take turns", () =>
    Effect.gen(function* () {
      const { batch, local, over } = yield* prepared()
      const says =
        "People are told apart by their ip address: two behind one address count as one, and take turns; --identify name tells them apart.\n"
      const run = yield* served(["run", batch, ...local])
      yield* until(Effect.sync(run.err), (told) => told.includes(says))
      yield* run.stop
      const serve = yield* served(["serve", ...over])
      expect(serve.err()).toContain(says)
      yield* serve.stop
      const names = yield* served(["serve", "--identify", "name", ...over])
      expect(names.err()).toContain("People are told apart by a name they choose, kept in their browser.\n")
      expect(names.err()).not.toContain("take turns")
    })
  )

  it.scopedLive("cannot be said wrong without being told", () =>
    Effect.gen(function* () {
      const { batch, local, db } = yield* prepared()
      const wrong: ReadonlyArray<readonly [ReadonlyArray<string>, Record<string, string>, string]> = [
        [["--proxy", "10.0.0.0/99"], {}, "--proxy 10.0.0.0/99 makes no sense: a range is written as"],
        [["--port", "70000"], {}, "--port 70000 is no port"],
        [["--url", "https://example.org/crowd"], {}, "--url https://example.org/crowd cannot be"],
        [["--url", "ftp://example.org"], {}, "--url ftp://example.org cannot be"],
        [["--allow-host", "https://x.example"], {}, "--allow-host https://x.example cannot be: it is like"],
        [[], { CROWD_PORT: "http" }, "CROWD_PORT"],
        [[], { CROWD_SECRET: "short" }, "CROWD_SECRET is too short: it needs 16 characters or more."],
        [[], { CROWD_TOKEN: "fifteen letters" }, "CROWD_TOKEN is too short: it needs 16 characters or more."]
      ]
      for (const [words, env, says] of wrong) {
        const told = yield* crowd(["run", batch, ...words, ...local], { env })
        expect(told).toMatchObject({ code: 2, err: expect.stringContaining(says) })
      }
      const nowhere = yield* crowd(["run", batch, "--host", "192.0.2.1", ...local])
      expect(nowhere).toMatchObject({ code: 1, err: expect.stringContaining("Choose another with --host.") })
      fs.writeFileSync(`${db}.key`, "\n")
      const noKey = yield* crowd(["run", batch, "--port", "0", ...local])
      expect(noKey).toMatchObject({ code: 1, err: expect.stringContaining(`The key file ${db}.key cannot be used`) })
    })
  )
})

describe("crowd serve", () => {
  it.scopedLive("serves and conducts what is launched meanwhile, and keeps its secrets", () =>
    Effect.gen(function* () {
      const { batch, db, local, over } = yield* prepared({ unitsPerAssignment: 1, autoApprovalDelay: "1 second" })
      const first = yield* served(["serve", "--json", ...over], {
        CROWD_TOKEN: "the-token-of-a-test"
      })
      const key = fs.readFileSync(`${db}.key`, "utf8")
      expect(fs.statSync(`${db}.key`).mode & 0o777).toBe(0o600)
      expect(Buffer.from(key.trim(), "base64url")).toHaveLength(32)

      const launched = summaryOf(yield* crowd(["launch", batch, "--json", ...local]))
      const ann = yield* first.visitor(0)
      const run = yield* offered(ann)
      expect(run).toBe(launched.run)
      expect((yield* works(ann, run, { kind: "a" })).status).toBe(200)
      const status = Effect.map(crowd(["status", "--json", ...over]), summaryOf)
      expect((yield* until(status, ({ units }) => units["accepted"] === 1)).cost.total).toBe(5)

      const metrics = (headers: Readonly<Record<string, string>>) => ann.ask("GET", "/metrics", { headers })
      expect((yield* metrics({})).status).toBe(401)
      expect((yield* metrics({ authorization: `Bearer ${first.token}` })).body).toMatch(
        /^crowd_http_requests_total\{[^}]*path="\/api\/work\/"[^}]*\} \d+$/m
      )
      yield* first.stop
      const second = yield* served(["serve", ...over])
      expect(second.token).not.toBe(first.token)
      expect(second.err()).not.toContain(key.trim())
      expect(fs.readFileSync(`${db}.key`, "utf8")).toBe(key)
    })
  )

  it.scopedLive("with names: one whose cookie was lost is freed by crowd free-name, and stays the same worker's", () =>
    Effect.gen(function* () {
      const { batch, local, over } = yield* prepared()
      const crowd1 = yield* served(["serve", "--identify", "name", ...over])
      const ann = yield* crowd1.visitor(0)
      const choose = (name: string) =>
        Effect.map(ann.ask("POST", "/api/work/name", { json: { name } }), ({ headers, status }) => {
          const [cookie = ""] = (headers["set-cookie"] ?? []).map((header) => header.split(";")[0])
          return { status, headers: { cookie } }
        })
      const chosen = yield* choose("Ann")
      const launched = summaryOf(yield* crowd(["launch", batch, "--json", ...local]))
      const { headers } = chosen
      const work = yield* visiting.asWork(yield* visiting.accept(ann, launched.run, { headers }))
      expect((yield* visiting.submit(ann, work, { kind: "a" }, { headers })).status).toBe(200)
      expect((yield* choose("ann")).status).toBe(409)

      const freed = yield* crowd(["free-name", "ann", ...over])
      expect(freed).toMatchObject({ code: 0, out: expect.stringContaining("Ann is free") })
      yield* until(lobbyOf(ann, headers), ({ worker }) => worker === null)
      const again = yield* choose("ann")
      expect(again.status).toBe(200)
      expect((yield* lobbyOf(ann, again.headers)).worker).toBe("Ann")
      expect((yield* lobbyOf(ann, headers)).worker).toBe(null)
      expect((yield* visiting.accept(ann, launched.run, { headers: again.headers })).body).toContain("AlreadyWorked")
      const old = yield* visiting.submit(ann, work, { kind: "a" }, { headers })
      expect(old).toMatchObject({ status: 403, body: expect.stringContaining("NotYourAgent") })

      const none = yield* crowd(["free-name", "Bob", "--json", ...over])
      expect(none.code).toBe(1)
      expect(errorOf(none)).toMatchObject({ _tag: "NameNotTaken", name: "Bob" })
    })
  )

  it.scopedLive("with --block-address, or CROWD_BLOCK_ADDRESS, a block holds for whoever else is at the address", () =>
    Effect.gen(function* () {
      const { batch, local, over } = yield* prepared()
      const { run } = summaryOf(yield* crowd(["launch", batch, "--json", ...local]))
      const words = ["serve", "--identify", "name", ...over]
      const first = yield* served(words, { CROWD_BLOCK_ADDRESS: "true" })
      const ann = yield* first.visitor(0)
      const headers = visiting.cookiesOf(yield* ann.ask("POST", "/api/work/name", { json: { name: "Ann" } }))
      expect((yield* visiting.accept(ann, run, { headers })).status).toBe(200)
      yield* first.stop
      expect((yield* crowd(["block", "Ann", ...over])).code).toBe(0)

      const newcomer = (more: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) =>
        Effect.gen(function* () {
          const again = yield* served([...words, ...more], env)
          const { status } = yield* (yield* again.visitor(0)).ask("GET", "/api/work/lobby")
          yield* again.stop
          return status
        })
      expect(yield* newcomer(["--block-address"])).toBe(403)
      expect(yield* newcomer([], { CROWD_BLOCK_ADDRESS: "true" })).toBe(403)
      expect(yield* newcomer([])).toBe(200)
    })
  )

  it.scopedLive("with --url prints how others reach it", () =>
    Effect.gen(function* () {
      const { over } = yield* prepared()
      let told = ""
      const words = ["serve", "--port", "0", "--url", "https://crowd.example.org", ...over]
      const serving = crowd(words, {
        env: { CROWD_TOKEN: "sixteen % or more" },
        onOut: (text) => {
          told += text
        }
      })
      yield* Effect.raceFirst(
        serving,
        until(
          Effect.sync(() => told),
          (text) => text !== ""
        )
      )
      expect(told).toMatch(
        /^Workers: {3}https:\/\/crowd\.example\.org\/\nRequester: https:\/\/crowd\.example\.org\/console#sixteen%20%25%20or%20more\nPeople are told apart by their ip address: .*\n$/
      )
    })
  )

  it.scopedLive("with --allow-host, several times or by CROWD_ALLOW_HOST, goes by these names", () =>
    Effect.gen(function* () {
      const { over } = yield* prepared()
      const asking = (crowd: Served, host: string) =>
        Effect.flatMap(crowd.visitor(0), (ann) =>
          Effect.map(ann.ask("GET", "/api/work/lobby", { headers: { host } }), ({ status }) => status)
        )
      const first = yield* served(["serve", "--allow-host", "one.example", "--allow-host", "two.example:8443", ...over])
      expect(yield* asking(first, "one.example:8080")).toBe(200)
      expect(yield* asking(first, "two.example:8443")).toBe(200)
      expect(yield* asking(first, "three.example")).toBe(421)
      yield* first.stop
      const second = yield* served(["serve", ...over], { CROWD_ALLOW_HOST: "one.example,three.example" })
      expect(yield* asking(second, "three.example")).toBe(200)
    })
  )

  it.scopedLive("in several processes over one Postgres: what one gave the other takes, and no password is shown", () =>
    Effect.gen(function* () {
      const { batch } = yield* prepared()
      const address = yield* postgres.url
      const over = ["--db", address.replace("crowd@", "crowd:hunter2@")]
      const env = { CROWD_SECRET: "a secret that both of them know" }
      const none = yield* crowd(["serve", ...over])
      expect(none).toMatchObject({ code: 2, err: expect.stringContaining("Set CROWD_SECRET") })
      const empty = yield* crowd(["status", ...over])
      expect(empty).toMatchObject({ code: 1, err: expect.stringContaining("has no run yet") })
      expect(empty.err).not.toContain("hunter2")

      const [one, two] = [yield* served(["serve", ...over], env), yield* served(["serve", ...over], env)]
      const launched = summaryOf(yield* crowd(["launch", batch, "--json", "--provider", "local", ...over]))
      expect(two.token).toBe(one.token)
      const ann = yield* one.visitor(0)
      const work = yield* visiting.asWork(yield* visiting.accept(ann, launched.run))
      const submitted = yield* visiting.submit(ann, work, { kind: "a" }, { port: two.port })
      expect(submitted.status).toBe(200)
      const approved = yield* crowd(["approve", launched.run, "--all", ...over])
      expect(approved.out).toContain("1 submission approved; 0.05 USD paid so far.")

      const gone = yield* crowd(["status", "--db", "postgres://crowd:hunter2@127.0.0.1:1/nowhere"])
      expect(gone.code).toBe(1)
      expect(gone.err).toContain("postgres://crowd@127.0.0.1:1/nowhere cannot be opened or reached")
      expect(`${one.err()}${two.err()}${gone.err}`).not.toContain("hunter2")
    })
  )
})

const Submitted = Schema.Struct(
  { agent: Schema.String, workerName: Schema.String, answers: Schema.Unknown },
  { key: Schema.String, value: Schema.Unknown }
)

describe("reviewing by command", () => {
  it.scopedLive("soft-rejects, pays one bonus once, and lists what waits as JSON Lines", () =>
    Effect.gen(function* () {
      const { batch, local, over } = yield* prepared()
      const { visitor } = yield* served(["run", batch, ...local])
      const [ann, bob] = [yield* visitor(0), yield* visitor(1)]
      const run = yield* offered(ann)
      yield* works(ann, run, { kind: "a" })
      yield* works(bob, run, { kind: "b" })
      const listed = yield* crowd(["submissions", run, "--json", ...over])
      expect(listed.out.trimEnd().split("\n")).toHaveLength(2)
      const mine = json(Submitted, yield* crowd(["submissions", run, "--worker", "127.0.1.1", "--json", ...over]))
      expect(mine).toMatchObject({ workerName: "127.0.1.1", answers: { kind: "a" }, inputs: { text: "first" } })

      const kept = yield* crowd(["soft-reject", run, "--agent", mine.agent, "--feedback", "too quick", ...over])
      expect(kept.out).toBe(`${run}: 1 submission paid and kept out of the results; 0.05 USD paid so far.\n`)
      const words = ["bonus", run, "--agent", mine.agent, "--amount", "0.25", "--reason", "thanks", ...over]
      const once = yield* crowd(words)
      expect(once.out).toBe(`${run}: 1 bonus paid, 0.25 USD; 0.30 USD paid so far.\n`)
      expect((yield* crowd(words)).out).toBe(
        `${run}: 0 bonuses paid, 0.00 USD; 0.30 USD paid so far. 1 bonus paid before.\n`
      )
      expect((yield* crowd([...words, "--key", "again"])).out).toContain("0.55 USD paid so far.")
      expect((yield* crowd(["bonus", run, "--worker", "127.0.1.2", "--amount", "1", ...over])).code).toBe(2)
      expect((yield* crowd(["bonus", run, ...over])).err).toContain("Name a file of bonuses, or give one")
      const vain = yield* crowd(["bonus", run, "--worker", "127.0.1.2", "--amount", "0", "--reason", "x", ...over])
      expect(vain).toMatchObject({ code: 2, err: expect.stringContaining("--amount 0") })
      expect((yield* crowd(["submissions", run, "--status", "rejected", ...over])).out).toContain("no such submission")
    })
  )
})
