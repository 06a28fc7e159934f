import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { expect, layer } from "@effect/vitest"
import { parse } from "csv-parse/sync"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Results from "../../src/batch/Results.js"
import { Result } from "../../src/Results.js"
import { taskDefaults } from "../../src/TaskRuns.js"
import { directoryOf } from "./support.js"

const { panel: _, ...defaults } = taskDefaults

const encoded: typeof Result.Encoded = {
  run: "run_1",
  agent: "agent_1",
  remoteAgent: null,
  unit: "unit_1",
  offer: null,
  offerSize: 1,
  assignment: "asg_1",
  row: 7,
  worker: "worker_1",
  workerName: "10.0.0.7",
  details: null,
  status: "approved",
  acceptedAt: "2026-01-01T10:00:00.000Z",
  deadline: "2026-01-01T10:10:00.000Z",
  submittedAt: "2026-01-01T10:01:30.400Z",
  decidedAt: "2026-01-02T10:00:00.000Z",
  feedback: "Thank you",
  category: null,
  task: {
    ...defaults,
    title: "Title, with comma",
    description: 'Said "so"',
    keywords: ["a", "b"],
    reward: { currency: "USD", minor: 5 },
    duration: Duration.toMillis(taskDefaults.duration),
    lifetime: Duration.toMillis(taskDefaults.lifetime),
    autoApprovalDelay: Duration.toMillis(taskDefaults.autoApprovalDelay),
    maxUnitsPerWorker: null
  },
  inputs: { id: "1", text: "=1+1" },
  answers: { sentiment: "positive" }
}

const result = (changes: Partial<typeof Result.Encoded> = {}): Result =>
  Schema.decodeSync(Result)({ ...encoded, ...changes })

const Table = Schema.Array(Schema.Array(Schema.String))

const readCsv = (text: string) => Schema.decodeUnknownSync(Table)(parse(text, { record_delimiter: "\r\n" }))

const text = Stream.mkString

const anyText = FastCheck.stringOf(
  FastCheck.oneof(FastCheck.constantFrom('"', ",", "\n", "\r", "\r\n", "=", "\uFEFF"), FastCheck.fullUnicode())
)

