/** Runs the command in this process, as a process would run it, and catches what it prints. */

import { spawn } from "node:child_process"
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import * as Terminal from "@effect/platform/Terminal"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Mailbox from "effect/Mailbox"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { run } from "../../src/cli/program.js"
import { coloursFrom, Screen } from "../../src/cli/Screen.js"
import * as Mock from "../../src/Mock.js"
import * as SqliteStore from "../../src/store/SqliteStore.js"
import type { UnitCounts } from "../../src/TaskRuns.js"
import { program } from "../support/bundle.js"

export interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Keys as a terminal tells them; what would be shown there is not. */
const keyboard = (lines: ReadonlyArray<string>) => {
  const key = (name: string) => ({ name, ctrl: false, meta: false, shift: false })
  const keys = lines.flatMap((line) => [
    ...[...line].map((input) => ({ input: Option.some(input), key: key(input) })),
    { input: Option.none<string>(), key: key("enter") }
  ])
  return Layer.effect(
    Terminal.Terminal,
    Effect.map(Mailbox.make<Terminal.UserInput>(), (typed) => {
      for (const one of keys) typed.unsafeOffer(one)
      // Then Ctrl-C.
      typed.unsafeDone(Exit.void)
      return Terminal.Terminal.of({
        columns: Effect.succeed(80),
        rows: Effect.succeed(25),
        isTTY: Effect.succeed(true),
        readInput: Effect.succeed(typed),
        readLine: Effect.dieMessage("nothing reads lines"),
        display: () => Effect.void
      })
    })
  )
}

export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>
  /** Whether both sinks are terminals. */
  readonly terminal?: boolean
  /** Shown what is printed, as it is. */
  readonly onOut?: (text: string) => void
  readonly onErr?: (text: string) => void
  /** What somebody at the keyboard types, one line after another. */
  readonly keys?: ReadonlyArray<string>
}

/** The crowd of a new run, where a test names none. */
const onMock = { CROWD_PROVIDER: "mock" }

export const crowd = (
  words: ReadonlyArray<string>,
  { env = {}, keys, onErr, onOut, terminal = false }: Surroundings = {}
): Effect.Effect<Ended> =>
  Effect.suspend(() => {
    const out: Array<string> = []
    const err: Array<string> = []
    const sink = (to: Array<string>, shown?: (text: string) => void) => ({
      write: (text: string) => {
        to.push(text)
        shown?.(text)
      },
      isTerminal: terminal,
      columns: 80
    })
    const screen = Layer.succeed(Screen, {
      out: sink(out, onOut),
      err: sink(err, onErr),
      isColoured: coloursFrom(env),
      asks: keys !== undefined
    })
    const variables = { ...onMock, ...env }
    return run(words).pipe(
      Effect.map((code) => ({ code, out: out.join(""), err: err.join("") })),
      Effect.provide(Layer.mergeAll(NodeContext.layer, screen, keys === undefined ? Layer.empty : keyboard(keys))),
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(variables)))),
      // A process has nothing of the test's.
      Effect.mapInputContext((_: Context.Context<never>) => Context.empty())
    )
  })

/** Makes Node not find the packages that the variable CROWD_WITHOUT names. */
export const missingPackages = fileURLToPath(new URL("withoutPackages.mjs", import.meta.url))

/** The command as a program. Packages can be missing only where they are looked for. */
export const entry = (env: Readonly<Record<string, string>> = {}): Effect.Effect<string> =>
  program("src/cli/bin.ts", { findsPackages: env["CROWD_WITHOUT"] !== undefined })

export interface Spawning extends Pick<Surroundings, "env"> {
  readonly cwd: string
  /** Shown what was written so far to stderr; answers a signal to send, once. */
  readonly onErr?: (err: string) => NodeJS.Signals | undefined
  /** Shown what was written so far to stdout. */
  readonly onOut?: (out: string) => void
  /** Told when it runs; what it answers is called when it has ended. */
  readonly watch?: (pid: number) => () => void
}

/** The real process. */
export const spawned = (words: ReadonlyArray<string>, options: Spawning): Effect.Effect<Ended> =>
  Effect.flatMap(entry(options.env), (file) => ended([file, ...words], options))

