import * as fs from "node:fs"
import * as path from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Agents } from "../../src/Agents.js"
import { RunId } from "../../src/Ids.js"
import type { Journal } from "../../src/Journal.js"
import { Mock } from "../../src/Mock.js"
import {
  crowd,
  errorOf,
  Failed,
  folder,
  goodBatch,
  json,
  mockOver,
  summaryOf,
  taskJson,
  writeBatch
} from "./support.js"

/** A run whose units are on offer, and `n` workers at work on one of them each. */
const launched = (n: number) =>
  Effect.gen(function* () {
    const dir = yield* folder
    const batch = yield* writeBatch(path.join(dir, "batch"), goodBatch)
    const db = path.join(dir, "crowd.db")
    const over = ["--db", db]
    const summary = summaryOf(yield* crowd(["launch", batch, "--json", ...over]))
    const run = RunId.make(summary.run)
    const inDb = <A, E>(effect: Effect.Effect<A, E, Agents | Journal | Mock>) => Effect.provide(effect, mockOver(db))
    const arrive = (i: number) => Effect.flatMap(Agents, (agents) => agents.register(run, { worker: `ann-${i}` }))
    const agents = yield* inDb(
      Effect.forEach(
        Array.from({ length: n }, (_, i) => i),
        arrive
      )
    )
    const submit = (i: number) =>
      inDb(
        Effect.flatMap(Agents, (all) => {
          const agent = agents[i]
          return agent === undefined
            ? Effect.dieMessage(`no agent ${i}`)
            : all.submit({ agent: agent.id, worker: agent.worker, answers: { kind: "a" } })
        })
      )
    const ids = agents.map(({ id }) => id)
    return {
      dir,
      batch,
      db,
      over,
      run,
      ids,
      submit,
      inDb,
      status: Effect.map(crowd(["status", run, "--json", ...over]), summaryOf)
    }
  })

const Approved = Schema.Struct({
  run: Schema.String,
  approved: Schema.Int,
  repeated: Schema.Int,
  cost: Schema.Struct({ total: Schema.Int }, { key: Schema.String, value: Schema.Unknown })
})

describe("crowd approve and reject", () => {
  it.scopedLive("approve what was submitted, one or all, and refuse what was not", () =>
    Effect.gen(function* () {
      const {
        ids: [a = "", b = "", c = ""],
        over,
        run,
        status,
        submit
      } = yield* launched(3)
      const early = yield* crowd(["approve", run, "--agent", a, ...over])
      expect(early.code).toBe(1)
      expect(early.err).toBe(`error: Cannot approve ${a}: this agent is accepted and has submitted nothing.\n`)

      yield* Effect.forEach([0, 1, 2], submit)
      expect(json(Approved, yield* crowd(["approve", run, "--agent", a, "--json", ...over]))).toMatchObject({
        approved: 1,
        cost: { total: 5 }
      })
      const rejectedPaid = yield* crowd(["reject", run, "--agent", a, "--feedback", "no", "--json", ...over])
      expect(rejectedPaid.code).toBe(1)
      expect(errorOf(rejectedPaid)).toMatchObject({
        _tag: "InvalidTransition",
        message: `Cannot reject ${a}: this agent is approved.`,
        from: "approved"
      })
      const rejected = yield* crowd(["reject", run, "--agent", b, "--feedback", "blank", ...over])
      expect(rejected).toMatchObject({
        code: 0,
        out: `${run}: 1 submission rejected and not paid; 0.05 USD paid so far.\n`
      })
      expect((yield* crowd(["reject", run, "--agent", b, "--feedback", "other", "--category", "x", ...over])).out).toBe(
        `${run}: 0 submissions rejected and not paid; 0.05 USD paid so far. 1 submission rejected before; the first feedback stands.\n`
      )
      expect((yield* crowd(["approve", run, "--agent", a, ...over])).out).toBe(
        `${run}: 0 submissions approved; 0.05 USD paid so far. 1 submission paid before; the first feedback stands.\n`
      )
      expect(json(Approved, yield* crowd(["approve", run, "--all", "--json", ...over]))).toMatchObject({
        approved: 1,
        cost: { total: 10 }
      })
      expect((yield* status).units).toMatchObject({ accepted: 2, rejected: 1, launched: 3 })
      expect(c).not.toBe("")

      const refused = yield* crowd(["approve", run, "--agent", b, ...over])
      expect(refused.err).toContain("this agent is rejected")
      const overridden = yield* crowd([
        "approve",
        run,
        "--agent",
        b,
        "--override-rejection",
        "--feedback",
        "sorry",
        ...over
      ])
      expect(overridden).toMatchObject({ code: 0, out: `${run}: 1 submission approved; 0.15 USD paid so far.\n` })
    })
  )

  it.scopedLive("know an agent only by the run it worked on", () =>
    Effect.gen(function* () {
      const {
        batch,
        ids: [a = ""],
        over,
        run
      } = yield* launched(1)
      const unknown = yield* crowd(["approve", run, "--agent", "agent_1", ...over])
      expect(unknown).toMatchObject({
        code: 1,
        err: "error: No agent agent_1: nothing was accepted or submitted under that id.\n"
      })
      const other = summaryOf(yield* crowd(["launch", batch, "--new", "--json", ...over])).run
      const mixed = yield* crowd(["approve", other, "--agent", a, ...over])
      expect(mixed).toMatchObject({ code: 2, err: `error: ${a} worked on ${run}, not on ${other}.\n` })
    })
  )
})

