/** Local's server as a process of its own, to be stopped or killed. */
import { type ChildProcess, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { program } from "./bundle.js"

/** What the process is started with. */
export const Serving = Schema.parseJson(
  Schema.Struct({
    database: Schema.Union(
      Schema.TaggedStruct("File", { filename: Schema.String, durability: Schema.Literal("normal", "full") }),
      Schema.TaggedStruct("Postgres", { url: Schema.String })
    ),
    /** 0 for any free one. */
    port: Schema.Int,
    /** Whether it also does what runs do by themselves. */
    conducts: Schema.Boolean
  })
)
export type Serving = typeof Serving.Type

export interface ServerProcess {
  readonly port: number
  readonly pid: number
  /** Answers when it is gone. */
  readonly end: (signal: NodeJS.Signals) => Effect.Effect<void>
}

const gone = (child: ChildProcess): Effect.Effect<void> =>
  Effect.async((resume) => {
    if (child.exitCode !== null || child.signalCode !== null) resume(Effect.void)
    else child.once("exit", () => resume(Effect.void))
  })

/** Sends the signal, and answers when the process is gone. */
export const end = (child: ChildProcess, signal: NodeJS.Signals): Effect.Effect<void> =>
  Effect.zipRight(
    Effect.sync(() => child.kill(signal)),
    gone(child)
  )

/** Starts a program that prints one line when it is ready, and answers that line. */
export const started = (
  file: string,
  words: ReadonlyArray<string>,
  options: { readonly node?: ReadonlyArray<string>; readonly env?: Readonly<Record<string, string>> } = {}
): Effect.Effect<{ readonly child: ChildProcess; readonly line: string }, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<{ readonly child: ChildProcess; readonly line: string }>((resume) => {
      const child = spawn(process.execPath, [...(options.node ?? []), file, ...words], {
        env: { ...process.env, ...options.env },
        stdio: ["ignore", "pipe", "pipe"]
      })
      let fault = ""
      child.stderr.on("data", (text) => {
        fault += String(text)
      })
      child.once("exit", (code) => resume(Effect.dieMessage(`${file} ended with ${code}: ${fault}`)))
      createInterface({ input: child.stdout }).once("line", (line) => resume(Effect.succeed({ child, line })))
    }),
    ({ child }) => end(child, "SIGKILL")
  )

/** Serves until the scope ends, or until it is ended before; `node` is what Node is told. */
export const start = (
  serving: Serving,
  node: ReadonlyArray<string> = []
): Effect.Effect<ServerProcess, never, Scope.Scope> =>
  program("test/support/serverProgram.ts").pipe(
    Effect.flatMap((file) => started(file, [Schema.encodeSync(Serving)(serving)], { node })),
    Effect.map(({ child, line }) => ({ port: Number(line), pid: child.pid ?? 0, end: (signal) => end(child, signal) }))
  )
