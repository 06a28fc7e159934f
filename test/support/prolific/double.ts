/**
 * A double of Prolific over real HTTP, made from its OpenAPI document: studies, participants, money and hooks in memory,
 * under a clock that tests move. In process by `makeDouble`, or by `startDouble` for whoever is no Effect.
 */
import { createServer, type Server } from "node:http"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { control, controlPath } from "./control.js"
import { type Faults, makeFaults } from "./faults.js"
import { type Hooks, makeHooks } from "./hooks.js"
import { type People, people } from "./people.js"
import { answer, type CallRecord } from "./server.js"
import type { Settings, Switches } from "./settings.js"
import { makeWorld, type World } from "./world.js"

export interface Double {
  /** Where it listens: the value of `PROLIFIC_URL`. */
  readonly url: string
  readonly token: string
  /** Ids of the first workspace and of its first project. */
  readonly workspace: string
  readonly project: string
  readonly world: World
  readonly switches: Switches
  readonly people: People
  readonly faults: Faults
  readonly hooks: Hooks
  /** The calls that were made, oldest first. */
  readonly calls: ReadonlyArray<CallRecord>
  /** What was asked or answered that the document does not have. */
  readonly violations: ReadonlyArray<string>
  /** Forgets the violations, having looked at them. */
  readonly takeViolations: () => ReadonlyArray<string>
  readonly advance: (ms: number) => void
  readonly close: () => Promise<void>
}

const listening = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, "127.0.0.1", () => {
      const address = server.address()
      resolve(address === null || typeof address === "string" ? 0 : address.port)
    })
  })

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })

export const startDouble = async (settings: Settings = {}): Promise<Double> => {
  const world = makeWorld(settings)
  const calls: Array<CallRecord> = []
  const violations: Array<string> = []
  const desk = { world, faults: makeFaults(), calls, violations, bonuses: new Set<CallRecord>() }
  const hooks = makeHooks(world)
  const answerControl = control(desk, hooks)
  const server = createServer((request, response) => {
    const answered = request.url === controlPath ? answerControl(request, response) : answer(desk, request, response)
    answered.catch((error: unknown) => {
      violations.push(`the double itself: ${error instanceof Error ? error.stack : error}`)
      response.destroy()
    })
  })
  const port = await listening(server, settings.port ?? 0)
  const [workspace] = world.workspaces
  return {
    url: `http://127.0.0.1:${port}`,
    token: world.token,
    workspace: workspace?.id ?? "",
    project: workspace?.projects[0]?.id ?? "",
    world,
    switches: world.switches,
    people: people(world),
    faults: desk.faults,
    hooks,
    calls,
    violations,
    takeViolations: () => violations.splice(0),
    advance: world.clock.advance,
    close: () => closed(server)
  }
}

/** A double for as long as the scope lasts; whoever asked for what the document does not have hears of it at the end. */
export const makeDouble = (settings: Settings = {}): Effect.Effect<Double, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(() => startDouble(settings)),
    (double) =>
      Effect.promise(() => double.close()).pipe(
        Effect.andThen(
          double.violations.length === 0
            ? Effect.void
            : Effect.dieMessage(`Not as Prolific's document has it:\n${double.violations.join("\n")}`)
        )
      )
  )
