/** The command over a panel: people come by the link that it prints, and leave with codes that it knows again. */
import * as fs from "node:fs"
import * as path from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { parse } from "csv-parse/sync"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Agents } from "../../src/Agents.js"
import { RunId } from "../../src/Ids.js"
import * as Panel from "../../src/Panel.js"
import type * as PanelSettings from "../../src/PanelSettings.js"
import * as codes from "../../src/panel/codes.js"
import { keyHeader } from "../../src/server/WorkApi.js"
import * as SqliteStore from "../../src/store/SqliteStore.js"
import { freePort } from "../support/freePort.js"
import { link } from "../support/panel.js"
import * as visiting from "../support/serverVisitors.js"
import { serving } from "./served.js"
import * as support from "./support.js"
import { errorOf, folder, goodBatch, json, summaryOf, taskJson, writeBatch } from "./support.js"

const secret = "what the codes of this test are made with"

const panel = ["--provider", "panel"]

const pages = "https://tasks.example.org"

const task = { reward: "0.50", unitsPerAssignment: 1 }

/** A batch of two rows for one person each, whose task.json has this of a panel. */
const prepared = (given: PanelSettings.Given | undefined = "sona") =>
  Effect.gen(function* () {
    const dir = yield* folder
    const files = { ...goodBatch, "task.json": taskJson({ ...task, panel: given }) }
    const batch = yield* writeBatch(path.join(dir, "batch"), files)
    const db = path.join(dir, "crowd.db")
    const crowd = (words: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) =>
      support.crowd([...words, "--db", db], { env: { PANEL_SECRET: secret, ...env } })
    const launch = ["launch", batch, "--url", pages, ...panel]
    return { batch, crowd, db, dir, launch }
  })

const Launched = Schema.Struct({ run: RunId, link: Schema.String }, { key: Schema.String, value: Schema.Unknown })

describe("a batch on panel", () => {
  it.scopedLive('without "panel" in its task.json is refused by name, with the presets, and nothing is made', () =>
    Effect.gen(function* () {
      const { batch, crowd, db } = yield* prepared()
      fs.writeFileSync(path.join(batch, "task.json"), taskJson(task))
      for (const command of ["plan", "launch", "run"]) {
        const told = yield* crowd([command, batch, "--url", pages, ...panel])
        expect(told.code).toBe(1)
        expect(told.err).toMatch(
          /task\.json: has no "panel", .*"panel": "NAME" \(sona, besample, positly, connect-link, prolific-link\)/
        )
      }
      expect(fs.existsSync(db)).toBe(false)
    })
  )

  const faults: ReadonlyArray<
    readonly [what: string, words: ReadonlyArray<string>, env: Readonly<Record<string, string>>, says: RegExp]
  > = [
    ["where people come", [], {}, /panel sends people to the pages .* --url https:\/\/… \(or CROWD_URL\)/],
    ["a secret", ["--url", pages], { PANEL_SECRET: "" }, /Set PANEL_SECRET \(16 characters or more\)/],
    ["a long secret", ["--url", pages], { PANEL_SECRET: "too-short" }, /PANEL_SECRET is too short: it needs 16/]
  ]
  it.scopedLive.each(faults)("needs %s: exit 2", ([, words, env, says]) =>
    Effect.gen(function* () {
      const { batch, crowd, db } = yield* prepared()
      const told = yield* crowd(["launch", batch, ...words, ...panel], env)
      expect(told.code).toBe(2)
      expect(told.err).toMatch(says)
      expect(told.err).not.toContain("too-short")
      expect(fs.existsSync(db)).toBe(false)
    })
  )

  it.scopedLive("needs no secret where everybody leaves with the same", () =>
    Effect.gen(function* () {
      const { crowd, launch } = yield* prepared({ id: "pid", exits: { completed: { code: "DONE-7" } } })
      expect(yield* crowd(launch, { PANEL_SECRET: "" })).toMatchObject({ code: 0 })
    })
  )

  const links: ReadonlyArray<readonly [PanelSettings.Given, query: string]> = [
    ["sona", "?survey_code=%SURVEY_CODE%"],
    ["prolific-link", "?PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}&SESSION_ID={{%SESSION_ID%}}"],
    ["besample", ""],
    ["positly", ""],
    ["connect-link", ""],
    [{ id: "pid", keep: ["class"], exits: { completed: { code: "DONE-7" } } }, "?pid=…&class=…"]
  ]
  it.scopedLive.each(links)("of %j is launched with the link to give to it", ([given, query]) =>
    Effect.gen(function* () {
      const { crowd, launch } = yield* prepared(given)
      const told = yield* crowd(launch)
      const [, words = "", link = ""] = /\n\n(Give the panel this link.*:)\n(\S+)\n$/.exec(told.out) ?? []
      expect(link).toBe(`${pages}/task/${/run_\w+/.exec(told.out)?.[0]}${query}`)
      expect(words.includes("its own placeholder for each …")).toBe(query.includes("…"))
    })
  )
})