const NotPaid = Schema.Struct({
  error: Schema.Struct(
    {
      _tag: Schema.Literal("BonusesNotPaid"),
      paid: Schema.Int,
      repeated: Schema.Int,
      notPaid: Schema.Array(
        Schema.Struct({
          line: Schema.Int,
          error: Schema.Struct({ _tag: Schema.String }, { key: Schema.String, value: Schema.Unknown })
        })
      )
    },
    { key: Schema.String, value: Schema.Unknown }
  )
})

describe("crowd bonus", () => {
  it.scopedLive("pays a file once, however often it is run, and tells which lines it could not pay", () =>
    Effect.gen(function* () {
      const {
        dir,
        ids: [a = ""],
        inDb,
        over,
        run,
        submit
      } = yield* launched(2)
      yield* submit(0)
      const file = path.join(dir, "bonuses.csv")
      fs.writeFileSync(file, `agent,worker,amount,reason\n${a},,0.10,good\n,ann-1,0.25,"kind, too"\n,bob,1.00,who\n`)
      const words = ["bonus", run, file, ...over]
      const told = yield* crowd(words)
      expect(told.code).toBe(1)
      expect(told.err).toContain("error: 1 of 3 bonuses were not paid.")
      expect(told.err).toContain(`${file}:4: No worker bob.`)
      const again = yield* crowd([...words, "--json"])
      expect(json(NotPaid, again).error).toMatchObject({
        paid: 0,
        repeated: 2,
        notPaid: [{ line: 4, error: { _tag: "WorkerNotFound" } }]
      })

      fs.writeFileSync(file, `agent,worker,amount,reason\n${a},,0.10,good\n,ann-1,0.25,"kind, too"\n`)
      const paid = yield* crowd(words)
      expect(paid).toMatchObject({
        code: 0,
        out: `${run}: 0 bonuses paid, 0.00 USD; 0.35 USD paid so far. 2 bonuses paid before.\n`
      })
      const { balance, deeds } = yield* inDb(Effect.flatMap(Mock, (mock) => mock.state))
      expect(
        deeds
          .filter(({ method }) => method === "bonus")
          .map(({ charged }) => charged)
          .sort()
      ).toEqual([10, 25])
      expect(balance.minor).toBe(1_000_000 - 35)
    })
  )

  it.scopedLive("knows a worker by id and by name for the same, and pays nothing of a file that names them twice", () =>
    Effect.gen(function* () {
      const { dir, ids, inDb, over, run, status } = yield* launched(1)
      const [agent] = yield* inDb(Effect.flatMap(Agents, (all) => Effect.forEach(ids, all.get)))
      const file = path.join(dir, "bonuses.csv")
      fs.writeFileSync(file, `worker,amount,reason\nann-0,0.10,good\n${agent?.worker},0.10,good\n`)
      const told = yield* crowd(["bonus", run, file, ...over])
      expect(told.code).toBe(1)
      expect(told.err).toContain(`${file}:3: is the same bonus as on line 2, where the same worker is called ann-0,`)
      expect((yield* status).cost.bonuses).toBe(0)
    })
  )

  it.scopedLive("pays nothing of a file with faults", () =>
    Effect.gen(function* () {
      const { dir, over, run, status } = yield* launched(1)
      const file = path.join(dir, "bonuses.csv")
      fs.writeFileSync(file, "worker,amount,reason\nann-0,0.10,good\nann-0,-1.00,\n")
      const told = yield* crowd(["bonus", run, file, ...over])
      expect(told.code).toBe(1)
      expect(told.err).toContain("has 2 faults; nothing was sent.")
      expect((yield* status).cost.bonuses).toBe(0)
      const missing = yield* crowd(["bonus", run, path.join(dir, "nope.csv"), "--json", ...over])
      expect(missing.code).toBe(1)
      expect(errorOf(missing)._tag).toBe("InvalidInput")
    })
  )
})

