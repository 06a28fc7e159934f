/** That Prolific calls us: the workspace's secret, and a subscription to each kind of event. */
import * as Headers from "@effect/platform/Headers"
import * as Request from "@effect/platform/HttpClientRequest"
import * as Arr from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { ProviderError } from "../CrowdError.js"
import { retrying } from "../Driver.js"
import * as tables from "../store/tables.js"
import { Nothing } from "./client.js"
import { type Crowd, stored } from "./crowd.js"
import { failure, isMissing, provider, toProviderError } from "./errors.js"
import { everyOffset } from "./paging.js"
import type { CreateSecret, SubscriptionConfirmation, SubscriptionDetail } from "./protocol.js"
import * as replies from "./replies.js"

/** Where Prolific calls us, after the address of our pages. */
export const path = "/prolific/hooks"

/** What there is to look for. */
const events = ["submission.status.change", "study.status.change"] as const

const Secret = Schema.Struct({ value: Schema.Redacted(Schema.NonEmptyString) })

const Subscription = Schema.Struct({
  id: replies.Id,
  event_type: Schema.String,
  target_url: Schema.String,
  is_enabled: Schema.optionalWith(Schema.Boolean, { default: () => true, nullable: true })
})
type Subscription = typeof Subscription.Type

/** The document says a list, and clients read one. */
const Made = Schema.Union(replies.listOf(Subscription), Subscription)

const secretsRoot = "/api/v1/hooks/secrets/"
const root = "/api/v1/hooks/subscriptions/"

/** The workspace's secret, where it has one. */
const found = ({ client }: Crowd, workspace: string) =>
  client
    .call("get-secrets", Request.get(secretsRoot, { urlParams: { workspace_id: workspace } }), replies.listOf(Secret))
    .pipe(
      Effect.mapError(toProviderError),
      retrying,
      Effect.map(({ results }) => Option.map(Arr.head(results), ({ value }) => value))
    )

/** Making one replaces the one there is, which others in the workspace may use: only where there is none. */
export const secretOf = (crowd: Crowd): Effect.Effect<Redacted.Redacted<string>, ProviderError> =>
  Effect.gen(function* () {
    const workspace = yield* crowd.workspace
    const known = yield* found(crowd, workspace)
    if (Option.isSome(known)) return known.value
    const request = Request.bodyUnsafeJson(Request.post(secretsRoot), {
      workspace_id: workspace
    } satisfies CreateSecret)
    const { value } = yield* Effect.mapError(crowd.client.call("create-secret", request, Secret), toProviderError)
    return value
  })

/** All that call us, whether they are switched on or not. */
const ours = ({ client }: Crowd, workspace: string, address: string) =>
  Stream.mergeAll(
    ["true", "false"].map((is_enabled) =>
      everyOffset(client, "get-subscriptions", root, { workspace_id: workspace, is_enabled }, Subscription)
    ),
    { concurrency: 1 }
  ).pipe(
    Stream.filter(({ target_url }) => target_url === address),
    Stream.runCollect,
    Effect.map(Chunk.toReadonlyArray)
  )

/** Where it is written down that a subscription was confirmed, which its list does not say. */
const rowOf = (id: string): string => `${provider}/hook/${id}`

const confirm = ({ client, store }: Crowd, id: string, secret: string) =>
  Effect.zipRight(
    client.call(
      "confirm-subscription",
      Request.bodyUnsafeJson(Request.post(`${root}${id}/`), { secret } satisfies SubscriptionConfirmation),
      Nothing
    ),
    stored("confirm-subscription", store.put(tables.data, [{ id: rowOf(id), provider, value: {} }]))
  )

/** It counts once it is confirmed by the secret that came with it. */
const make = (crowd: Crowd, workspace: string, address: string, event: string): Effect.Effect<void, ProviderError> =>
  Effect.gen(function* () {
    const request = Request.bodyUnsafeJson(Request.post(root), {
      workspace_id: workspace,
      event_type: event,
      target_url: address
    } satisfies SubscriptionDetail)
    const [reply, headers] = yield* crowd.client.callWithHeaders("create-subscription", request, Made)
    const all = "results" in reply ? reply.results : [reply]
    const made = all.find(({ event_type }) => event_type === event)
    const secret = Headers.get(headers, "x-hook-secret")
    if (made === undefined || Option.isNone(secret)) {
      return yield* failure("Malformed", "create-subscription", "what came back does not say how to confirm it")
    }
    yield* confirm(crowd, made.id, secret.value)
  }).pipe(Effect.mapError(toProviderError))

const remove = ({ client }: Crowd, { id }: Subscription): Effect.Effect<void, ProviderError> =>
  client.call("delete-subscription", Request.del(`${root}${id}/`), Nothing).pipe(
    Effect.catchIf(isMissing, () => Effect.void),
    Effect.mapError(toProviderError)
  )

/** One that was never confirmed, or was switched off because nobody answered, is made anew. */
export const subscribe = (crowd: Crowd, pages: string): Effect.Effect<void, ProviderError> =>
  Effect.gen(function* () {
    const address = `${pages}${path}`
    const workspace = yield* crowd.workspace
    const all = yield* ours(crowd, workspace, address)
    const rows = yield* stored(
      "get-subscriptions",
      crowd.store.getAll(
        tables.data,
        all.map(({ id }) => rowOf(id))
      )
    )
    const confirmed = new Set(rows.map(({ id }) => id))
    const [others, good] = Arr.partition(all, ({ id, is_enabled }) => is_enabled && confirmed.has(rowOf(id)))
    yield* Effect.forEach(others, (one) => remove(crowd, one), { discard: true })
    const missing = events.filter((event) => !good.some(({ event_type }) => event_type === event))
    yield* Effect.forEach(missing, (event) => make(crowd, workspace, address, event), { discard: true })
  })