const Leaving = Schema.parseJson(
  Schema.Struct({ exit: Schema.Struct({ _tag: Schema.Literal("Code"), code: Schema.String }) })
)

/** Somebody comes by the link, works on the page, and is given a code. */
const takesPart = (port: number, given: string, index: number, answers: Readonly<Record<string, string>>) =>
  Effect.gen(function* () {
    const came = new URL(given)
    const run = came.pathname.split("/").at(-1) ?? ""
    const visitor = yield* visiting.visitor(port, visiting.addressOf(index))
    expect((yield* visitor.ask("GET", `${came.pathname}${came.search}`)).status).toBe(200)
    const accepted = yield* visiting.accept(visitor, run, { json: { data: { query: came.search } } })
    expect(accepted, accepted.body).toMatchObject({ status: 200 })
    const work = yield* visiting.asWork(accepted)
    expect((yield* visiting.submit(visitor, work, answers)).status).toBe(200)
    const left = yield* visitor.ask("GET", `/api/work/agents/${work.agent}/exit`, {
      headers: { [keyHeader]: work.key }
    })
    return { agent: work.agent, code: (yield* Schema.decodeUnknown(Leaving)(left.body)).exit.code }
  })

const Rows = Schema.Array(Schema.Record({ key: Schema.String, value: Schema.String }))

const rowsIn = (file: string) =>
  Schema.decodeUnknownSync(Rows)(parse(fs.readFileSync(file), { columns: true, bom: true, record_delimiter: "\r\n" }))

/** The file with this in the column `Done` of these rows. */
const fillIn = (file: string, people: ReadonlyArray<string>) => {
  const isTheirs = (row: string) => people.some((id) => row.includes(`,${id},`))
  const filled = fs
    .readFileSync(file, "utf8")
    .split("\r\n")
    .map((row) => (isTheirs(row) ? `${row}yes` : row))
  fs.writeFileSync(file, filled.join("\r\n"))
}

const edit = (file: string, change: (json: object) => object) =>
  fs.writeFileSync(
    file,
    JSON.stringify(change(Schema.decodeSync(Schema.parseJson(Schema.Object))(fs.readFileSync(file, "utf8"))))
  )