describe("the rest of a run's life", () => {
  it.scopedLive("crowd expire takes back what nobody holds, and says who may still come in", () =>
    Effect.gen(function* () {
      const { over, run, status, submit } = yield* launched(1)
      const told = yield* crowd(["expire", run, ...over])
      expect(told.code).toBe(0)
      expect(told.out).toContain(`${run}: 5 units expired. 1 unit may still come in for `)
      yield* submit(0)
      const waited = yield* crowd(["expire", run, "--wait", ...over])
      expect(waited).toMatchObject({ code: 0, out: `${run}: 5 units expired. Nobody is at work on it.\n` })
      expect((yield* status).units).toMatchObject({ expired: 5, completed: 1 })
    })
  )

  it.scopedLive("crowd sync and crowd resume answer where nothing is to be done", () =>
    Effect.gen(function* () {
      const { over, run } = yield* launched(0)
      expect((yield* crowd(["sync", run, ...over])).out).toBe(`${run} is in step with the crowd; 0 records changed.\n`)
      expect((yield* crowd(["resume", ...over])).out).toBe("Nothing was left unfinished.\n")
      const settled = { done: 0, failed: 0, uncertain: 0, pending: 0 }
      expect(json(Schema.Unknown, yield* crowd(["resume", run, "--json", ...over]))).toEqual({ settled, uncertain: [] })
      const unknown = yield* crowd(["resume", "--happened", "tok_1", ...over])
      expect(unknown).toMatchObject({
        code: 1,
        err: expect.stringContaining("No uncertain effect has the token tok_1.")
      })
    })
  )

  it.scopedLive("crowd block keeps a worker out by name or id, crowd unblock lets them in", () =>
    Effect.gen(function* () {
      const { inDb, over, run, submit } = yield* launched(1)
      yield* submit(0)
      const again = inDb(Effect.either(Effect.flatMap(Agents, (agents) => agents.register(run, { worker: "ann-0" }))))
      const Blocked = Schema.Struct({ worker: Schema.String, name: Schema.String, blocked: Schema.Boolean })
      const blocked = json(Blocked, yield* crowd(["block", "ann-0", "--reason", "spam", "--json", ...over]))
      expect(blocked).toMatchObject({ name: "ann-0", blocked: true })
      expect(yield* again).toMatchObject({ _tag: "Left", left: { _tag: "NotEligible", reason: { _tag: "Blocked" } } })
      expect((yield* crowd(["unblock", blocked.worker, ...over])).out).toBe("ann-0 may work for you again.\n")
      expect(yield* again).toMatchObject({ _tag: "Right" })
      expect(yield* crowd(["block", "bob", ...over])).toMatchObject({
        code: 1,
        err: expect.stringContaining("No worker bob.")
      })
    })
  )

  it.scopedLive("crowd status --watch prints each change until every unit is decided", () =>
    Effect.gen(function* () {
      const { over, run, submit } = yield* launched(1)
      yield* submit(0)
      yield* crowd(["expire", run, ...over])
      const firstLine = yield* Deferred.make<void>()
      const onOut = () => Deferred.unsafeDone(firstLine, Effect.void)
      const [watched] = yield* Effect.all(
        [
          crowd(["status", run, "--watch", "--json", ...over], { onOut }),
          Effect.zipRight(Deferred.await(firstLine), crowd(["approve", run, "--all", ...over]))
        ],
        { concurrency: "unbounded" }
      )
      const lines = watched.out
        .trimEnd()
        .split("\n")
        .map((line) => summaryOf({ out: line }).units)
      expect(lines).toHaveLength(2)
      expect(lines[0]).toMatchObject({ completed: 1, expired: 5 })
      expect(lines[1]).toMatchObject({ completed: 0, accepted: 1, expired: 5 })
    })
  )

  it.scopedLive("crowd export takes the format from the name of the file, unless it is told", () =>
    Effect.gen(function* () {
      const { dir, over, run, submit } = yield* launched(1)
      yield* submit(0)
      const Exported = Schema.Struct({
        run: Schema.String,
        results: Schema.String,
        format: Schema.String,
        rows: Schema.Int
      })
      const exported = (...words: ReadonlyArray<string>) =>
        Effect.map(crowd(["export", run, "--json", ...words, ...over]), (ended) => json(Exported, ended))
      const [a, b] = [path.join(dir, "a.jsonl"), path.join(dir, "b.txt")]
      expect(yield* exported("--out", a)).toEqual({ run, results: a, format: "jsonl", rows: 1 })
      expect(yield* exported("--out", b, "--format", "csv")).toEqual({ run, results: b, format: "csv", rows: 1 })
      expect(fs.readFileSync(a, "utf8")).toMatch(/^\{.*\}\n$/)
      expect(fs.readFileSync(b, "utf8")).toMatch(/^HITId,/)
      const isFolder = yield* crowd(["export", run, "--out", dir, "--json", ...over])
      expect(isFolder.code).toBe(1)
      expect(errorOf(isFolder)._tag).toBe("ResultsNotWritten")
    })
  )
})

