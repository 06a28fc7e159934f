import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { crowd } from "./support.js"

const commands = [
  "init",
  "register",
  "plan",
  "launch",
  "run",
  "serve",
  "mturk-server",
  "runs",
  "status",
  "submissions",
  "approve",
  "reject",
  "soft-reject",
  "bonus",
  "relaunch",
  "expire",
  "resume",
  "sync",
  "block",
  "unblock",
  "free-name",
  "export",
  "decisions",
  "panel"
]

const ofAllCommands = ["--provider", "--db", "--json", "--live", "--question-url", "--fees", "--workspace", "--project"]

const helpOf = (words: ReadonlyArray<string>) =>
  Effect.map(crowd([...words, "--help"]), (told) => {
    expect(told).toMatchObject({ code: 0, err: "" })
    return told.out
  })

/** What is listed as an option or an argument, each with the paragraphs below it. */
const listed = (help: string): ReadonlyArray<readonly [term: string, about: ReadonlyArray<string>]> =>
  help
    .split(/\n(?=--|<)/)
    .slice(1)
    .map((block) =>
      block
        .split(/\n\n(?! )/, 1)
        .join()
        .trim()
        .split(/\n\n */)
    )
    .map(([term = "", ...about]) => [term.split(" ", 1).join(), about])

describe("crowd --help", () => {
  it.live("lists every command with what it does, on one line", () =>
    Effect.gen(function* () {
      const help = yield* helpOf([])
      for (const name of commands) expect(help).toMatch(new RegExp(`^  - ${name} +\\S`, "m"))
      expect(help.split("\n").filter(({ length }) => length > 130)).toEqual([])
    })
  )

  it.live("lists the options of all commands, each with one description", () =>
    Effect.gen(function* () {
      const options = listed((yield* helpOf([])).split("COMMANDS", 1).join())
      expect(options.map(([term]) => term)).toEqual(ofAllCommands)
      expect(options.filter(([, about]) => about.length !== 1)).toEqual([])
    })
  )
})

describe.each(commands)("crowd %s --help", (name) => {
  it.live("has one description per option, and names the options of all commands without listing them", () =>
    Effect.gen(function* () {
      const help = yield* helpOf([name])
      expect(help).toContain(`$ crowd ${name}`)
      const terms = listed(help)
      expect(terms.filter(([, about]) => about.length !== 1)).toEqual([])
      expect(terms.map(([term]) => term).filter((term) => ofAllCommands.includes(term))).toEqual([])
      expect(help.match(/--db\b.*/g)).toEqual([ofAllCommands.slice(1).join(", ")])
      expect(help).not.toMatch(/user-defined|This (setting|option|argument)|true or false|One of the following/)
    })
  )
})

describe("crowd approve --help", () => {
  it.live("says of --worker what it means here", () =>
    Effect.gen(function* () {
      const about = new Map(listed(yield* helpOf(["approve"]))).get("--worker")
      expect(about).toEqual(["All that wait of this worker: what the crowd calls them, or their id here"])
    })
  )
})

describe("crowd panel --help", () => {
  it.live("is that of crowd panel verify, with both words, and no other command is named twice", () =>
    Effect.gen(function* () {
      expect(yield* helpOf(["panel"])).toContain("$ crowd panel verify [--run RUN] <code>")
      expect(yield* helpOf(["panel", "verify"])).toEqual(yield* helpOf(["panel"]))
      expect(yield* helpOf([])).toMatch(/^ {2}- panel verify +\S/m)
      expect(yield* helpOf(["export"])).toContain("$ crowd export [")
    })
  )
})
