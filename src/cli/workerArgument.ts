/** The worker that a command is about: what the crowd calls them, or their id here. */
import * as Args from "@effect/cli/Args"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { WorkerId } from "../Ids.js"
import { Workers } from "../Workers.js"
import { UsageError } from "./failure.js"
import * as findCrowd from "./findCrowd.js"
import * as Session from "./Session.js"

export const workerArg = Args.text({ name: "worker" }).pipe(
  Args.withDescription("What the crowd calls them (WorkerId in the results), or their id here")
)

/** The worker of this id, or whom the crowd calls so. */
export const known = (text: string) =>
  Effect.flatMap(Workers, (workers) => (Schema.is(WorkerId)(text) ? workers.get(text) : workers.findByName(text)))

/** The same; says so where only other crowds of the database have them. */
export const find = (text: string) =>
  Effect.catchTag(known(text), "WorkerNotFound", (error) =>
    Effect.gen(function* () {
      const { provider } = yield* Session.Session
      const others = (yield* findCrowd.workersCalled(text)).map((other) => other.provider.name)
      return yield* others.length === 0
        ? error
        : new UsageError({ message: `${text} is a worker of ${others.join(" and ")}, not of ${provider.name}.` })
    })
  )