describe("crowd init and crowd plan", () => {
  it.scopedLive("init writes a batch that plan and run take", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      const batch = path.join(dir, "mine")
      const over = ["--db", path.join(dir, "crowd.db")]
      expect((yield* crowd(["init", batch])).out).toContain(`Try it: npm run crowd -- run ${batch}`)
      expect((yield* crowd(["plan", batch, ...over])).code).toBe(0)
      expect((yield* crowd(["run", batch, "--out", path.join(dir, "out.csv"), ...over])).code).toBe(0)
      const twice = yield* crowd(["init", batch])
      expect(twice).toMatchObject({ code: 1, err: expect.stringContaining("is not empty") })
      expect((yield* crowd(["init", `${batch}2`, "--sample", "nope"])).err).toContain('there is no sample "nope"')
    })
  )

  it.scopedLive("init --from makes rows of a folder of images, which a moved batch does not break", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      const images = path.join(dir, "images")
      fs.mkdirSync(images)
      fs.writeFileSync(path.join(images, "cat.png"), "a cat")
      fs.writeFileSync(path.join(images, "dog.png"), "a dog")
      const batch = path.join(dir, "pets")
      const over = ["--db", path.join(dir, "crowd.db")]
      expect((yield* crowd(["init", batch, "--from", images, "--json"])).out).toContain('"from"')
      expect(fs.readFileSync(path.join(batch, "data.csv"), "utf8")).toBe(
        "id,image\ncat,media/cat.png\ndog,media/dog.png\n"
      )
      const both = yield* crowd(["init", `${batch}2`, "--from", images, "--sample", "sentiment"])
      expect(both).toMatchObject({ code: 2, err: expect.stringContaining("Leave --sample out.") })
      expect((yield* crowd(["launch", batch, "--limit", "1", ...over])).code).toBe(0)
      fs.renameSync(batch, path.join(dir, "elsewhere"))
      fs.rmSync(images, { recursive: true })
      const moved = ["run", path.join(dir, "elsewhere"), "--out", path.join(dir, "out.csv"), ...over]
      expect((yield* crowd(moved)).code).toBe(0)
      expect((yield* crowd(["runs", "--json", ...over])).out.match(/run_\w+/g)).toHaveLength(1)
    })
  )

  it.scopedLive("plan names what data and media/ do not have in common, with file and line", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      const batch = path.join(dir, "tags")
      yield* crowd(["init", batch, "--sample", "image-tags"])
      fs.renameSync(path.join(batch, "media", "sun.svg"), path.join(batch, "media", "Sun.svg"))
      fs.rmSync(path.join(batch, "media", "sail.svg"))
      const { code, err } = yield* crowd(["plan", batch, "--db", path.join(dir, "crowd.db")])
      expect(code).toBe(1)
      expect(err).toContain(
        "data.csv:2: names media/sun.svg, and the file is media/Sun.svg; write it so, capitals and all"
      )
      expect(err).toContain("data.csv:7: names media/sail.svg, and there is no such file in the batch; put it there")
    })
  )

  it.scopedLive("plan says that the balance is short, and run then sends nothing", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      const batch = yield* writeBatch(path.join(dir, "batch"), {
        ...goodBatch,
        "task.json": taskJson({ reward: "5000.00" })
      })
      const over = ["--db", path.join(dir, "crowd.db")]
      expect((yield* crowd(["plan", batch, ...over])).out).toContain("The balance does not pay for all of it.")
      const told = yield* crowd(["run", batch, "--json", ...over])
      expect(told.code).toBe(1)
      expect(json(Failed, told).error).toMatchObject({
        _tag: "InsufficientFunds",
        needed: { currency: "USD", minor: 3_000_000 },
        available: { currency: "USD", minor: 1_000_000 }
      })
    })
  )
})