const ended = (command: ReadonlyArray<string>, options: Spawning): Effect.Effect<Ended> =>
  Effect.async((resume) => {
    const isLacking = options.env?.["CROWD_WITHOUT"] !== undefined
    const child = spawn(process.execPath, [...(isLacking ? ["--import", missingPackages] : []), ...command], {
      cwd: options.cwd,
      env: { ...process.env, ...onMock, ...options.env },
      stdio: ["ignore", "pipe", "pipe"]
    })
    const stopWatching = child.pid === undefined ? undefined : options.watch?.(child.pid)
    let out = ""
    let err = ""
    let signalled = false
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text
      options.onOut?.(out)
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err += text
      const signal = signalled ? undefined : options.onErr?.(err)
      if (signal === undefined) return
      signalled = true
      child.kill(signal)
    })
    child.on("exit", () => stopWatching?.())
    child.on("close", (code) => resume(Effect.succeed({ code: code ?? -1, out, err })))
    return Effect.sync(() => child.kill("SIGKILL"))
  })

/** An empty directory, gone with the scope. */
export const folder = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(tmpdir(), "crowd-cli-"))),
  (made) => Effect.sync(() => fs.rmSync(made, { recursive: true, force: true }))
)

export type Files = Readonly<Record<string, string>>

export const task = { title: "What is it?", reward: "0.05", unitsPerAssignment: 3 }

export const taskJson = (changes: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ ...task, ...changes }, null, 2)

export const template = `<form>
  <p>\${text}</p>
  <input type="radio" name="kind" value="a" required><input type="radio" name="kind" value="b">
  <textarea name="why"></textarea>
</form>
`

export const goodBatch: Files = {
  "task.json": taskJson(),
  "task.html": template,
  "data.csv": "text\nfirst\nsecond\n"
}

/** A batch directory; a file that is `undefined` is not written. */
export const writeBatch = (dir: string, files: Readonly<Record<string, string | undefined>>): Effect.Effect<string> =>
  Effect.sync(() => {
    fs.mkdirSync(dir, { recursive: true })
    for (const [name, text] of Object.entries(files)) {
      if (text !== undefined) fs.writeFileSync(path.join(dir, name), text)
    }
    return dir
  })

const Summary = Schema.Struct({
  run: Schema.String,
  provider: Schema.String,
  mode: Schema.String,
  assignments: Schema.Int,
  units: Schema.Record({ key: Schema.String, value: Schema.Int }),
  workers: Schema.Int,
  surplus: Schema.optional(Schema.Int),
  cost: Schema.Struct({
    currency: Schema.String,
    rewards: Schema.Int,
    bonuses: Schema.Int,
    fees: Schema.Int,
    total: Schema.Int
  }),
  results: Schema.optionalWith(Schema.String, { exact: true }),
  rowsLackingAnswers: Schema.optional(Schema.Int),
  warnings: Schema.optional(Schema.Array(Schema.Unknown)),
  relaunched: Schema.optional(Schema.Struct({ rows: Schema.Int, units: Schema.Int }))
})

export const Failed = Schema.Struct({
  error: Schema.Struct({ _tag: Schema.String, message: Schema.String }, { key: Schema.String, value: Schema.Unknown })
})

/** The one line of JSON on stdout; anything beside it is a fault. */
export const json = <A, I>(schema: Schema.Schema<A, I>, { out }: Pick<Ended, "out">): A => {
  const lines = out.trimEnd().split("\n")
  if (lines.length !== 1) throw new Error(`not one line of JSON: ${out}`)
  return Schema.decodeUnknownSync(Schema.parseJson(schema), { onExcessProperty: "error" })(lines[0])
}

export const summaryOf = (ended: Pick<Ended, "out">) => json(Summary, ended)

export const errorOf = (ended: Pick<Ended, "out">) => json(Failed, ended).error

/** The same crowd and database that the command works with. */
export const mockOver = (db: string) => Layer.provideMerge(Mock.layerStore(), SqliteStore.layer({ filename: db }))

/** Of a run without a unit. */
export const noUnits: UnitCounts = {
  created: 0,
  launched: 0,
  assigned: 0,
  completed: 0,
  accepted: 0,
  soft_rejected: 0,
  rejected: 0,
  expired: 0
}
