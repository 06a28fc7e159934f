import * as fs from "node:fs"
import * as path from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { crowd, errorOf, folder, goodBatch, json, summaryOf, writeBatch } from "./support.js"

const wrong: ReadonlyArray<readonly [words: ReadonlyArray<string>, says: string]> = [
  [["run", "b", "--provider", "turk"], 'There is no provider "turk"; there is: mock'],
  [["--provider", "turk", "run", "b"], 'There is no provider "turk"; there is: mock'],
  [["run", "b", "--live", "--provider", "mock"], "mock has no live mode"],
  [["run"], "Missing argument <batch>"],
  [["run", "b", "--nope"], "'--nope'"],
  [["rum", "b"], 'There is no command "rum"; did you mean "run"? See'],
  [["--db", "rum", "aprove", "run_1", "--all"], 'There is no command "aprove"; did you mean "approve"? See'],
  [["--db=x", "rum", "--help"], 'There is no command "rum"; did you mean "run"? See'],
  [["xyzzy"], 'There is no command "xyzzy"; known are "init", "register", '],
  [["--dbb", "x", "status"], 'There is no option --dbb of all commands; did you mean "--db"? See'],
  [["status", "--wotch"], "Did you mean '--watch'? See"],
  [[], "Name a command"],
  [["launch", "b", "--limit", "0"], "--limit 0 is not 1 or more"],
  [["launch", "b", "--limit", "x"], "'x' is not a integer"],
  [["status", "unit_1"], '"unit_1" is not the id of a run; it begins with run_'],
  [["export", "run_1!"], '"run_1!" is not the id of a run'],
  [["export", "run_1", "--format", "xls"], "csv, jsonl"],
  [["reject", "run_1", "--agent", "1", "--feedback", "no"], '"1" is not the id of an agent'],
  [["reject", "run_1", "--agent", "agent_1"], "--feedback"],
  [["status", "--db", ""], "--db is empty; name a file."],
  [["resume", "--confirm", "a b"], '"a b" is not the token of an uncertain effect']
]

describe("wrong usage", () => {
  for (const [words, says] of wrong) {
    it.live(`crowd ${words.join(" ")}: exit 2`, () =>
      Effect.gen(function* () {
        const told = yield* crowd(words)
        expect(told.code).toBe(2)
        expect(told.out).toBe("")
        expect(told.err).toContain(says)
        expect(told.err.trimEnd().split("\n")).toHaveLength(1)

        const machine = yield* crowd([...words, "--json"])
        expect(machine.code).toBe(2)
        const error = errorOf(machine)
        expect(Object.keys(error)).toEqual(["_tag", "message"])
        expect(error._tag).toBe("UsageError")
        expect(error.message).toContain(says)
      })
    )
  }

  it.scopedLive("crowd approve needs one of --agent and --all", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      const batch = yield* writeBatch(path.join(dir, "batch"), goodBatch)
      const db = ["--db", path.join(dir, "crowd.db")]
      const { run } = summaryOf(yield* crowd(["launch", batch, "--json", ...db]))
      const neither = yield* crowd(["approve", run, ...db])
      expect(neither).toMatchObject({
        code: 2,
        err: expect.stringContaining("--agent ID for one submission, or --all")
      })
      expect((yield* crowd(["approve", run, "--all", "--agent", "agent_1", ...db])).code).toBe(2)
      expect((yield* crowd(["approve", run, "--all", "--feedback", "x", ...db])).code).toBe(2)
    })
  )

  it.scopedLive("an environment variable that makes no sense is named", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      const batch = yield* writeBatch(path.join(dir, "batch"), goodBatch)
      const told = yield* crowd(["launch", batch, "--db", path.join(dir, "crowd.db")], {
        env: { CROWD_BUSY_TIMEOUT: "soon" }
      })
      expect(told.code).toBe(2)
      expect(told.err).toContain("CROWD_BUSY_TIMEOUT")
    })
  )
})

const Planned = Schema.Struct({ units: Schema.Int }, { key: Schema.String, value: Schema.Unknown })

describe("options of all commands", () => {
  it.scopedLive("stand before or after the command's name; the later one counts", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      const batch = yield* writeBatch(path.join(dir, "batch"), goodBatch)
      const [a, b, c] = ["a.db", "b.db", "c.db"].map((name) => path.join(dir, name))
      expect((yield* crowd(["--provider", "mock", "--db", a ?? "", "launch", batch])).code).toBe(0)
      expect(fs.existsSync(a ?? "")).toBe(true)
      expect((yield* crowd(["--db", a ?? "", "launch", batch, "--db", b ?? ""])).code).toBe(0)
      expect(fs.existsSync(b ?? "")).toBe(true)
      expect((yield* crowd(["launch", batch], { env: { CROWD_DB: c ?? "" } })).code).toBe(0)
      expect(fs.existsSync(c ?? "")).toBe(true)
      expect(json(Planned, yield* crowd(["--json", "plan", batch, "--db", a ?? ""])).units).toBe(6)
    })
  )

  it.live("version is no failure", () =>
    Effect.map(crowd(["--version"]), (told) => expect(told).toMatchObject({ code: 0, out: "0.1.0\n", err: "" }))
  )

  it.live("colours go to terminals only, and not where NO_COLOR is set", () =>
    Effect.gen(function* () {
      const escape = "\u001b["
      expect((yield* crowd(["--help"], { terminal: true })).out).toContain(escape)
      expect((yield* crowd(["--help"], { terminal: true, env: { NO_COLOR: "1" } })).out).not.toContain(escape)
      expect((yield* crowd(["--help"])).out).not.toContain(escape)
    })
  )
})
