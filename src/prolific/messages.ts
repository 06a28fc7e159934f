/** Messages: each names the study that is its reason; a second one is sent only where the first is not to be seen. */
import * as Request from "@effect/platform/HttpClientRequest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { ProviderError } from "../CrowdError.js"
import { type MessagesDriver, retrying } from "../Driver.js"
import { policy } from "../driver/retry.js"
import type { Message, Outcome } from "../Messages.js"
import * as tables from "../store/tables.js"
import type { Worker } from "../Workers.js"
import { Nothing } from "./client.js"
import { type Crowd, setupOf, stored } from "./crowd.js"
import { type CallError, failure, toProviderError } from "./errors.js"
import type { SendMessage } from "./protocol.js"
import * as replies from "./replies.js"

const method = "messages"

/** What Prolific files messages under. */
const categories: ReadonlyArray<string> = [
  "payment-timing",
  "payment-issues",
  "technical-issues",
  "feedback",
  "rejections",
  "other"
]

/** The API takes a text alone, so the category stands before the subject. */
export const bodyOf = ({ category, subject, text }: Message): string =>
  `${category === undefined ? "" : `[${category}] `}${subject}\n\n${text}`

/** The study of what the worker took last: only whoever took part can be written to. */
const studyOf = (crowd: Crowd, { id }: Worker): Effect.Effect<Option.Option<string>, ProviderError> =>
  Effect.gen(function* () {
    const { store } = crowd
    const latest = store.page(tables.agentOutlines, { where: { worker: id }, reverse: true, limit: 1 })
    const [agent] = yield* stored(method, latest)
    if (agent === undefined) return Option.none()
    const run = yield* stored(method, store.get(tables.runs, agent.run))
    return Option.flatMap(run, (run) => Option.map(Either.getRight(setupOf(crowd, method, run)), ({ study }) => study))
  })

const Sent = Schema.Struct({ sender_id: replies.maybe(Schema.String), body: Schema.String })

/** What is left of a text that was sanitised. */
const letters = (text: string): string => text.replace(/[^\p{L}\p{N}]+/gu, "")

interface Letter {
  readonly participant: string
  readonly study: string
  readonly body: string
}

const post = ({ client }: Crowd, { body, participant, study }: Letter): Effect.Effect<void, CallError> =>
  Effect.asVoid(
    client.call(
      "send-message",
      Request.post("/api/v1/messages/").pipe(
        Request.bodyUnsafeJson({ recipient_id: participant, body, study_id: study } satisfies SendMessage)
      ),
      Nothing
    )
  )

/** The same text to the same person counts as this message from so long before it was sent: clocks differ. */
const margin = Duration.minutes(10)

const isThere = ({ client }: Crowd, { body, participant }: Letter, since: DateTime.Utc) =>
  client
    .call(
      "get-messages",
      Request.get("/api/v1/messages/", {
        urlParams: { user_id: participant, created_after: DateTime.formatIso(since) }
      }),
      replies.listOf(Sent)
    )
    .pipe(
      Effect.mapError(toProviderError),
      retrying,
      Effect.map(({ results }) =>
        results.some((sent) => !Option.contains(sent.sender_id, participant) && letters(sent.body) === letters(body))
      )
    )

/** After an answer was lost: a message that was sent may take seconds to show. */
const shows = (crowd: Crowd, letter: Letter, since: DateTime.Utc): Effect.Effect<boolean, ProviderError> =>
  Effect.gen(function* () {
    for (const wait of ["1 second", "3 seconds"] as const) {
      yield* Effect.sleep(wait)
      if (yield* isThere(crowd, letter, since)) return true
    }
    return false
  })

/** A throttled call did not happen; what may have happened is looked for, and sent again only where it is not there. */
const deliver = (crowd: Crowd, letter: Letter, since: DateTime.Utc, repeats = 2): Effect.Effect<void, ProviderError> =>
  post(crowd, letter).pipe(
    Effect.retry({
      schedule: policy,
      while: (error) => error._tag === "ProviderError" && error.reason === "Throttled"
    }),
    Effect.catchAll((error) => {
      if (error._tag === "Refusal" || !error.mayHaveHappened) return Effect.fail(toProviderError(error))
      return Effect.flatMap(shows(crowd, letter, since), (there) => {
        if (there) return Effect.void
        return repeats === 0 ? error : deliver(crowd, letter, since, repeats - 1)
      })
    })
  )

const sendOne = (crowd: Crowd, worker: Worker, message: Message): Effect.Effect<Outcome> =>
  Effect.gen(function* () {
    const { category } = message
    if (category !== undefined && !categories.includes(category)) {
      return yield* failure("Rejected", method, `Prolific has no category ${category}; it has ${categories.join(", ")}`)
    }
    const study = yield* studyOf(crowd, worker)
    if (Option.isNone(study)) {
      return yield* failure("Rejected", method, `${worker.name} has taken part in no study of ours`)
    }
    const since = DateTime.subtractDuration(yield* DateTime.now, margin)
    yield* deliver(crowd, { participant: worker.name, study: study.value, body: bodyOf(message) }, since)
  }).pipe(
    Effect.match({
      onSuccess: (): Outcome => ({ _tag: "Sent", worker: worker.id }),
      onFailure: ({ message: description }): Outcome => ({ _tag: "NotSent", worker: worker.id, description })
    })
  )

export const messages = (crowd: Crowd): MessagesDriver => ({
  send: (workers, message) =>
    Effect.forEach(workers, (worker) => sendOne(crowd, worker, message), { concurrency: crowd.concurrency })
})
