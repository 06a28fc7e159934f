/** What a visitor's browser is given to work with. */
import type * as Headers from "@effect/platform/Headers"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Agent } from "../../Agents.js"
import { type Task, TaskRuns } from "../../TaskRuns.js"
import * as Keys from "../keys.js"
import * as frameOrigin from "../pages/frameOrigin.js"
import { TaskSource } from "../TaskSource.js"
import * as visitors from "../visitors.js"

/** The origin of the page that asks, as its browser says; behind a proxy with TLS, only that is as others reach it. */
const pageOrigin = (headers: Headers.Headers): string => {
  const origin = headers["origin"] ?? ""
  return /^https?:\/\/[^/]+$/i.test(origin) ? origin : `http://${headers["host"] ?? "localhost"}`
}

export const make = Effect.gen(function* () {
  const runs = yield* TaskRuns
  const keys = yield* Keys.Keys
  const { chooses, local } = yield* visitors.make
  const source = yield* Effect.serviceOption(TaskSource)
  const origins = yield* frameOrigin.Frames

  /** What Mechanical Turk's templates look for in their address. A worker known by their ip address goes by their id. */
  const parametersOf = (agent: Agent, { headers }: HttpServerRequest.HttpServerRequest) => {
    const origin = pageOrigin(headers)
    return new URLSearchParams({
      assignmentId: agent.id,
      hitId: agent.unit,
      workerId: Option.isSome(local) && !chooses ? agent.worker : agent.workerName,
      turkSubmitTo: `${origin}${keys.submitPath(agent.id)}`
    })
  }

  /** Where the task is shown: a page that is elsewhere there, one that asks for permissions where it may have them. */
  const frameOf = (agent: Agent, task: Task) =>
    Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const folder = keys.framePath("work", agent)
      const shown = yield* Effect.transposeMapOption(source, ({ shown }) =>
        shown({ assignment: agent.assignment, agent: Option.some(agent), mode: "work", request })
      )
      return Option.match(Option.flatten(shown), {
        onNone: () => {
          const { origin, permissions } = frameOrigin.placeOf(origins, task, pageOrigin(request.headers))
          return { permissions, frame: `${origin}${folder}?${parametersOf(agent, request)}` }
        },
        onSome: (shown) => ({
          frame: shown._tag === "Address" ? shown.address : `${folder}?${shown.query}`,
          permissions: []
        })
      })
    })

  return (agent: Agent, who: visitors.Visitor) =>
    Effect.gen(function* () {
      const { task } = yield* runs.get(agent.run)
      return {
        agent: agent.id,
        run: agent.run,
        worker: agent.worker,
        title: task.title,
        reward: task.reward,
        status: agent.status,
        acceptedAt: agent.acceptedAt,
        deadline: agent.deadline,
        now: yield* DateTime.now,
        key: keys.forWork(agent, who.worker),
        ...(yield* frameOf(agent, task))
      }
    })
})
