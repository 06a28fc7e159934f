/** Workers: keeping them out, letting them in again, and writing to them. */
import {
  CreateWorkerBlockCommand,
  DeleteWorkerBlockCommand,
  ListWorkerBlocksCommand,
  NotifyWorkersCommand
} from "@aws-sdk/client-mturk"
import * as Effect from "effect/Effect"
import type { ProviderError } from "../CrowdError.js"
import { type BlockOrder, type Driver, type MessagesDriver, type Outward, receipt } from "../Driver.js"
import { policy } from "../driver/retry.js"
import type { Message, Outcome } from "../Messages.js"
import type { Worker } from "../Workers.js"
import { Nothing } from "./client.js"
import { type Crowd, plain, refused, repeatable } from "./crowd.js"
import type { CallError } from "./errors.js"
import * as replies from "./replies.js"

/** Everybody who is blocked, from all pages. */
const blockedWorkers = ({ client }: Crowd) =>
  Effect.map(
    replies.everything((token) =>
      client.call(
        "ListWorkerBlocks",
        () => new ListWorkerBlocksCommand({ MaxResults: 100, NextToken: token }),
        replies.WorkerBlocks
      )
    ),
    (blocks) => new Set(blocks.map(({ WorkerId }) => WorkerId))
  )

const changing = (
  crowd: Crowd,
  /** Whether they are blocked afterwards. */
  blocked: boolean,
  send: (order: BlockOrder) => Effect.Effect<unknown, CallError>
): Outward<BlockOrder, ProviderError> =>
  repeatable(crowd, ({ order }) =>
    send(order).pipe(
      Effect.catchTag("Refusal", (refusal) =>
        Effect.flatMap(blockedWorkers(crowd), (all) =>
          all.has(order.worker.name) === blocked ? Effect.void : Effect.fail(refusal)
        )
      ),
      Effect.mapError(refused(crowd)),
      Effect.as(receipt())
    )
  )

export const isBlocked =
  (crowd: Crowd): NonNullable<Driver["isBlocked"]> =>
  ({ name }) =>
    Effect.mapError(
      Effect.map(blockedWorkers(crowd), (all) => all.has(name)),
      refused(crowd)
    )

export const block = (crowd: Crowd): Driver["block"] =>
  changing(crowd, true, ({ reason, worker }) =>
    crowd.client.call(
      "CreateWorkerBlock",
      () => new CreateWorkerBlockCommand({ WorkerId: worker.name, Reason: plain(reason) || "blocked" }),
      Nothing
    )
  )

export const unblock = (crowd: Crowd): Driver["unblock"] =>
  changing(crowd, false, ({ reason, worker }) =>
    crowd.client.call(
      "DeleteWorkerBlock",
      () => new DeleteWorkerBlockCommand({ WorkerId: worker.name, Reason: plain(reason) || "unblocked" }),
      Nothing
    )
  )

const mostAtOnce = 100

const notSent = (worker: Worker, description: string): Outcome => ({ _tag: "NotSent", worker: worker.id, description })

const notify = ({ client }: Crowd, workers: ReadonlyArray<Worker>, { subject, text }: Message) =>
  client
    .call(
      "NotifyWorkers",
      () =>
        new NotifyWorkersCommand({ Subject: subject, MessageText: text, WorkerIds: workers.map(({ name }) => name) }),
      replies.NotifyFailures
    )
    .pipe(
      // Nothing but a throttled call can be repeated without writing twice.
      Effect.retry({
        schedule: policy,
        while: (error) => error._tag === "ProviderError" && error.reason === "Throttled"
      })
    )

/** One outcome for each; of a call that is refused because of one worker, the others are written to all the same. */
const sendPage = (
  crowd: Crowd,
  workers: ReadonlyArray<Worker>,
  message: Message
): Effect.Effect<ReadonlyArray<Outcome>> =>
  notify(crowd, workers, message).pipe(
    Effect.map(({ NotifyWorkersFailureStatuses }) => {
      const failed = new Map(NotifyWorkersFailureStatuses.map((status) => [status.WorkerId, status]))
      return workers.map((worker): Outcome => {
        const status = failed.get(worker.name)
        return status === undefined
          ? { _tag: "Sent", worker: worker.id }
          : notSent(worker, status.NotifyWorkersFailureMessage ?? status.NotifyWorkersFailureCode ?? "no reason given")
      })
    }),
    Effect.catchAll((error): Effect.Effect<ReadonlyArray<Outcome>> => {
      if (error._tag === "Refusal" && /worker/i.test(error.description) && workers.length > 1) {
        const half = Math.ceil(workers.length / 2)
        const halves = [workers.slice(0, half), workers.slice(half)]
        return Effect.map(
          Effect.forEach(halves, (some) => sendPage(crowd, some, message)),
          (outcomes) => outcomes.flat()
        )
      }
      return Effect.succeed(workers.map((worker) => notSent(worker, refused(crowd)(error).message)))
    })
  )

export const messages = (crowd: Crowd): MessagesDriver => ({
  send: (workers, message) => {
    const count = Math.ceil(workers.length / mostAtOnce)
    const inHundreds = Array.from({ length: count }, (_, i) => workers.slice(i * mostAtOnce, (i + 1) * mostAtOnce))
    return Effect.map(
      Effect.forEach(inHundreds, (some) => sendPage(crowd, some, message)),
      (outcomes) => outcomes.flat()
    )
  }
})
