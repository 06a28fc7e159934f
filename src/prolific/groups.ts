/** Participant groups: qualifications, who is blocked, and who is kept out after a soft rejection. */
import * as Request from "@effect/platform/HttpClientRequest"
import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Order from "effect/Order"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { ProviderError } from "../CrowdError.js"
import { type BlockOrder, type Driver, type Outward, oneByOne, receipt } from "../Driver.js"
import { Nothing } from "./client.js"
import type { Crowd } from "./crowd.js"
import { type CallError, isMissing, toProviderError } from "./errors.js"
import { everyOffset, wholeList } from "./paging.js"
import type { CreateParticipantGroupBody, ParticipantIDList } from "./protocol.js"
import { Id } from "./replies.js"

const root = "/api/v1/participant-groups/"

const Group = Schema.Struct({
  id: Id,
  name: Schema.String,
  is_deleted: Schema.optionalWith(Schema.Boolean, { default: () => false, nullable: true })
})
export type Group = typeof Group.Type

const Member = Schema.Struct({ participant_id: Schema.String })

/** What groups of ours are called begins with this. */
export const prefix = "effect-crowd"

/** The workspace's groups that were not deleted. */
export const groups = ({ client, workspace }: Crowd): Stream.Stream<Group, ProviderError> =>
  Stream.unwrap(
    Effect.map(workspace, (id) =>
      everyOffset(client, "get-participant-groups", root, { workspace_id: id, active: "true" }, Group)
    )
  ).pipe(Stream.filter(({ is_deleted }) => !is_deleted))

/** Two may have been made of one name, when an answer was lost: all go by the first. */
export const find = (crowd: Crowd, name: string): Effect.Effect<Option.Option<string>, ProviderError> =>
  groups(crowd).pipe(
    Stream.filter((group) => group.name === name),
    Stream.map(({ id }) => id),
    Stream.runCollect,
    Effect.map((ids) => Chunk.head(Chunk.sort(ids, Order.string)))
  )

const create = ({ client, workspace }: Crowd, name: string, description: string): Effect.Effect<string, CallError> =>
  Effect.flatMap(workspace, (workspace_id) =>
    Effect.map(
      client.call(
        "create-participant-group",
        Request.post(root).pipe(
          Request.bodyUnsafeJson({ workspace_id, name, description } satisfies CreateParticipantGroupBody)
        ),
        Group
      ),
      ({ id }) => id
    )
  )

/** The group of this name: found or, where there is none, made. */
export const ensure = (crowd: Crowd, name: string, description: string): Effect.Effect<string, ProviderError> =>
  Effect.flatMap(
    find(crowd, name),
    Option.match({
      onNone: () => Effect.mapError(create(crowd, name, description), toProviderError),
      onSome: Effect.succeed
    })
  )

const changing = (
  { client }: Crowd,
  method: string,
  request: Request.HttpClientRequest,
  participants: ReadonlyArray<string>
): Effect.Effect<void, CallError> =>
  Effect.asVoid(
    client.call(
      method,
      Request.bodyUnsafeJson(request, { participant_ids: participants } satisfies ParticipantIDList),
      Nothing
    )
  )

/** Whoever is in it already stays. */
export const addTo = (
  crowd: Crowd,
  group: string,
  participants: ReadonlyArray<string>
): Effect.Effect<void, ProviderError> =>
  participants.length === 0
    ? Effect.void
    : Effect.mapError(
        changing(crowd, "add-to-participant-group", Request.post(`${root}${group}/participants/`), participants),
        toProviderError
      )

/** Whoever is not in it stays out; a group that is gone has nobody in it. */
export const removeFrom = (crowd: Crowd, group: string, participant: string): Effect.Effect<void, ProviderError> =>
  changing(crowd, "remove-from-participant-group", Request.del(`${root}${group}/participants/`), [participant]).pipe(
    Effect.catchIf(isMissing, () => Effect.void),
    Effect.mapError(toProviderError)
  )

export const remove = ({ client }: Crowd, group: string): Effect.Effect<void, ProviderError> =>
  client.call("delete-participant-group", Request.del(`${root}${group}/`), Nothing).pipe(
    Effect.asVoid,
    Effect.catchIf(isMissing, () => Effect.void),
    Effect.mapError(toProviderError)
  )

const isIn = ({ client }: Crowd, group: string, participant: string): Effect.Effect<boolean, ProviderError> =>
  Effect.map(
    wholeList(client, "get-participant-group-participants", `${root}${group}/participants/`, {}, Member),
    (members) => members.some(({ participant_id }) => participant_id === participant)
  )

const blockedName = `${prefix}: blocked`

/** The group of whom no study is offered to; every study of ours has it excluded from the start. */
export const blocked = (crowd: Crowd): Effect.Effect<string, ProviderError> =>
  ensure(crowd, blockedName, "Nobody in it is offered a study of effect-crowd.")

/** Who was paid for work that was not used; excluded likewise. */
export const softRejected = (crowd: Crowd): Effect.Effect<string, ProviderError> =>
  ensure(crowd, `${prefix}: soft-rejected`, "Paid for work that was not used; offered no more studies of effect-crowd.")

const told = (
  { concurrency }: Crowd,
  send: (order: BlockOrder) => Effect.Effect<void, ProviderError>
): Outward<BlockOrder, ProviderError> =>
  oneByOne({ concurrency, repeatableFor: Duration.infinity, send: ({ order }) => Effect.as(send(order), receipt()) })

export const block = (crowd: Crowd): Driver["block"] =>
  told(crowd, ({ worker }) => Effect.flatMap(blocked(crowd), (group) => addTo(crowd, group, [worker.name])))

const blockedIfAny = (crowd: Crowd) => find(crowd, blockedName)

export const unblock = (crowd: Crowd): Driver["unblock"] =>
  told(crowd, ({ worker }) =>
    Effect.flatMap(
      blockedIfAny(crowd),
      Option.match({ onNone: () => Effect.void, onSome: (group) => removeFrom(crowd, group, worker.name) })
    )
  )

export const isBlocked =
  (crowd: Crowd): NonNullable<Driver["isBlocked"]> =>
  ({ name }) =>
    Effect.flatMap(
      blockedIfAny(crowd),
      Option.match({ onNone: () => Effect.succeed(false), onSome: (group) => isIn(crowd, group, name) })
    )
