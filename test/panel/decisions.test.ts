/** Decisions go to the panel's page by a file, and come back by it. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { describe, expect, it } from "@effect/vitest"
import { parse } from "csv-parse/sync"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { Agents } from "../../src/Agents.js"
import * as Money from "../../src/Money.js"
import * as Decisions from "../../src/panel/Decisions.js"
import type { TaskRun } from "../../src/TaskRuns.js"
import { Workers } from "../../src/Workers.js"
import { link } from "../support/panel.js"
import { directory } from "../support/sqlite.js"
import { kit, panel } from "./support.js"

const Rows = Schema.Array(Schema.Record({ key: Schema.String, value: Schema.String }))

const fileOf = (run: TaskRun) => Stream.mkString(Decisions.encode(Decisions.decided(run.id)))

const rowsOf = (text: string) =>
  Schema.decodeUnknownSync(Rows)(parse(text, { columns: true, record_delimiter: "\r\n" }))

/**
 * Ada is approved and thanked, Bob rejected, Cyd screened out, Dan not decided, and Eve, whose id is a formula,
 * soft-rejected.
 */
const reviewed = Effect.gen(function* () {
  const agents = yield* Agents
  const workers = yield* Workers
  const run = yield* kit.launched({ rows: 5, task: { reward: Money.make(50) } })
  const come = (pid: string, answers: { readonly [name: string]: string }) =>
    Effect.gen(function* () {
      const agent = yield* agents.register(run.id, link({ pid, sid: `s-${pid}`, study: "S" }))
      return yield* agents.submit({ agent: agent.id, worker: agent.worker, answers })
    })
  const ada = yield* come("ada", { a: "1" })
  const bob = yield* come("bob", { a: "2" })
  const cyd = yield* come("cyd", { crowd_outcome: "partial" })
  const dan = yield* come("dan", { a: "3" })
  const eve = yield* come("=1+1", { a: "4" })
  yield* agents.approve(ada.id, { feedback: "thank you,\nAda" })
  yield* agents.reject(bob.id, "empty")
  yield* agents.softReject(eve.id)
  yield* workers.bonus({ worker: ada.worker, unit: ada.unit, amount: Money.make(125), reason: "thorough" })
  yield* workers.bonus({ worker: ada.worker, run: run.id, amount: Money.make(5), reason: "prompt" })
  return { run, ada, bob, cyd, dan, eve }
})

const written = (text: string) =>
  Effect.map(directory, (dir) => {
    const file = join(dir, "decisions.csv")
    writeFileSync(file, text)
    return file
  })

const mark = (run: TaskRun, text: string) => Effect.flatMap(written(text), (file) => Decisions.markDone(run.id, file))

const doneIn = (run: TaskRun) =>
  Effect.gen(function* () {
    const all = yield* Stream.runCollect((yield* Agents).list(run.id))
    return [...all].filter(({ doneAt }) => Option.isSome(doneAt)).map(({ workerName }) => workerName)
  })

/** The file with this in the column `Done` of those rows. */
const doneFor = (text: string, people: ReadonlyArray<string>, word = "yes"): string =>
  people.reduce(
    (file, pid) => file.replace(new RegExp(`^(agent_\\w+,${pid},[^]*?),\\r\\n`, "m"), `$1,${word}\r\n`),
    text
  )

const layer = Layer.merge(panel(), NodeContext.layer)

