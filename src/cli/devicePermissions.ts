/** What keeps the microphone and the camera from a batch's tasks. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Batch } from "../Batch.js"
import { isTrustworthy } from "../server/pages/frameOrigin.js"
import type { UsageError } from "./failure.js"
import * as pageAddresses from "./pageAddresses.js"
import { Session } from "./Session.js"

const notSent =
  "which no page gets that goes to the crowd whole; serve the tasks from a page of yours (--question-url, and --frames-url there)"

const noFrames =
  "which browsers give only to a page that has an origin of its own; give this server another name with --frames-url, such as --frames-url http://localhost:8080 on this machine, or one of https"

const notSecure = (origin: string): string =>
  `which browsers give only over https and on localhost, and ${origin} is neither; put a proxy with TLS before it`

/** What is in the way; nothing where they work. */
const obstacle = (given: Partial<pageAddresses.Given>): Effect.Effect<Option.Option<string>, UsageError, Session> =>
  Effect.gen(function* () {
    const { provider, terms } = yield* Session
    if (provider.tasksAt(terms) === "sent") return Option.some(notSent)
    const { framed } = yield* pageAddresses.settle({ ...pageAddresses.unsaid, ...given })
    if (Option.isNone(framed)) return Option.some(noFrames)
    const { frames, pages } = framed.value
    return Option.map(Option.fromNullable([pages, frames].find((origin) => !isTrustworthy(origin))), notSecure)
  })

/** The batch, warned of what its tasks ask for and would not get. */
export const warned = (
  batch: Batch,
  given: Partial<pageAddresses.Given>
): Effect.Effect<Batch, UsageError, Session> => {
  const { permissions } = batch.task
  if (permissions.length === 0) return Effect.succeed(batch)
  return Effect.map(
    obstacle(given),
    Option.match({
      onNone: () => batch,
      onSome: (why) => {
        const message = `permissions asks for the ${permissions.join(" and the ")}, ${why}`
        return { ...batch, warnings: [...batch.warnings, { file: "task.json", message }] }
      }
    })
  )
}
