/** Starts the working process, kills it, starts it again, until it is done. */
import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Kind } from "../support/remoteCrowd/protocol.js"
import { Phase, type Step } from "./task.js"

/**
 * When to kill: so long after a phase is announced, or after the crowd was asked for so many new things in this life, or
 * between two steps of a bonus.
 */
export type Instant =
  | { readonly _tag: "Phase"; readonly phase: "starting" | "resuming" | "working"; readonly millis: number }
  | { readonly _tag: "Asked"; readonly times: number; readonly millis: number }
  | { readonly _tag: "Step"; readonly step: Step }

/** How one life ended, in which phase; `done` if it was not killed. */
export interface Life {
  readonly killed: boolean
  readonly phase: Phase
}

/** Where in the run, and in which part of a life, the next kill is to fall, so that all of them fall before the end. */
export const instant = (
  random: () => number,
  left: { readonly orders: number; readonly kills: number; readonly units: number },
  reach: number
): Instant => {
  const kind = random()
  const share = left.orders / left.kills
  const toLaunch = left.orders - 2 * left.units
  if (left.orders < 40) return { _tag: "Asked", times: 1, millis: random() * 5 }
  const workIsNext = toLaunch >= 0 && toLaunch < 2 * share
  if (workIsNext && kind < 0.7) return { _tag: "Phase", phase: "working", millis: random() * 300 }
  if (kind < 0.06) return { _tag: "Phase", phase: "starting", millis: random() * 250 }
  if (kind < 0.25) return { _tag: "Phase", phase: "resuming", millis: random() * 150 }
  return {
    _tag: "Asked",
    times: 1 + Math.floor(Math.min(random() * reach * share, left.orders - 40)),
    millis: random() * 20 * reach
  }
}

/**
 * One life of the working process, ended by SIGKILL at the instant if it is not done before. At all steps but `sent` it
 * kills itself.
 */
export const live = (
  program: string,
  /** What it is started with. */
  work: string,
  crowd: { readonly onAsked: (listener: (kind?: Kind) => void) => () => void },
  instant: Instant | undefined
): Effect.Effect<Life> =>
  Effect.async((resume) => {
    const child = spawn(process.execPath, [program, work], {
      stdio: ["ignore", "pipe", "pipe"]
    })
    let phase: Phase = "starting"
    let asked = 0
    let fault = ""
    let timer: NodeJS.Timeout | undefined
    const killAfter = (millis: number) => {
      timer ??= setTimeout(() => child.kill("SIGKILL"), millis)
    }
    const reached = () => {
      if (instant?._tag === "Phase" && instant.phase === phase) killAfter(instant.millis)
    }
    const forget = crowd.onAsked((kind) => {
      if (instant?._tag === "Step" && instant.step === "sent" && kind === "bonus") killAfter(0)
      asked++
      if (instant?._tag === "Asked" && asked >= instant.times) killAfter(instant.millis)
    })
    child.stderr.on("data", (text) => {
      fault += String(text)
    })
    createInterface({ input: child.stdout }).on("line", (line) => {
      phase = Schema.decodeUnknownSync(Phase)(line)
      reached()
    })
    child.on("close", (code, signal) => {
      clearTimeout(timer)
      forget()
      if (signal === "SIGKILL") resume(Effect.succeed({ killed: phase !== "done", phase }))
      else if (code === 0) resume(Effect.succeed({ killed: false, phase }))
      else resume(Effect.dieMessage(`the working process ended with ${code} while ${phase}: ${fault}`))
    })
    reached()
    return Effect.sync(() => child.kill("SIGKILL"))
  })