describe("the file of decisions", () => {
  it.scoped("has who, how it ended, the code, the decision, and amounts as decimals and in minor units", () =>
    Effect.gen(function* () {
      const { ada, run } = yield* reviewed
      const text = yield* fileOf(run)
      const rows = rowsOf(text)
      expect(rows.map(({ bonus, decision, id, outcome, reward }) => [id, outcome, decision, reward, bonus])).toEqual([
        ["ada", "completed", "approve", "0.50", "1.30"],
        ["bob", "completed", "reject", "0.00", "0.00"],
        ["cyd", "partial", "", "0.00", "0.00"],
        ["dan", "completed", "", "0.00", "0.00"],
        ["'=1+1", "completed", "approve", "0.50", "0.00"]
      ])
      expect(rows[0]).toMatchObject({
        agent: ada.id,
        session: "s-ada",
        code: expect.stringMatching(/^(\w{4}-){3}\w{4}$/),
        feedback: "thank you,\nAda",
        reward_minor: "50",
        bonus_minor: "130",
        currency: "USD",
        Done: ""
      })
      expect(rows[2]?.["code"]).toBe("PART-1")
    }).pipe(Effect.provide(layer))
  )

  it.scoped("comes back with what was done, as often as it is brought", () =>
    Effect.gen(function* () {
      const { run } = yield* reviewed
      const text = doneFor(yield* fileOf(run), ["ada", "cyd"])
      expect(yield* mark(run, text)).toEqual({ marked: 2, before: 0 })
      expect(yield* doneIn(run)).toEqual(["ada", "cyd"])
      expect(yield* mark(run, text)).toEqual({ marked: 0, before: 2 })
      const next = doneFor(yield* fileOf(run), ["bob", "'=1\\+1"], "2026-11-27")
      expect(yield* mark(run, next)).toEqual({ marked: 2, before: 2 })
      expect(yield* doneIn(run)).toEqual(["ada", "bob", "cyd", "=1+1"])
    }).pipe(Effect.provide(layer))
  )

  it.scoped("asks for a bonus that is decided after all was done, for it alone and until it is done, too", () =>
    Effect.gen(function* () {
      const { ada, run } = yield* reviewed
      const first = doneFor(yield* fileOf(run), ["ada"])
      yield* mark(run, first)
      yield* TestClock.adjust("1 minute")
      const bonus = { worker: ada.worker, unit: ada.unit, amount: Money.make(30), reason: "late" }
      yield* (yield* Workers).bonus(bonus)
      const text = yield* fileOf(run)
      expect(rowsOf(text)[0]).toMatchObject({ reward: "0.00", bonus: "0.30", bonus_minor: "30", Done: "" })
      expect((yield* Effect.flip(mark(run, first)))._tag).toBe("InvalidInput")
      const second = doneFor(text, ["ada"])
      expect(yield* mark(run, second)).toEqual({ marked: 1, before: 0 })
      expect(yield* mark(run, second)).toEqual({ marked: 0, before: 1 })
      expect(yield* mark(run, first)).toEqual({ marked: 0, before: 1 })
      expect(rowsOf(yield* fileOf(run))[0]).toMatchObject({
        reward: "0.50",
        bonus: "1.60",
        Done: expect.stringMatching(/Z$/)
      })
    }).pipe(Effect.provide(layer))
  )

  it.scoped("asks for the reward where a rejection that was done is overridden", () =>
    Effect.gen(function* () {
      const { bob, run } = yield* reviewed
      yield* mark(run, doneFor(yield* fileOf(run), ["bob"]))
      yield* TestClock.adjust("1 minute")
      yield* (yield* Agents).approve(bob.id, { overrideRejection: true })
      const text = yield* fileOf(run)
      expect(rowsOf(text)[1]).toMatchObject({ decision: "approve", reward: "0.50", bonus: "0.00", Done: "" })
      expect(yield* mark(run, doneFor(text, ["bob"]))).toEqual({ marked: 1, before: 0 })
      expect(rowsOf(yield* fileOf(run))[1]).toMatchObject({ reward: "0.50", Done: expect.stringMatching(/Z$/) })
    }).pipe(Effect.provide(layer))
  )

  it.scoped("is taken as a spreadsheet saves it", () =>
    Effect.gen(function* () {
      const { run } = yield* reviewed
      const saved = doneFor(yield* fileOf(run), ["ada"])
        .replaceAll("0.50", "0.5")
        .replaceAll("1.30", "1.3")
        .replaceAll("0.00", "0")
        .replaceAll("'=", "=")
        .replaceAll("\r\n", "\n")
      expect(yield* mark(run, `\uFEFF${saved}`)).toEqual({ marked: 1, before: 0 })
    }).pipe(Effect.provide(layer))
  )

  it.scoped("is refused with all that is wrong, line by line, and then nothing of it is done", () =>
    Effect.gen(function* () {
      const { bob, dan, run } = yield* reviewed
      const text = doneFor(yield* fileOf(run), ["ada", "dan"])
      const wrong = text
        .replace(/^(.*,bob,.*),0,USD/m, "$1,5,USD")
        .replace(/^(.*,cyd,.*)0\.00,0,0\.00/m, "$10.70,0,0.00")
      const foreign = wrong.split("\r\n").find((row) => row.startsWith(bob.id)) ?? ""
      const whole = `${wrong}${foreign}\r\n${foreign.replace(bob.id, "agent_unknown")}\r\nagent_x,too few\r\n`
      const error = yield* Effect.flip(mark(run, whole))
      if (error._tag !== "InvalidInput") return yield* Effect.dieMessage(error._tag)
      expect(error.faults.map(({ line, message }) => `${line} ${message}`)).toEqual([
        '4 bonus_minor is "5", and "0" here',
        '5 reward is "0.70", and "0.00" here',
        "6 is done, and not decided here",
        "8 is of the same agent as line 4; keep one",
        '9 "agent_unknown" is no agent of this run with a decision',
        "10 has 2 fields, but the header names 13 columns"
      ])
      expect(yield* doneIn(run)).toEqual([])
      expect(dan.doneAt).toEqual(Option.none())
    }).pipe(Effect.provide(layer))
  )

  it.scoped("is refused once something was decided or paid after it was written", () =>
    Effect.gen(function* () {
      const { ada, run } = yield* reviewed
      const text = doneFor(yield* fileOf(run), ["ada"])
      const bonus = { worker: ada.worker, unit: ada.unit, amount: Money.make(1), reason: "late" }
      yield* (yield* Workers).bonus(bonus)
      expect((yield* Effect.flip(mark(run, text)))._tag).toBe("InvalidInput")
      expect(yield* doneIn(run)).toEqual([])
    }).pipe(Effect.provide(layer))
  )

  const empty: ReadonlyArray<[string, string]> = [
    ["", "has no decisions"],
    ["agent,id\r\n", 'there is no column "session"'],
    ["agent,agent,what\r\n", '"what" is not used']
  ]

  it.scoped.each(empty)("%j is none", ([text, words]) =>
    Effect.gen(function* () {
      const { run } = yield* reviewed
      expect((yield* Effect.flip(mark(run, text))).message).toContain(words)
    }).pipe(Effect.provide(layer))
  )
})
