/** The command against MTurkServer: the real SDK over real HTTP. */
import * as fs from "node:fs"
import * as path from "node:path"
import * as SDK from "@aws-sdk/client-mturk"
import { afterEach, beforeEach, describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { vi } from "vitest"
import { RunId, Token } from "../../src/Ids.js"
import * as MTurk from "../../src/MTurk.js"
import { Store } from "../../src/Store.js"
import * as SqliteStore from "../../src/store/SqliteStore.js"
import * as tables from "../../src/store/tables.js"
import * as market from "../mturk-server/support.js"
import { hurried, later } from "../support/clocks.js"
import * as visiting from "../support/serverVisitors.js"
import { served, until } from "./served.js"
import * as support from "./support.js"
import { errorOf, folder, goodBatch, json, summaryOf, taskJson, writeBatch } from "./support.js"

const endpoint = "AWS_ENDPOINT_URL_MTURK"

const keys = {
  AWS_ACCESS_KEY_ID: market.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: market.credentials.secretAccessKey
}

/** The SDK looks for credentials where it always does. */
const withKeys = (given: Readonly<Record<string, string>>) => {
  for (const name of ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) {
    vi.stubEnv(name, given[name])
  }
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere/credentials")
  vi.stubEnv("AWS_CONFIG_FILE", "/nowhere/config")
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true")
}

beforeEach(() => withKeys(keys))
afterEach(() => vi.unstubAllEnvs())

/** A batch of two rows for one person each, and the command over the service. */
const prepared = (changes: Readonly<Record<string, unknown>> = {}) =>
  Effect.gen(function* () {
    const service = yield* market.Marketplace
    const dir = yield* folder
    const task = taskJson({ unitsPerAssignment: 1, duration: "10 minutes", ...changes })
    const batch = yield* writeBatch(path.join(dir, "batch"), { ...goodBatch, "task.json": task })
    const db = path.join(dir, "crowd.db")
    const crowd = (words: ReadonlyArray<string>, surroundings: support.Surroundings = {}) =>
      support.crowd([...words, "--db", db], {
        ...surroundings,
        env: { [endpoint]: service.url, ...surroundings.env }
      })
    return { ...service, crowd, dir, batch, db, out: path.join(dir, "results.csv") }
  })

const listed = Effect.gen(function* () {
  const { call } = yield* market.Marketplace
  const { HITs = [] } = yield* call((client) => client.send(new SDK.ListHITsCommand({})))
  return HITs
})

/** Where workers find what was launched. */
const offered = Effect.map(
  until(listed, (found) => found.length > 0),
  (found) => found[0]?.HITTypeId ?? ""
)

/** What is not paid yet, whether it is held for places or not. */
const balance = Effect.gen(function* () {
  const { call } = yield* market.Marketplace
  const { AvailableBalance, OnHoldBalance } = yield* call((client) => client.send(new SDK.GetAccountBalanceCommand({})))
  return (Number(AvailableBalance) + Number(OnHoldBalance)).toFixed(2)
})

const works = (name: string, answers: Readonly<Record<string, string>>) =>
  Effect.gen(function* () {
    const { accept, submit } = yield* market.Marketplace
    const held = yield* accept(name, yield* offered)
    yield* submit(held, answers)
    return held
  })

const mturk = ["--provider", "mturk"]

const Changed = Schema.Struct({ run: Schema.String, changed: Schema.Int })
const Registered = Schema.Struct({
  requester: Schema.String,
  provider: Schema.String,
  mode: Schema.String,
  ready: Schema.Boolean
})
const Expired = Schema.Struct({
  run: Schema.String,
  units: Schema.Record({ key: Schema.String, value: Schema.Int }),
  waitMillis: Schema.Number
})

describe("a batch on mturk, by command", () => {
  it.scopedLive(
    "is planned, launched, synced, reviewed, paid and exported; the account is charged to the cent",
    () =>
      Effect.gen(function* () {
        const { batch, crowd, dir, out } = yield* prepared()
        const plan = yield* crowd(["plan", batch, ...mturk])
        expect(plan.out.replace(/ +/g, " ")).toContain(
          "\n reward 0.05 USD a unit\n fee 0.01 USD a unit\n rewards 0.10 USD\n fees 0.02 USD\n total 0.12 USD\n balance 1000.00 USD\n"
        )
        expect(plan.out).toContain("mturk, test")
        expect(yield* listed).toEqual([])

        const { run } = summaryOf(yield* crowd(["launch", batch, "--json", ...mturk]))
        expect(yield* listed).toHaveLength(2)
        expect(summaryOf(yield* crowd(["launch", batch, "--json", ...mturk])).run).toBe(run)
        expect(yield* listed).toHaveLength(2)

        const ann = yield* works("ann", { kind: "a", why: "so <it> is" })
        const bob = yield* works("bob", { kind: "b" })
        expect(json(Changed, yield* crowd(["sync", run, "--json"])).changed).toBe(2)
        expect(json(Changed, yield* crowd(["sync", run, "--json"])).changed).toBe(0)
        const waiting = yield* crowd(["submissions", run])
        expect(waiting.out).toContain(ann.workerId)
        expect(waiting.out).toContain("Answer.why: so <it> is")

        expect((yield* crowd(["approve", run, "--worker", ann.workerId])).code).toBe(0)
        expect(yield* balance).toBe("999.94")
        const words = ["bonus", run, "--worker", ann.workerId, "--amount", "0.50", "--reason", "thorough"]
        expect(yield* crowd(words)).toMatchObject({ code: 0 })
        expect(yield* crowd(words)).toMatchObject({ code: 0 })
        expect(yield* balance).toBe("999.34")
        const file = path.join(dir, "bonuses.csv")
        fs.writeFileSync(file, `worker,amount,reason\n${ann.workerId},0.10,neat\n`)
        expect(yield* crowd(["bonus", run, file])).toMatchObject({ code: 0 })
        expect(yield* crowd(["bonus", run, file])).toMatchObject({ code: 0 })
        expect(yield* balance).toBe("999.22")
        expect((yield* crowd(["reject", run, "--worker", bob.workerId, "--feedback", "no"])).code).toBe(0)
        expect(yield* balance).toBe("999.22")

        const status = summaryOf(yield* crowd(["status", "--json"]))
        expect(status).toMatchObject({
          run,
          provider: "mturk",
          mode: "test",
          units: { accepted: 1, rejected: 1 },
          cost: { rewards: 5, bonuses: 60, fees: 13, total: 78 }
        })
        expect((yield* crowd(["export", run, "--out", out])).code).toBe(0)
        expect(fs.readFileSync(out, "utf8")).toContain(ann.workerId)
        expect((yield* crowd(["resume"])).out).toBe("Nothing was left unfinished.\n")
      }).pipe(Effect.provide(market.layer())),
    60_000
  )

  it.scopedLive("crowd run watches until every unit is decided, and writes the results", () =>
    Effect.gen(function* () {
      const { batch, crowd, out } = yield* prepared()
      let told = ""
      const words = ["run", batch, "--approve", "--every", "100 millis", "--out", out, "--json", ...mturk]
      const running = yield* Effect.forkScoped(crowd(words, { onErr: (text) => (told += text) }))
      yield* works("ann", { kind: "a" })
      yield* works("bob", { kind: "b" })
      const ended = yield* Fiber.join(running)
      expect(ended.code).toBe(0)
      expect(summaryOf(ended)).toMatchObject({ provider: "mturk", units: { accepted: 2 }, workers: 2, results: out })
      expect(told).toContain("planned 2 units of 2 rows, at most 0.12 USD of 1000.00 USD\n")
      expect(fs.readFileSync(out, "utf8").trimEnd().split("\n")).toHaveLength(3)
      expect(yield* balance).toBe("999.88")
    }).pipe(Effect.provide(market.layer()))
  )

  it.scopedLive("stopped with Ctrl-C, it says how to go on with the same crowd", () =>
    Effect.gen(function* () {
      const { batch, crowd, db } = yield* prepared()
      let told = ""
      const words = ["run", batch, "--live", "--fees", "none", "--every", "100 millis", ...mturk]
      const running = yield* Effect.forkScoped(crowd(words, { onErr: (text) => (told += text) }))
      yield* until(
        Effect.sync(() => told),
        (text) => text.includes("launching 2/2")
      )
      yield* Fiber.interrupt(running)
      expect(told).toContain(`run ${batch} --db ${db} --provider mturk --live --fees none continues where this stopped`)
    }).pipe(Effect.provide(market.layer()))
  )

  it.scopedLive("soft-reject pays and keeps out of the results; block and unblock reach the service", () =>
    Effect.gen(function* () {
      const { batch, call, crowd, out } = yield* prepared()
      const { run } = summaryOf(yield* crowd(["launch", batch, "--json", ...mturk]))
      const ann = yield* works("ann", { kind: "a" })
      yield* crowd(["sync", run])
      expect((yield* crowd(["soft-reject", run, "--worker", ann.workerId])).code).toBe(0)
      expect(yield* balance).toBe("999.94")
      yield* crowd(["export", run, "--out", out])
      expect(fs.readFileSync(out, "utf8").trimEnd().split("\n")).toHaveLength(1)

      const blocks = call((client) => client.send(new SDK.ListWorkerBlocksCommand({})))
      expect((yield* crowd(["block", ann.workerId, "--reason", "spam"])).code).toBe(0)
      expect((yield* blocks).WorkerBlocks).toMatchObject([{ WorkerId: ann.workerId, Reason: "spam" }])
      expect((yield* crowd(["unblock", ann.workerId])).code).toBe(0)
      expect((yield* blocks).WorkerBlocks).toEqual([])
    }).pipe(Effect.provide(market.layer()))
  )

  it.scopedLive("a page of your own is shown at its address, with the row in it", () =>
    Effect.gen(function* () {
      const { batch, crowd } = yield* prepared()
      const words = ["launch", batch, "--question-url", "https://tasks.example.org/do?lang=en", ...mturk]
      expect((yield* crowd(words)).code).toBe(0)
      const questions = (yield* listed).map(({ Question }) => Question)
      for (const question of questions) {
        expect(question).toMatch(
          /<ExternalURL>https:\/\/tasks\.example\.org\/do\?lang=en&amp;run=run_\w+&amp;assignment=asg_\w+<\/ExternalURL>/
        )
      }
      const wrong = yield* crowd(["launch", batch, "--question-url", "ftp://x", ...mturk])
      expect(wrong.code).toBe(2)
      expect(wrong.err).toContain("--question-url ftp://x makes no sense: tasks are served from an https address.")
    }).pipe(Effect.provide(market.layer()))
  )
})

describe("what a task on mturk asks of its workers", () => {
  const qualifications = [
    { name: "percent_approved", comparator: "greater_than_or_equal", value: 95 },
    { name: "locale", comparator: "in", values: ["US", "GB"] },
    { name: "masters" }
  ]

  it.scopedLive("goes along from task.json: approval, places, Masters and their fee", () =>
    Effect.gen(function* () {
      const { batch, call, crowd } = yield* prepared({ qualifications, reward: "1.00" })
      expect((yield* crowd(["plan", batch, ...mturk])).out.replace(/ +/g, " ")).toContain("fee 0.25 USD a unit")
      yield* crowd(["launch", batch, "--json", ...mturk])
      const { HITs = [] } = yield* call((client) => client.send(new SDK.ListHITsCommand({})))
      expect(HITs[0]?.QualificationRequirements).toMatchObject([
        { QualificationTypeId: "000000000000000000L0", Comparator: "GreaterThanOrEqualTo", IntegerValues: [95] },
        {
          QualificationTypeId: "00000000000000000071",
          Comparator: "In",
          LocaleValues: [{ Country: "US" }, { Country: "GB" }]
        },
        { QualificationTypeId: "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6", Comparator: "Exists" }
      ])
    }).pipe(Effect.provide(market.layer()))
  )

  it.scopedLive("is refused where the crowd does not know it", () =>
    Effect.gen(function* () {
      const { batch, crowd } = yield* prepared({ qualifications })
      const told = yield* crowd(["launch", batch, "--provider", "local"])
      expect(told.code).toBe(1)
      expect(told.err).toContain("this crowd does not know the locale of its workers")
    }).pipe(Effect.provide(market.layer()))
  )
})

describe("crowd serve --provider mturk", () => {
  it.scopedLive(
    "hosts the tasks of its runs: whoever comes from the service works on the page, and it is taken in",
    () =>
      Effect.gen(function* () {
        const { accept, batch, crowd, db, submit, url } = yield* prepared()
        const env = { [endpoint]: url }
        const here = yield* served(["serve", ...mturk, "--db", db], env)
        const host = ["--question-url", `http://127.0.0.1:${here.port}/task`]
        const { run } = summaryOf(yield* crowd(["launch", batch, "--json", ...host, ...mturk]))
        const held = yield* accept("ann", yield* offered)
        const ann = yield* here.visitor(1)

        const opened = yield* ann.ask("GET", `/task?run=${run}&hitId=${held.hitId}&assignmentId=${held.assignmentId}`)
        expect(opened.status).toBe(302)
        const there = `/task/${run}?run=${run}&hitId=${held.hitId}&assignmentId=${held.assignmentId}`
        expect(opened.headers.location).toBe(there)
        expect((yield* ann.ask("GET", there)).status).toBe(200)
        expect((yield* ann.ask("GET", "/task?run=what")).status).toBe(404)

        const { assignmentId, hitId, workerId } = held
        const data = { data: { assignmentId, hitId, workerId } }
        const answer = yield* visiting.accept(ann, run, { json: data })
        expect(answer.status).toBe(200)
        const work = yield* visiting.asWork(answer)
        expect((yield* visiting.submit(ann, work, { kind: "a" })).status).toBe(200)
        yield* submit(held, { kind: "a" })
        expect((yield* crowd(["sync", run, ...host])).code).toBe(0)
        expect((yield* crowd(["approve", run, "--worker", workerId, ...host])).code).toBe(0)
        expect(yield* balance).toBe("999.94")
        expect(summaryOf(yield* crowd(["status", "--json"])).units).toMatchObject({ accepted: 1, launched: 1 })
      }).pipe(Effect.provide(market.layer()))
  )
})

/** Something that was under way when the process ended, long ago. */
const underWay = (run: RunId, kind: "expire" | "launch") =>
  Effect.gen(function* () {
    const store = yield* Store
    const [unit] = yield* store.page(tables.units, { where: { run }, orderBy: "place", limit: 1 })
    const longAgo = DateTime.unsafeMake(0)
    const units = [unit?.id ?? ""]
    const intent = {
      id: Token.make("tok_lost"),
      provider: "mturk",
      kind,
      run: Option.some(run),
      subject: unit?.id ?? "",
      payload: kind === "launch" ? { units, offer: null, size: 1, places: 1 } : { units },
      prepared: Option.none(),
      state: "pending" as const,
      attempts: 1,
      firstSentAt: longAgo,
      leaseUntil: longAgo,
      settledAt: Option.none(),
      receipt: Option.none(),
      error: Option.none()
    }
    yield* store.insert(tables.intents, [intent])
  })

/** A batch that was launched, with one effect left under way. */
const leftUnderWay = (kind: "expire" | "launch") =>
  Effect.gen(function* () {
    const made = yield* prepared()
    const run = RunId.make(summaryOf(yield* made.crowd(["launch", made.batch, "--json", ...mturk])).run)
    yield* Effect.provide(underWay(run, kind), SqliteStore.layer({ filename: made.db }))
    return made
  })

const wrongKeys = { ...keys, AWS_SECRET_ACCESS_KEY: "another" }

describe("crowd resume on mturk says why nothing could be finished, and exits 1", () => {
  it.scopedLive(
    "with bad credentials",
    () =>
      Effect.gen(function* () {
        const { crowd } = yield* leftUnderWay("expire")
        withKeys(wrongKeys)
        const told = yield* crowd(["resume"])
        expect(told.code).toBe(1)
        expect(told.err).toContain("1 of 1 effects could not be finished: 0 pending, 1 failed.\n  mturk ")
        expect(told.err).toContain("npm run crowd -- resume --db")
        withKeys(keys)
        expect((yield* crowd(["resume"])).out).toBe("Nothing was left unfinished.\n")
      }).pipe(Effect.provide(market.layer())),
    60_000
  )

  it.scopedLive(
    "with bad credentials, where that leaves it pending",
    () =>
      Effect.gen(function* () {
        const { crowd } = yield* leftUnderWay("launch")
        withKeys(wrongKeys)
        const told = yield* crowd(["resume"])
        expect(told.code).toBe(1)
        expect(told.err).toMatch(
          /1 of 1 effects could not be finished: 1 pending, 0 failed\.\n {2}mturk .*signing method\. Once/
        )
      }).pipe(Effect.provide(market.layer()), hurried(20)),
    60_000
  )

  it.scopedLive(
    "with nobody there: it stays pending",
    () =>
      Effect.gen(function* () {
        const { crowd } = yield* Effect.provide(leftUnderWay("expire"), market.layer())
        const told = yield* crowd(["resume", "--json"])
        expect(told.code).toBe(1)
        expect(errorOf(told)).toMatchObject({ _tag: "NotFinished", settled: { pending: 1, failed: 0 } })
        expect(told.err).toMatch(
          /1 of 1 effects could not be finished: 1 pending, 0 failed\.\n {2}mturk .*ECONNREFUSED/
        )
      }).pipe(hurried(20)),
    60_000
  )
})

describe("an endpoint", () => {
  it.scopedLive("is told from another by its port, and its variable is named where it is not set", () =>
    Effect.gen(function* () {
      const { batch, crowd } = yield* prepared()
      yield* crowd(["launch", batch, ...mturk])
      const other = yield* crowd(["launch", batch, ...mturk], { env: { [endpoint]: "http://127.0.0.1:9" } })
      expect(other).toMatchObject({
        code: 2,
        err: expect.stringMatching(/holds ids of 127\.0\.0\.1:\d+, .* 127\.0\.0\.1:9;/)
      })
      const unset = yield* crowd(["launch", batch, ...mturk], { env: { [endpoint]: "" } })
      expect(unset).toMatchObject({ code: 2, err: expect.stringContaining(`set ${endpoint}, which is not set to it`) })
    }).pipe(Effect.provide(market.layer()))
  )
})

describe("crowd expire on mturk", () => {
  it.scopedLive("says for how long work may come in of those whom only the service sees", () =>
    Effect.gen(function* () {
      const { accept, batch, crowd } = yield* prepared()
      const { run } = summaryOf(yield* crowd(["launch", batch, "--json", ...mturk]))
      yield* accept("ann", yield* offered)
      const told = yield* crowd(["expire", run])
      expect(told.out).toMatch(
        /2 units expired\. Work may still come in for (10|9) min \d+ s; npm run crowd -- expire .* --wait --db .* stays for it/
      )
      const again = json(Expired, yield* crowd(["expire", run, "--json"]))
      expect(again.units["expired"]).toBe(2)
      expect(again.waitMillis).toBeGreaterThan(500_000)
    }).pipe(Effect.provide(market.layer()))
  )

  it.scopedLive("--wait stays until they have submitted, and no longer", () =>
    Effect.gen(function* () {
      const { accept, batch, crowd, submit } = yield* prepared()
      const { run } = summaryOf(yield* crowd(["launch", batch, "--json", ...mturk]))
      const held = yield* accept("ann", yield* offered)
      yield* crowd(["expire", run])
      yield* submit(held, { kind: "a" })
      const waited = yield* crowd(["expire", run, "--wait"])
      expect(waited.out).toBe(`${run}: 1 unit expired. Nobody is at work on it.\n`)
      expect(summaryOf(yield* crowd(["status", "--json"])).units).toMatchObject({ completed: 1, expired: 1 })
    }).pipe(Effect.provide(market.layer()))
  )

  it.scopedLive("--wait waits for nobody where nobody is at work", () =>
    Effect.gen(function* () {
      const { batch, crowd } = yield* prepared()
      const { run } = summaryOf(yield* crowd(["launch", batch, "--json", ...mturk]))
      for (const _ of ["taken back now", "taken back before"]) {
        const waited = json(Expired, yield* crowd(["expire", run, "--wait", "--json"]))
        expect(waited).toMatchObject({ waitMillis: 0, units: { expired: 2 } })
      }
    }).pipe(Effect.provide(market.layer()))
  )

  it.scopedLive("--wait waits for nobody who was at work and has given it back", () =>
    Effect.gen(function* () {
      const { accept, batch, crowd, giveBack } = yield* prepared()
      const { run } = summaryOf(yield* crowd(["launch", batch, "--json", ...mturk]))
      const held = yield* accept("ann", yield* offered)
      yield* crowd(["expire", run])
      yield* giveBack(held)
      const soon = json(Expired, yield* crowd(["expire", run, "--json"]))
      expect(soon.waitMillis).toBeLessThanOrEqual(60_000)
      const aMinuteLater = later("61 seconds", crowd(["expire", run, "--wait", "--json"]))
      expect(json(Expired, yield* aMinuteLater)).toMatchObject({ waitMillis: 0, units: { expired: 2 } })
    }).pipe(Effect.provide(market.layer()))
  )

  it.scopedLive("--wait gives up those whose time is over", () =>
    Effect.gen(function* () {
      const { accept, batch, crowd } = yield* prepared({ duration: "30 seconds" })
      const { run } = summaryOf(yield* crowd(["launch", batch, "--json", ...mturk]))
      yield* accept("ann", yield* offered)
      const waited = json(Expired, yield* crowd(["expire", run, "--wait", "--json"]))
      expect(waited).toMatchObject({ waitMillis: 0, units: { expired: 2 } })
    }).pipe(Effect.provide(market.layer()), hurried(20))
  )
})

describe("crowd register", () => {
  it.scopedLive("checks with the service who the SDK's own credentials are", () =>
    Effect.gen(function* () {
      const { crowd } = yield* prepared()
      const told = json(Registered, yield* crowd(["register", "--json"]))
      expect(told).toMatchObject({ provider: "mturk", mode: "test", ready: true })
      withKeys({ ...keys, AWS_SECRET_ACCESS_KEY: "another" })
      const wrong = yield* crowd(["register", "--json"])
      expect(wrong.code).toBe(1)
      expect(errorOf(wrong)._tag).toBe("CredentialsRejected")
      withKeys({})
      expect(errorOf(yield* crowd(["register", "--json"]))._tag).toBe("CredentialsRejected")
    }).pipe(Effect.provide(market.layer()))
  )

  it.scopedLive(
    "asks at a terminal, takes variables elsewhere, and leaves no secret in the database or on the screen",
    () =>
      Effect.gen(function* () {
        const { crowd, credentials, dir, strangers } = yield* prepared()
        const asked = yield* crowd(["register"], { keys: [strangers.accessKeyId, strangers.secretAccessKey] })
        expect(asked).toMatchObject({
          code: 0,
          out: "mturk, test: you are known to the service. No secret was stored.\n"
        })
        const wrong = yield* crowd(["register"], { keys: [strangers.accessKeyId, "not the secret"] })
        expect(wrong.err).toContain("mturk does not accept these credentials")
        expect((yield* crowd(["register"], { keys: ["", ""] })).code).toBe(0)
        expect(yield* crowd(["register"], { keys: ["AKID"] })).toMatchObject({ code: 130, out: "" })

        withKeys({})
        const env = {
          CROWD_REGISTER_ACCESS_KEY_ID: credentials.accessKeyId,
          CROWD_REGISTER_SECRET_ACCESS_KEY: credentials.secretAccessKey
        }
        const variables = yield* crowd(["register"], { env })
        expect(variables.code).toBe(0)
        expect(variables.out).toContain("no secret was stored, and this process has no others that it knows")
        const half = yield* crowd(["register", "--arg", "accessKeyId=AKID"])
        expect(half.err).toContain("accessKeyId and secretAccessKey belong together")
        const all = [asked, wrong, variables, half].flatMap(({ err, out }) => [err, out]).join("")
        const files = fs.readdirSync(dir).filter((name) => name.startsWith("crowd.db"))
        expect(files).toContain("crowd.db")
        const stored = files.map((name) => fs.readFileSync(path.join(dir, name), "latin1")).join("")
        for (const secret of [credentials.secretAccessKey, strangers.secretAccessKey, "not the secret"]) {
          expect(all).not.toContain(secret)
          expect(stored).not.toContain(secret)
        }
      }).pipe(Effect.provide(market.layer()))
  )

  it.scopedLive("takes no secret on the command line, and nothing that is not asked for", () =>
    Effect.gen(function* () {
      const { crowd } = yield* prepared()
      const secret = yield* crowd(["register", "--arg", "secretAccessKey=x"])
      expect(secret).toMatchObject({ code: 2, err: expect.stringContaining("set CROWD_REGISTER_SECRET_ACCESS_KEY.") })
      const unknown = yield* crowd(["register", "--arg", "colour=red"])
      expect(unknown).toMatchObject({ code: 2, err: expect.stringContaining("there is: accessKeyId.") })
      const local = yield* crowd(["register", "--provider", "local", "--arg", "colour=red"])
      expect(local).toMatchObject({ code: 2, err: expect.stringContaining("it asks for nothing.") })
      expect((yield* crowd(["register", "--provider", "local"])).code).toBe(0)
    }).pipe(Effect.provide(market.layer()))
  )
})

describe("production", () => {
  it.scopedLive("is not reached without --live", () =>
    Effect.gen(function* () {
      const { batch, crowd } = yield* prepared()
      const env = { [endpoint]: "https://mturk-requester.us-east-1.amazonaws.com" }
      const told = yield* crowd(["launch", batch, "--json", ...mturk], { env })
      expect(told.code).toBe(2)
      expect(errorOf(told).message).toContain("that is the production service")
      expect(errorOf(told).message).toContain("Real money has to be asked for, with --live.")
    }).pipe(Effect.provide(market.layer()))
  )

  it.scopedLive(
    "a database of production is not worked with as if it were the sandbox's, nor the other way round",
    () =>
      Effect.gen(function* () {
        const { batch, crowd, db } = yield* prepared()
        const production = MTurk.layer({
          mode: "production",
          endpoint: "https://mturk-requester.us-east-1.amazonaws.com"
        })
        yield* Effect.provide(Effect.void, Layer.provide(production, SqliteStore.layer({ filename: db })))
        const env = { [endpoint]: "https://mturk-requester-sandbox.us-east-1.amazonaws.com" }
        const told = yield* crowd(["launch", batch, ...mturk], { env })
        expect(told.code).toBe(2)
        expect(told.err).toContain("this database holds ids of production, which mean nothing in sandbox")
        expect(told.err).toContain("with --live.")
        const other = yield* crowd(["launch", batch, ...mturk])
        expect(other).toMatchObject({ code: 2, err: expect.stringContaining("which mean nothing in 127.0.0.1") })
      }).pipe(Effect.provide(market.layer()))
  )

  it.scopedLive("--live counts for a run whose crowd only the database knows", () =>
    Effect.gen(function* () {
      const { batch, crowd, out } = yield* prepared()
      const { mode, run } = summaryOf(yield* crowd(["launch", batch, "--live", "--json", ...mturk]))
      expect(mode).toBe("live")
      expect((yield* crowd(["sync", run, "--live"])).code).toBe(0)
      const mock = yield* crowd(["run", batch, "--provider", "mock", "--json", "--out", out, "--live"])
      expect(errorOf(mock).message).toContain("mock has no live mode")
    }).pipe(Effect.provide(market.layer()))
  )
})
