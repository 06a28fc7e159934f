import * as path from "node:path"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { installLine } from "../../src/cli/manifest.js"
import { run } from "../../src/cli/program.js"
import { Screen } from "../../src/cli/Screen.js"
import { started } from "../support/serverProcess.js"
import { entry, folder, missingPackages, spawned } from "./support.js"

const Addresses = Schema.Struct({ workers: Schema.NonEmptyArray(Schema.String), console: Schema.String })

const without = (...names: ReadonlyArray<string>) => ({ CROWD_WITHOUT: names.join(",") })

describe("the process", () => {
  it.scopedLive("prints its version, and tells wrong usage with exit code 2", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      expect(yield* spawned(["--version"], { cwd })).toEqual({ code: 0, out: "0.1.0\n", err: "" })
      const wrong = yield* spawned(["run", "b", "--provider", "turk", "--json"], { cwd })
      expect(wrong.code).toBe(2)
      expect(wrong.err).toBe(
        'error: There is no provider "turk"; there is: mock, local, mturk, prolific, panel. See npm run crowd -- --help.\n'
      )
      expect(JSON.parse(wrong.out)).toMatchObject({ error: { _tag: "UsageError" } })
    })
  )

  it.scopedLive("names the packages to install where one is missing", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      const told = yield* spawned(["--version"], { cwd, env: without("@effect/cli") })
      expect(told.code).toBe(1)
      expect(told.out).toBe("")
      expect(told.err).toBe(`crowd: @effect/cli is not installed. Run: ${installLine}\n`)
    })
  )

  it.scopedLive(
    "without the packages for Postgres and for metrics, names the one and serves without the other",
    () =>
      Effect.gen(function* () {
        const cwd = yield* folder
        const metrics = ["@effect/opentelemetry", "@opentelemetry/exporter-prometheus"]
        const env = without("@effect/sql-pg", "@effect/cluster", "@effect/rpc", ...metrics)
        const told = yield* spawned(["status", "--db", "postgres://a:hunter2@localhost/b"], { cwd, env })
        expect(told).toMatchObject({ code: 1, out: "" })
        expect(told.err).toMatch(
          /^error: postgres:\/\/a@localhost\/b needs @effect\/sql-pg, which is not installed\. Run: npm install @effect\/sql-pg@\^\d\S+\n$/
        )
        const { line } = yield* started(
          yield* entry(env),
          ["serve", "--json", "--port", "0", "--db", path.join(cwd, "crowd.db")],
          {
            node: ["--import", missingPackages],
            env
          }
        )
        const { workers } = Schema.decodeUnknownSync(Schema.parseJson(Addresses))(line)
        const answer = (name: string) => Effect.promise(() => fetch(`${workers[0]}${name}`))
        expect((yield* answer("health")).status).toBe(200)
        expect((yield* answer("metrics")).status).toBe(404)
      }),
    60_000
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
      const screen = Layer.succeed(Screen, { out: broken, err: working, isColoured: () => false, asks: false })
      const code = yield* Effect.provide(run(["--help"]), Layer.merge(NodeContext.layer, screen))
      expect(code).toBe(70)
      expect(err).toContain("This is a bug in effect-crowd; please report it")
      expect(err).toContain("TypeError: the screen is broken")
    })
  )
})
