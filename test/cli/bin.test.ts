import * as fs from "node:fs"
import * as path from "node:path"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { run } from "../../src/cli/program.js"
import { Screen } from "../../src/cli/Screen.js"
import { entry, folder, spawned } from "./support.js"

describe("the process", () => {
  it.scopedLive("prints its version, and tells wrong usage with exit code 2", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      expect(yield* spawned(["--version"], { cwd })).toEqual({ code: 0, out: "0.1.0\n", err: "" })
      const wrong = yield* spawned(["run", "b", "--provider", "turk", "--json"], { cwd })
      expect(wrong.code).toBe(2)
      expect(wrong.err).toBe('error: There is no provider "turk"; there is: mock, local. See crowd --help.\n')
      expect(JSON.parse(wrong.out)).toMatchObject({ error: { _tag: "UsageError" } })
    })
  )

  it.scopedLive("names the packages to install where one is missing", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      const source = path.dirname(entry)
      const cli = path.join(cwd, "src/cli")
      fs.cpSync(source, cli, { recursive: true })
      fs.copyFileSync(path.join(source, "../../package.json"), path.join(cwd, "package.json"))
      const told = yield* spawned(["--version"], { cwd, bin: path.join(cli, "bin.ts") })
      expect(told.code).toBe(1)
      expect(told.out).toBe("")
      expect(told.err).toMatch(/^crowd: \S+ is not installed\. Run: npm install .*effect@\^3\.\d.*\n$/)
      expect(told.err).not.toContain("vitest")
    })
  )
})

describe("a bug", () => {
  it.live("is told as one, with its cause and exit code 70", () =>
    Effect.gen(function* () {
      let err = ""
      const broken = {
        write: () => {
          throw new TypeError("the screen is broken")
        },
        isTerminal: false,
        columns: 80
      }
      const working = {
        write: (text: string) => {
          err += text
        },
        isTerminal: false,
        columns: 80
      }
      const screen = Layer.succeed(Screen, { out: broken, err: working, isColoured: () => false })
      const code = yield* Effect.provide(run(["--help"]), Layer.merge(NodeContext.layer, screen))
      expect(code).toBe(70)
      expect(err).toContain("This is a bug in effect-crowd; please report it")
      expect(err).toContain("TypeError: the screen is broken")
    })
  )
})
