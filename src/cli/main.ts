/** The command as a process. */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { exitCodes } from "./failure.js"
import { run } from "./program.js"
import * as Screen from "./Screen.js"

/** Logs of the libraries must not mix with the results. */
const logs = Logger.replace(Logger.defaultLogger, Logger.withConsoleError(Logger.logfmtLogger))

/** Somebody who reads only the first lines, as head does, is no failure. */
const allowClosedPipe = (stream: NodeJS.WriteStream) =>
  stream.on("error", (error) => {
    if (!("code" in error) || error.code !== "EPIPE") throw error
    process.exit(exitCodes.done)
  })

/** Ends the process once all that was written is out. */
const exitAfterOutput = (code: number) =>
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)))

export const main = (words: ReadonlyArray<string>): void => {
  allowClosedPipe(process.stdout)
  allowClosedPipe(process.stderr)
  NodeRuntime.runMain(run(words).pipe(Effect.provide(Layer.mergeAll(NodeContext.layer, Screen.layerProcess, logs))), {
    disableErrorReporting: true,
    disablePrettyLogger: true,
    teardown: (exit) => {
      exitAfterOutput(Exit.isSuccess(exit) && typeof exit.value === "number" ? exit.value : exitCodes.interrupted)
    }
  })
}