describe("one panel, from nothing to the export", () => {
  it.scopedLive(
    "init, run, people by the link, codes, decisions there and back, results with what was kept",
    () =>
      Effect.gen(function* () {
        const { crowd, db, dir } = yield* prepared()
        const batch = path.join(dir, "mood")
        expect(yield* crowd(["init", batch])).toMatchObject({ code: 0 })
        const exits = { screenedOut: { code: "each" } }
        edit(path.join(batch, "task.json"), (json) => ({
          ...json,
          ...task,
          panel: { preset: "sona", link: "survey_code=%SURVEY_CODE%&group=b", keep: ["group"], exits }
        }))
        const data = path.join(batch, "data.csv")
        fs.writeFileSync(data, fs.readFileSync(data, "utf8").split("\n").slice(0, 3).join("\n"))
        expect(yield* crowd(["plan", batch, ...panel])).toMatchObject({ code: 0 })
        const port = yield* Effect.promise(freePort)
        const url = `http://127.0.0.1:${port}`
        const out = path.join(dir, "results.csv")
        const words = ["run", batch, "--url", url, "--port", String(port), "--out", out, "--db", db, ...panel]
        const { ended, said } = yield* serving(words, dir, { PANEL_SECRET: secret })
        const [given = "", run = ""] = /http\S+\/task\/(run_\w+)\S*/.exec(said) ?? []
        expect(given).toBe(`${url}/task/${run}?survey_code=%SURVEY_CODE%&group=b`)
        const come = (id: string, index: number, answers: Readonly<Record<string, string>>) =>
          takesPart(port, given.replace("%SURVEY_CODE%", id), index, answers)

        const ann = yield* come("1111", 1, { sentiment: "good" })
        const bob = yield* come("2222", 2, { crowd_outcome: "screenedOut" })
        const cai = yield* come("3333", 3, { sentiment: "bad" })
        const verified = (code: string) =>
          Effect.map(crowd(["panel", "verify", code, "--json"]), (told) => json(Schema.Unknown, told))
        expect(yield* verified(ann.code)).toMatchObject({ run, outcome: "completed", worker: "1111", agent: ann.agent })
        expect(yield* verified(bob.code)).toMatchObject({ run, outcome: "screenedOut", worker: "2222" })

        for (const words of [
          ["approve", run, "--agent", ann.agent, "--feedback", "thank you"],
          ["bonus", run, "--agent", ann.agent, "--amount", "0.25", "--reason", "thorough"]
        ]) {
          expect(yield* crowd(words)).toMatchObject({ code: 0 })
        }
        const file = path.join(dir, "decisions.csv")
        const written = yield* crowd(["export", run, "--decisions", file])
        expect(written).toMatchObject({ code: 0, out: `${file}: 3 rows, 2 to be done, 0.75 USD\n` })
        expect(rowsIn(file).map(({ code, decision, id, outcome }) => [id, outcome, decision, code])).toEqual([
          ["1111", "completed", "approve", ann.code],
          ["2222", "screenedOut", "", bob.code],
          ["3333", "completed", "", cai.code]
        ])
        expect(rowsIn(file)[0]).toMatchObject({
          agent: ann.agent,
          feedback: "thank you",
          reward: "0.50",
          reward_minor: "50",
          bonus: "0.25",
          bonus_minor: "25",
          currency: "USD",
          Done: ""
        })

        fillIn(file, ["1111", "2222"])
        expect((yield* crowd(["decisions", run, file])).out).toBe(`${run}: 2 rows marked as done.\n`)
        expect((yield* crowd(["decisions", run, file])).out).toBe(`${run}: 0 rows marked as done; 2 before.\n`)

        expect(yield* crowd(["reject", run, "--agent", cai.agent, "--feedback", "empty"])).toMatchObject({ code: 0 })
        expect(yield* ended).toMatchObject({ code: 0 })
        const last = yield* crowd(["export", run, "--decisions", file, "--force"])
        expect(last.out).toBe(`${file}: 3 rows, 1 to be done, 0.00 USD\n`)
        const { cost } = summaryOf(yield* crowd(["status", run, "--json"]))
        expect(cost).toMatchObject({ currency: "USD", rewards: 50, bonuses: 25, fees: 0, total: 75 })
        const results = rowsIn(out)
        expect(results.map((row) => [row["WorkerId"], row["Panel.group"]])).toEqual([
          ["1111", "b"],
          ["3333", "b"]
        ])
      }),
    60_000
  )
})

const panelOver = (db: string) =>
  Layer.provideMerge(Panel.layer({ secret: Redacted.make(secret) }), SqliteStore.layer({ filename: db }))

/** A run that these people have worked on. */
const worked = (people: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const at = yield* prepared({ preset: "positly", exits: { timedOut: { code: "each" } } })
    const { run } = json(Launched, yield* at.crowd([...at.launch, "--json"]))
    const inDb = <A, E>(effect: Effect.Effect<A, E, Panel.Provides>) => Effect.provide(effect, panelOver(at.db))
    const agents = yield* inDb(
      Effect.flatMap(Agents, (agents) =>
        Effect.forEach(people, (id) =>
          Effect.flatMap(agents.register(run, link({ participantID: id, assignmentID: `s-${id}` })), (agent) =>
            agents.submit({ agent: agent.id, worker: agent.worker, answers: { kind: "a" } })
          )
        )
      )
    )
    return { ...at, run, agents, inDb }
  })

const codeOf = (run: RunId, who: string, key = secret) =>
  codes.make(Redacted.make(key), { run, who, outcome: "completed" })

const other = RunId.make("run_another")