layer(NodeContext.layer)("Results", (it) => {
  it.effect("CSV with 100,000 names of answers is written in seconds, as one with few is in proportion", () =>
    Effect.gen(function* () {
      const answers = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`n${i}`, "x"]))
      const before = process.cpuUsage()
      const csv = yield* text(Results.encode(Stream.make(result({ answers })), "csv"))
      expect(csv).toContain("Answer.n99999")
      expect(process.cpuUsage(before).user / 1_000_000).toBeLessThan(5)
    })
  )

  it.effect("CSV has MTurk's columns, in its order", () =>
    Effect.gen(function* () {
      const [header, row] = readCsv(yield* text(Results.encode(Stream.make(result()), "csv")))
      expect(Object.fromEntries((header ?? []).map((name, i) => [name, row?.[i]]))).toEqual({
        HITId: "unit_1",
        HITTypeId: "run_1",
        Title: "Title, with comma",
        Description: 'Said "so"',
        Keywords: "a, b",
        Reward: "$0.05",
        MaxAssignments: "1",
        RequesterAnnotation: "asg_1",
        AssignmentDurationInSeconds: "600",
        AutoApprovalDelayInSeconds: "259200",
        LifetimeInSeconds: "604800",
        AssignmentId: "agent_1",
        WorkerId: "10.0.0.7",
        AssignmentStatus: "Approved",
        AcceptTime: "2026-01-01T10:00:00.000Z",
        SubmitTime: "2026-01-01T10:01:30.400Z",
        AutoApprovalTime: "2026-01-04T10:01:30.400Z",
        ApprovalTime: "2026-01-02T10:00:00.000Z",
        RejectionTime: "",
        RequesterFeedback: "Thank you",
        WorkTimeInSeconds: "90",
        AgentId: "agent_1",
        Row: "7",
        "Input.id": "1",
        "Input.text": "=1+1",
        "Answer.sentiment": "positive"
      })
      expect(header?.indexOf("WorkerId")).toBe(12)
    })
  )

  it.effect("HITId, MaxAssignments and AssignmentId are those of the crowd's offer; its agents keep their ids", () =>
    Effect.gen(function* () {
      const all = Stream.make(result({ remoteAgent: "3ASG", offer: "3HIT", offerSize: 5 }))
      const [header = [], row = []] = readCsv(yield* text(Results.encode(all, "csv")))
      const wanted = ["HITId", "MaxAssignments", "AssignmentId", "AgentId"]
      expect(wanted.map((name) => row[header.indexOf(name)])).toEqual(["3HIT", "5", "3ASG", "agent_1"])
      expect(JSON.parse(yield* text(Results.encode(all, "jsonl")))).toMatchObject({
        agent: "agent_1",
        remoteAgent: "3ASG",
        unit: "unit_1",
        offer: "3HIT",
        offerSize: 5
      })
    })
  )

  it.effect("statuses, rejection, and work nobody decided on", () =>
    Effect.gen(function* () {
      const all = Stream.make(
        result({ status: "rejected" }),
        result({ status: "completed", decidedAt: null, feedback: null }),
        result({ status: "soft_rejected", task: { ...encoded.task, reward: { currency: "EUR", minor: 150 } } }),
        result({ status: "in_task", submittedAt: null, decidedAt: null })
      )
      const [header = [], ...rows] = readCsv(yield* text(Results.encode(all, "csv")))
      const wanted = ["AssignmentStatus", "ApprovalTime", "RejectionTime", "WorkTimeInSeconds", "Reward"]
      expect(rows.map((row) => wanted.map((name) => row[header.indexOf(name)]))).toEqual([
        ["Rejected", "", "2026-01-02T10:00:00.000Z", "90", "$0.05"],
        ["Submitted", "", "", "90", "$0.05"],
        ["Approved", "2026-01-02T10:00:00.000Z", "", "90", "1.50 EUR"],
        ["", "", "", "", "$0.05"]
      ])
    })
  )

  it.effect("answers that are not text are JSON; a column for every answer that anyone gave", () =>
    Effect.gen(function* () {
      const all = Stream.make(
        result({ answers: { z: ["a", { b: 1 }], n: 1, t: true } }),
        result({ answers: { a: null, toString: "x" } })
      )
      const [header = [], ...rows] = readCsv(yield* text(Results.encode(all, "csv")))
      expect([header, ...rows].map((row) => row.slice(-5))).toEqual([
        ["Answer.a", "Answer.n", "Answer.t", "Answer.toString", "Answer.z"],
        ["", "1", "true", "", '["a",{"b":1}]'],
        ["null", "", "", "x", ""]
      ])
    })
  )

  it.effect(
    "several of a name are a list in JSON Lines, however many were given, and joined in CSV; untouched is empty",
    () =>
      Effect.gen(function* () {
        const template =
          "<input type=checkbox name=tag value='a,b'><input type=checkbox name=tag value=c><input type=checkbox name=lone><textarea name=note></textarea>"
        const all = Stream.make(
          result({ answers: { tag: ["a,b", "c"], lone: "on", note: "x" } }),
          result({ answers: { tag: "c", note: '["a","b"]' } }),
          result({ answers: {} })
        )
        const lines = (yield* text(Results.encode(all, "jsonl", { template }))).trimEnd().split("\n")
        expect(lines.map((line) => Schema.decodeUnknownSync(Result.omit("task"))(JSON.parse(line)).answers)).toEqual([
          { tag: ["a,b", "c"], lone: "on", note: "x" },
          { tag: ["c"], lone: "", note: '["a","b"]' },
          { tag: [], lone: "", note: "" }
        ])
        const [, ...rows] = readCsv(yield* text(Results.encode(all, "csv", { template })))
        expect(rows.map((row) => row.slice(-3))).toEqual([
          ["on", "x", "a,b|c"],
          ["", '["a","b"]', "c"],
          ["", "", ""]
        ])
      })
  )

  it.effect("the fields of a row's own markup decide, where columns are markup", () =>
    Effect.gen(function* () {
      const inputs = { form: "<input type=checkbox name=b value=1><input type=checkbox name=b value=2>" }
      const one = result({ inputs, task: { ...encoded.task, markup: ["form"] }, answers: { b: "1" } })
      const line: unknown = JSON.parse(yield* text(Results.encode(Stream.make(one), "jsonl", { template: "${form}" })))
      expect(line).toMatchObject({ answers: { b: ["1"] }, row: 7 })
    })
  )

  it.effect("__proto__ is a name like any other, in CSV and in JSON Lines", () =>
    Effect.gen(function* () {
      const named: Record<string, string> = JSON.parse('{"__proto__":"own"}')
      const one = Stream.make(result({ inputs: named, answers: named }))
      const template = "<input name=__proto__>"
      const [header = [], row = []] = readCsv(yield* text(Results.encode(one, "csv", { template })))
      expect([header.slice(-2), row.slice(-2)]).toEqual([
        ["Input.__proto__", "Answer.__proto__"],
        ["own", "own"]
      ])
      const line = yield* text(Results.encode(one, "jsonl", { template }))
      expect(line).toContain('"inputs":{"__proto__":"own"}')
      expect(line).toContain('"answers":{"__proto__":"own"}')
    })
  )

  it.effect("for Excel: a byte order mark, and formulas made harmless, but no numbers", () =>
    Effect.gen(function* () {
      const answers = { a: "=1+1", b: "-1.5", c: "@x", d: "-x", e: "+1,000" }
      const csv = yield* text(Results.encode(Stream.make(result({ answers })), "csv", { excel: true }))
      expect(csv.startsWith("\uFEFF")).toBe(true)
      const [, row = []] = readCsv(csv.slice(1))
      expect(row.slice(-6)).toEqual(["'=1+1", "'=1+1", "-1.5", "'@x", "'-x", "+1,000"])
      expect(yield* text(Results.encode(Stream.make(result({ answers })), "csv"))).not.toContain("'=")
    })
  )

  it.effect("a category of rejections has a column where any has one", () =>
    Effect.gen(function* () {
      const headerOf = (category: string | null) =>
        Effect.map(text(Results.encode(Stream.make(result({ category })), "csv")), (csv) => readCsv(csv)[0])
      expect(yield* headerOf(null)).not.toContain("RejectionCategory")
      expect(yield* headerOf("LOW_EFFORT")).toContain("RejectionCategory")
    })
  )

  it.effect.prop(
    "any inputs and answers read back as they were",
    [FastCheck.array(FastCheck.tuple(anyText, anyText), { minLength: 1, maxLength: 5 })],
    ([values]) =>
      Effect.gen(function* () {
        const all = Stream.fromIterable(
          values.map(([input, answer]) => result({ inputs: { text: input }, answers: { 'a,"b\r': answer } }))
        )
        const [header = [], ...rows] = readCsv(yield* text(Results.encode(all, "csv")))
        expect(header.slice(-2)).toEqual(["Input.text", 'Answer.a,"b\r'])
        expect(rows.map((row) => row.slice(-2))).toEqual(values)
        const lines = (yield* text(Results.encode(all, "jsonl"))).trimEnd().split("\n")
        expect(lines.map((line) => Schema.decodeUnknownSync(Result.omit("task"))(JSON.parse(line)).inputs)).toEqual(
          values.map(([input]) => ({ text: input }))
        )
      })
  )

  it.scoped("writes a whole file or none", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const dir = yield* directoryOf({ "out.csv": "before" })
      const path = (yield* Path.Path).join(dir, "out.csv")
      const broken = Stream.concat(Stream.make(result()), Stream.fail("broken" as const))
      expect(yield* Effect.flip(Results.write(broken, { path, format: "jsonl" }))).toBe("broken")
      expect(yield* fs.readFileString(path)).toBe("before")
      expect(yield* Results.write(Stream.make(result(), result()), { path, format: "csv" })).toBe(2)
      expect(readCsv(yield* fs.readFileString(path))).toHaveLength(3)
      expect(yield* fs.readDirectory(dir)).toEqual(["out.csv"])
    })
  )

  it.scoped("starts again when an answer of a new name comes in while it writes", () =>
    Effect.gen(function* () {
      const path = (yield* Path.Path).join(yield* directoryOf({}), "out.csv")
      let runs = 0
      const growing = Stream.suspend(() => {
        runs++
        return runs === 1 ? Stream.make(result()) : Stream.make(result(), result({ answers: { late: "yes" } }))
      })
      expect(yield* Results.write(growing, { path, format: "csv" })).toBe(2)
      runs = 0
      expect(yield* Effect.flip(text(Results.encode(growing, "csv")))).toMatchObject({
        _tag: "ResultsChanged",
        column: "Answer.late"
      })
    })
  )

  it.scoped("says why it cannot write", () =>
    Effect.gen(function* () {
      const dir = yield* directoryOf({})
      const path = yield* Path.Path
      const messageOf = (target: string) =>
        Effect.map(
          Effect.flip(Results.write(Stream.make(result()), { path: target, format: "jsonl" })),
          (error) => error.message
        )
      const lost = path.join(dir, "none", "out.jsonl")
      expect(yield* messageOf(lost)).toBe(
        `The results were not written to ${lost}: its folder does not exist. Nothing was changed there.`
      )
      expect(yield* messageOf(dir)).toContain("it is a directory")
    })
  )
})
