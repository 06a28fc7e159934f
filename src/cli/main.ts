/** The command as a process. */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { harmless } from "../internal/text.js"
import { exitCodes } from "./failure.js"
import { run } from "./program.js"
import * as Screen from "./Screen.js"

/** Logs of the libraries must not mix with the results. */
const logs = Logger.replace(Logger.defaultLogger, Logger.withConsoleError(Logger.map(Logger.logfmtLogger, harmless)))

/** Somebody who reads only the first lines, as head does, is no failure; nobody reading the messages stops no work. */
const allowClosedPipe = (stream: NodeJS.WriteStream, onClosed: () => void) =>
  stream.on("error", (error) => {
    if (!("code" in error) || error.code !== "EPIPE") throw error
    onClosed()
  })

/** Ends the process once all that was written is out. */
const exitAfterOutput = (code: number) =>
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)))

/** A failure that nobody could tell any more. */
const codeOf = (cause: Cause.Cause<unknown>): number => {
  if (Cause.isInterruptedOnly(cause)) return exitCodes.interrupted
  process.stderr.write(`${harmless(Cause.pretty(cause))}\n`)
  return exitCodes.bug
}

export const main = (words: ReadonlyArray<string>): void => {
  allowClosedPipe(process.stdout, () => process.exit(exitCodes.done))
  allowClosedPipe(process.stderr, () => undefined)
  NodeRuntime.runMain(run(words).pipe(Effect.provide(Layer.mergeAll(NodeContext.layer, Screen.layerProcess, logs))), {
    disableErrorReporting: true,
    disablePrettyLogger: true,
    teardown: (exit) => {
      exitAfterOutput(Exit.match(exit, { onSuccess: Number, onFailure: codeOf }))
    }
  })
}