describe("crowd panel verify", () => {
  it.scopedLive("says by the secret alone, without a database, of which run a code is and how the visit ended", () =>
    Effect.gen(function* () {
      const { crowd, db } = yield* prepared()
      const code = codeOf(other, "agent_of_nobody_here")
      const told = yield* crowd(["panel", "verify", code, "--run", other])
      const beginning = code.slice(0, 9)
      expect(told).toMatchObject({
        code: 0,
        out: `${code} is a code of ${other}: completed, by whoever has the codes that begin with ${beginning}.\n`
      })
      const machine = yield* crowd(["panel", "verify", code, "--run", other, "--json"])
      expect(json(Schema.Unknown, machine)).toEqual({ run: other, code, outcome: "completed", beginning })
      expect(fs.existsSync(db)).toBe(false)
    })
  )

  it.scopedLive("names whose it is where the run is in the database, the newest run if none is named", () =>
    Effect.gen(function* () {
      const { agents, crowd, run } = yield* worked(["ada", "bob"])
      const [, bob] = agents
      const told = yield* crowd(["panel", "verify", codeOf(run, bob?.id ?? "")])
      expect(told).toMatchObject({ code: 0 })
      expect(told.out).toMatch(new RegExp(`is a code of ${run}: completed, by bob \\(${bob?.id}, completed\\)\\.\\n$`))
    })
  )

  const spellings: ReadonlyArray<readonly [string, (code: string) => ReadonlyArray<string>]> = [
    ["in small letters", (code) => [code.toLowerCase()]],
    ["without hyphens", (code) => [code.replaceAll("-", "")]],
    ["with blanks", (code) => [` ${code.replaceAll("-", " ")} `]],
    ["as several words", (code) => code.split("-")],
    ["with other dashes", (code) => [code.replaceAll("-", "–")]],
    ["with O for 0, and I and l for 1", (code) => [code.replaceAll("0", "O").replace("1", "I").replaceAll("1", "l")]]
  ]
  it.scopedLive.each(spellings)("knows a code %s", ([, spelt]) =>
    Effect.gen(function* () {
      const { crowd } = yield* prepared()
      const people = Array.from({ length: 400 }, (_, i) => codeOf(other, `agent_${i}`))
      const code = people.find((code) => code.includes("0") && (code.match(/1/g) ?? []).length > 1) ?? ""
      const told = yield* crowd(["panel", "verify", ...spelt(code), "--run", other])
      expect(told).toMatchObject({ code: 0, out: expect.stringMatching(`^${code} is a code of`) })
    })
  )

  const changed = (code: string): string => `${code.slice(0, -1)}${code.endsWith("0") ? "2" : "0"}`
  const wrong: ReadonlyArray<readonly [string, string, RegExp]> = [
    ["that is mistyped", changed(codeOf(other, "agent_1")), /it is mistyped, of another run, or was made with another/],
    ["of another run", codeOf(RunId.make("run_third"), "agent_1"), /it is mistyped, of another run, or was made/],
    ["of another secret", codeOf(other, "agent_1", "another secret altogether"), /with another PANEL_SECRET/],
    ["that is too short", codeOf(other, "agent_1").slice(0, -2), /one has 16 letters and digits, not 14/],
    ["that holds what is in none", "UUUU-UUUU-UUUU-UUUU", /"U" is in none/],
    ["that is no text for a terminal", "\u001b[2J", /is no code of run_another/]
  ]
  it.scopedLive.each(wrong)("refuses a code %s: exit 1, in words", ([, code, says]) =>
    Effect.gen(function* () {
      const { crowd } = yield* prepared()
      const told = yield* crowd(["panel", "verify", code, "--run", other, "--json"])
      expect(told.code).toBe(1)
      expect(errorOf(told)).toMatchObject({ _tag: "NoCode", run: other, message: expect.stringMatching(says) })
      expect(told.err).toMatch(says)
      expect(`${told.out}${told.err}`).not.toContain("\u001b")
      expect(`${told.out}${told.err}`).not.toContain(secret)
    })
  )

  it.scopedLive("says of which run a code is, where that one is in the database", () =>
    Effect.gen(function* () {
      const { crowd, launch, run } = yield* worked([])
      const second = json(Launched, yield* crowd([...launch, "--new", "--json"])).run
      const told = yield* crowd(["panel", "verify", codeOf(run, "agent_1")])
      expect(told).toMatchObject({
        code: 1,
        err: expect.stringMatching(`no code of ${second}: it is one of ${run}\\.`)
      })
    })
  )

  it.scopedLive("needs the secret, and a run to be of", () =>
    Effect.gen(function* () {
      const { crowd } = yield* prepared()
      const words = ["panel", "verify", codeOf(other, "agent_1")]
      expect((yield* crowd([...words, "--run", other], { PANEL_SECRET: "" })).err).toContain("Set PANEL_SECRET")
      expect(errorOf(yield* crowd([...words, "--json"]))._tag).toBe("DatabaseNotFound")
      expect((yield* crowd([...words, "--provider", "local"])).err).toContain("local gives out no such codes")
    })
  )
})

