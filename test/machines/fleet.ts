/** The processes of a cluster, and what each of them has told. */
import { type ChildProcess, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { program } from "../support/bundle.js"
import { end } from "../support/serverProcess.js"
import { Joining, Report } from "./protocol.js"

export interface Member {
  /** A letter for tables. */
  readonly name: string
  readonly pid: number
  readonly reports: ReadonlyArray<Report>
  readonly signal: (signal: NodeJS.Signals) => Effect.Effect<void>
  /** Stops it as whoever runs it does, and answers when it is gone. */
  readonly stop: Effect.Effect<void>
}

const decode = Schema.decodeUnknownSync(Report)

/** Ready once it has told its address. */
const joined = (name: string, child: ChildProcess) =>
  Effect.async<Member>((resume) => {
    const reports: Array<Report> = []
    const faults: Array<string> = []
    const member: Member = {
      name,
      pid: child.pid ?? 0,
      reports,
      signal: (signal) => Effect.sync(() => child.kill(signal)),
      stop: end(child, "SIGTERM")
    }
    let isReady = false
    child.stderr?.on("data", (text) => faults.push(String(text)))
    child.once("exit", (code) => resume(Effect.dieMessage(`${name} ended with ${code}: ${faults.join("")}`)))
    if (child.stdout === null) return
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (isReady) reports.push(decode(line))
      else resume(Effect.succeed(member))
      isReady = true
    })
  })

/** Starts one after another; all end with the scope. */
export const make = (joining: Joining) =>
  Effect.gen(function* () {
    const file = yield* program("test/machines/member.ts", { findsPackages: true })
    const members: Array<Member> = []
    const start: Effect.Effect<Member, never, Scope.Scope> = Effect.gen(function* () {
      const name = String.fromCharCode(65 + members.length)
      const child = yield* Effect.acquireRelease(
        Effect.sync(() =>
          spawn(process.execPath, [file, Schema.encodeSync(Joining)(joining)], { stdio: ["ignore", "pipe", "pipe"] })
        ),
        (child) => Effect.sync(() => child.kill("SIGKILL"))
      )
      const member = yield* joined(name, child)
      members.push(member)
      return member
    })
    return { members, start }
  })

export type Fleet = Effect.Effect.Success<ReturnType<typeof make>>
