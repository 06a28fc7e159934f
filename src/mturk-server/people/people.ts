/** Workers: blocked, let in again, and written to. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoreError } from "../../CrowdError.js"
import * as Ids from "../../Ids.js"
import { blocks } from "../../store/tables.js"
import { type Context, orDefect, orRefused } from "../context.js"
import * as ids from "../ids.js"
import * as limits from "../protocol/limits.js"
import * as listing from "../protocol/listing.js"
import { type NotifyWorkersRequest, operations } from "../protocol/model.js"
import { type Caller, on } from "../protocol/operation.js"
import * as refusal from "../protocol/refusal.js"

const isKnown = (context: Context, name: string): Effect.Effect<Option.Option<Ids.WorkerId>, StoreError> =>
  Option.match(ids.workerOf(name), {
    onNone: () => Effect.succeedNone,
    onSome: (id) =>
      context.workers.get(id).pipe(
        Effect.as(Option.some(id)),
        Effect.catchTag("WorkerNotFound", () => Effect.succeedNone)
      )
  })

/** The worker of that id, who has been here. */
export const known = (context: Context, name: string): Effect.Effect<Ids.WorkerId, refusal.Refusal | StoreError> =>
  Effect.flatMap(
    isKnown(context, name),
    Option.match({ onNone: () => refusal.foreignWorker(name), onSome: Effect.succeed })
  )

const listBlocks = (context: Context, caller: Caller, asked: listing.Asked) =>
  listing.page(asked, {
    read: (after, limit) =>
      context.store.page(blocks, {
        where: { requester: caller.requester },
        after:
          after === ""
            ? undefined
            : {
                id: after,
                requester: caller.requester,
                worker: ids.anyWorker,
                reason: Option.none(),
                generation: 0,
                changedAt: caller.now
              },
        limit
      }),
    keyOf: ({ id }) => id,
    show: (found) =>
      Effect.succeed(
        found
          .filter(({ generation }) => generation % 2 === 1)
          .map(({ id, reason, worker }) => ({
            key: id,
            item: { WorkerId: ids.workerNameOf(worker), Reason: Option.getOrUndefined(reason) }
          }))
      )
  })

/** Kept for the worker to read. */
const deliver = (context: Context, caller: Caller, { MessageText, Subject }: NotifyWorkersRequest, id: Ids.WorkerId) =>
  Effect.gen(function* () {
    const { next } = yield* Ids.Ids
    const key = `${id}/${yield* next}`
    yield* context.rows.messages.put(id, key, { subject: Subject, text: MessageText, at: caller.now })
  })

const notify = (context: Context, caller: Caller, input: NotifyWorkersRequest) =>
  Effect.gen(function* () {
    yield* limits.noLonger("Subject", input.Subject, 200)
    yield* limits.noLonger("MessageText", input.MessageText, 4096)
    yield* limits.line("Subject", input.Subject)
    yield* limits.prose("MessageText", input.MessageText)
    yield* limits.within("WorkerIds", input.WorkerIds.length, 1, 100)
    const outcomes = yield* Effect.forEach(new Set(input.WorkerIds), (name) =>
      Effect.gen(function* () {
        const worker = yield* isKnown(context, name)
        if (Option.isSome(worker)) yield* deliver(context, caller, input, worker.value)
        return { name, isDelivered: Option.isSome(worker) }
      })
    )
    return outcomes
      .filter(({ isDelivered }) => !isDelivered)
      .map(({ name }) => ({
        WorkerId: name,
        NotifyWorkersFailureCode: "HardFailure" as const,
        NotifyWorkersFailureMessage: `There is no worker ${name}.`
      }))
  })

export const handlers = (context: Context) => [
  on(operations.CreateWorkerBlock, ({ Reason, WorkerId }, { requester }) =>
    Effect.gen(function* () {
      const worker = yield* known(context, WorkerId)
      yield* orRefused(context.workers.block(worker, { requester }, Reason))
      return {}
    })
  ),
  on(operations.DeleteWorkerBlock, ({ WorkerId }, { requester }) =>
    Effect.gen(function* () {
      const worker = yield* known(context, WorkerId)
      yield* orDefect(context.workers.unblock(worker, { requester }))
      return {}
    })
  ),
  on(operations.ListWorkerBlocks, (asked, caller) =>
    Effect.map(listBlocks(context, caller, asked), ({ items, ...page }) => ({ ...page, WorkerBlocks: items }))
  ),
  on(operations.NotifyWorkers, (input, caller) =>
    Effect.map(notify(context, caller, input), (NotifyWorkersFailureStatuses) => ({ NotifyWorkersFailureStatuses }))
  )
]