describe("the file of decisions", () => {
  it.scopedLive("is refused with file and line for all that is wrong with it, and then nothing is marked", () =>
    Effect.gen(function* () {
      const { agents, crowd, dir, inDb, run } = yield* worked(["ada", "bob"])
      yield* crowd(["approve", run, "--all"])
      const file = path.join(dir, "decisions.csv")
      yield* crowd(["export", run, "--decisions", file])
      fillIn(file, ["ada", "bob"])
      const rows = fs.readFileSync(file, "utf8").trimEnd().split("\r\n")
      const [bob = ""] = rows.slice(2)
      const wrong = [rows[0], rows[1], bob.replace("0.50", "5.00"), bob, bob.replace(/^agent_\w+/, "agent_x")]
      fs.writeFileSync(file, `${wrong.join("\r\n")}\r\n`)
      const told = yield* crowd(["decisions", run, file])
      expect(told.code).toBe(1)
      expect(told.err.trimEnd().split("\n  ").slice(1)).toEqual([
        `${file}:3: reward is "5.00", and "0.50" here`,
        `${file}:4: is of the same agent as line 3; keep one`,
        `${file}:5: "agent_x" is no agent of this run with a decision`
      ])
      const now = yield* inDb(Effect.flatMap(Agents, (all) => Effect.forEach(agents, ({ id }) => all.get(id))))
      expect(now.map(({ doneAt }) => Option.isSome(doneAt))).toEqual([false, false])
    })
  )

  it.scopedLive("that is filled in is not replaced; what is the same is left as it is", () =>
    Effect.gen(function* () {
      const { crowd, dir, run } = yield* worked(["ada"])
      yield* crowd(["approve", run, "--all"])
      const file = path.join(dir, "decisions.csv")
      const words = ["export", run, "--decisions", file]
      for (let time = 0; time < 2; time++) {
        expect(yield* crowd(words)).toMatchObject({ code: 0, out: `${file}: 1 row, 1 to be done, 0.50 USD\n` })
      }
      fillIn(file, ["ada"])
      const filled = fs.readFileSync(file, "utf8")
      const told = yield* crowd(words)
      expect(told).toMatchObject({ code: 2, err: expect.stringContaining(`crowd -- decisions ${run} ${file}`) })
      expect(fs.readFileSync(file, "utf8")).toBe(filled)
      yield* crowd(["decisions", run, file])
      const machine = json(Schema.Unknown, yield* crowd([...words, "--force", "--json"]))
      const total = { currency: "USD", minor: 0 }
      expect(machine).toEqual({ run, decisions: file, rows: 1, toDo: 0, total })
      expect(fs.readdirSync(dir).filter((name) => name.endsWith(".part"))).toEqual([])
    })
  )

  it.scopedLive("has no formulas, whatever somebody is called, and comes back as a spreadsheet saves it", () =>
    Effect.gen(function* () {
      const { crowd, dir, run } = yield* worked(["=HYPERLINK(1)", "@eve"])
      yield* crowd(["approve", run, "--all"])
      const file = path.join(dir, "decisions.csv")
      yield* crowd(["export", run, "--decisions", file, "--excel"])
      expect(fs.readFileSync(file, "utf8").startsWith("\uFEFFagent,id,")).toBe(true)
      expect(rowsIn(file).map(({ id }) => id)).toEqual(["'=HYPERLINK(1)", "'@eve"])
      fillIn(file, ["'@eve"])
      const saved = fs.readFileSync(file, "utf8").replaceAll("0.50", "0.5").replaceAll("\r\n", "\n")
      fs.writeFileSync(file, saved)
      expect((yield* crowd(["decisions", run, file])).out).toBe(`${run}: 1 row marked as done.\n`)
      expect((yield* crowd(["export", run, "--decisions", "-"])).out).toMatch(/,'@eve,[^\n]*T[\d:.]+Z\r\n$/)
    })
  )

  it.scopedLive("is of a panel alone, and stands in place of results", () =>
    Effect.gen(function* () {
      const { batch, crowd, dir, run } = yield* worked([])
      const local = summaryOf(yield* crowd(["launch", batch, "--provider", "local", "--json"])).run
      const file = path.join(dir, "decisions.csv")
      const told = yield* crowd(["export", local, "--decisions", file])
      expect(told).toMatchObject({ code: 2, err: expect.stringContaining(`${local} is on local,`) })
      expect((yield* crowd(["decisions", local, file])).code).toBe(2)
      expect((yield* crowd(["export", run, "--decisions", file, "--out", "x.csv"])).code).toBe(2)
      expect((yield* crowd(["export", run, "--decisions", "-", "--json"])).code).toBe(2)
      const nowhere = yield* crowd(["export", run, "--decisions", path.join(dir, "no", "d.csv")])
      expect(nowhere).toMatchObject({ code: 2, err: expect.stringContaining("name another with --decisions.") })
      const missing = yield* crowd(["decisions", run, file])
      expect(missing.code).toBe(1)
      expect(missing.err).not.toContain("writes a batch")
    })
  )
})
