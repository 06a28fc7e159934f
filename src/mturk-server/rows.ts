/** What the service remembers beside the crowd's own records: rows of the store's `data`, in groups that are listed. */
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { StoreError } from "../CrowdError.js"
import { AssignmentId, QualificationId, RequesterId, RunId, WorkerId } from "../Ids.js"
import { Json } from "../Json.js"
import { Minor } from "../Money.js"
import type * as Store from "../Store.js"
import { data } from "../store/tables.js"
import { NotificationSpecification, QualificationRequirement } from "./protocol/model.js"

const Instant = Schema.DateTimeUtcFromNumber
const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.OptionFromNullOr(schema)

export const HITTypeRow = Schema.Struct({
  run: RunId,
  requester: RequesterId,
  title: Schema.String,
  description: Schema.String,
  keywords: optional(Schema.String),
  reward: Minor,
  assignmentDuration: Schema.Int,
  autoApprovalDelay: Schema.Int,
  requirements: optional(Schema.Array(QualificationRequirement)),
  /** How many HITs it has had; the next one's row in the run. */
  rows: Schema.Int
})
export interface HITTypeRow extends Schema.Schema.Type<typeof HITTypeRow> {}

export const HITRow = Schema.Struct({
  id: Schema.String,
  requester: RequesterId,
  run: RunId,
  assignment: AssignmentId,
  row: Schema.Int,
  createdAt: Instant,
  expiration: Instant,
  question: Schema.String,
  annotation: optional(Schema.String),
  maxAssignments: Schema.Int,
  /** What its Units are named with; nobody is shown it. */
  unitKey: Schema.String,
  /** How many Units were ever made for it; those that were withdrawn are among them. */
  units: Schema.Int,
  /** Of these, how many belong to a HITType it had before. */
  moved: Schema.Int,
  reviewing: Schema.Boolean,
  disposed: Schema.Boolean
})
export interface HITRow extends Schema.Schema.Type<typeof HITRow> {}

export const TokenRow = Schema.Struct({ at: Instant, hit: optional(Schema.String) })

/** What was not paid yet, and how much of it is kept for places that somebody may still fill. */
export const AccountRow = Schema.Struct({ balance: Schema.Int, held: Schema.Int })
export interface AccountRow extends Schema.Schema.Type<typeof AccountRow> {}

export const EntryRow = Schema.Struct({
  kind: Schema.Literal("reward", "bonus"),
  subject: Schema.String,
  amount: Minor,
  fee: Minor,
  at: Instant
})

export const BonusRow = Schema.Struct({
  worker: Schema.String,
  assignment: Schema.String,
  amount: Schema.String,
  reason: Schema.String,
  at: Instant
})

export const QualificationTypeRow = Schema.Struct({
  id: QualificationId,
  requester: RequesterId,
  /** The qualification's name in the crowd. */
  local: Schema.String,
  createdAt: Instant,
  name: Schema.String,
  description: Schema.String,
  keywords: optional(Schema.String),
  status: Schema.Literal("Active", "Inactive"),
  testDuration: optional(Schema.Int),
  retryDelay: optional(Schema.Int),
  autoGranted: Schema.Boolean,
  autoGrantedValue: optional(Schema.Int)
})
export interface QualificationTypeRow extends Schema.Schema.Type<typeof QualificationTypeRow> {}

/** One for each worker and QualificationType: the latest. */
export const QualificationRequestRow = Schema.Struct({
  /** The QualificationType, as the protocol names it. */
  type: Schema.String,
  worker: WorkerId,
  at: Instant,
  status: Schema.Literal("submitted", "granted", "rejected"),
  reason: optional(Schema.String)
})
export interface QualificationRequestRow extends Schema.Schema.Type<typeof QualificationRequestRow> {}

export const MessageRow = Schema.Struct({ subject: Schema.String, text: Schema.String, at: Instant })

export const NameRow = Schema.Struct({ id: Schema.String })

export const RunRow = Schema.Struct({ id: RunId })

/** Where the requester wants to be told of a HITType; kept, and nothing is sent there. */
export const NotificationRow = Schema.Struct({
  notification: optional(NotificationSpecification),
  active: Schema.Boolean
})

const prefix = "mturk-server"

interface Entry<A> {
  readonly key: string
  readonly value: A
}

export interface Kind<A> {
  readonly get: (key: string) => Effect.Effect<Option.Option<A>, StoreError>
  readonly getAll: (keys: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<A>, StoreError>
  readonly put: (group: string, key: string, value: A) => Effect.Effect<void, StoreError>
  /** False where there is one of this key already. */
  readonly insert: (group: string, key: string, value: A) => Effect.Effect<boolean, StoreError>
  readonly remove: (...keys: ReadonlyArray<string>) => Effect.Effect<void, StoreError>
  /** Those of a group in the order of their keys, or from the greatest down, after `after`; all of them after "". */
  readonly page: (
    group: string,
    options: { readonly after: string; readonly limit: number; readonly reverse?: boolean }
  ) => Effect.Effect<ReadonlyArray<Entry<A>>, StoreError>
}

const kind = <A, I>(store: Store.Service, name: string, schema: Schema.Schema<A, I>): Kind<A> => {
  const decode = Schema.decodeUnknownEither(schema)
  const encode = Schema.encodeSync(schema)
  const toJson = Schema.decodeUnknownSync(Json)
  const idOf = (key: string) => `${prefix}/${name}/${key}`
  const read = (row: typeof data.schema.Type): Effect.Effect<A, StoreError> =>
    Either.match(decode(row.value), {
      onLeft: ({ message: description }) =>
        Effect.fail(new StoreError({ reason: "Corrupt", operation: "read", description })),
      onRight: Effect.succeed
    })
  const rowOf = (group: string, key: string, value: A) => ({
    id: idOf(key),
    provider: `${prefix}/${name}/${group}`,
    value: toJson(encode(value))
  })
  const inGroup = (group: string) => ({ provider: `${prefix}/${name}/${group}` })
  const entries = (rows: ReadonlyArray<typeof data.schema.Type>) =>
    Effect.forEach(rows, (row) => Effect.map(read(row), (value) => ({ key: row.id.slice(idOf("").length), value })))
  return {
    get: (key) => Effect.flatMap(store.get(data, idOf(key)), (row) => Effect.transposeOption(Option.map(row, read))),
    getAll: (keys) => Effect.flatMap(store.getAll(data, keys.map(idOf)), (rows) => Effect.forEach(rows, read)),
    put: (group, key, value) => store.put(data, [rowOf(group, key, value)]),
    insert: (group, key, value) =>
      Effect.map(store.insert(data, [rowOf(group, key, value)]), (inserted) => inserted.length > 0),
    remove: (...keys) => store.remove(data, keys.map(idOf)),
    page: (group, { after, limit, reverse = false }) =>
      Effect.flatMap(
        store.page(data, {
          where: inGroup(group),
          after: after === "" ? undefined : { id: idOf(after), provider: "", value: null },
          limit,
          reverse
        }),
        entries
      )
  }
}

export const make = (store: Store.Service) => ({
  hitTypes: kind(store, "type", HITTypeRow),
  /** Under the requester, or under what is left of disposed ones. */
  hits: kind(store, "hit", HITRow),
  /** HITTypes of which something may still happen by itself. */
  active: kind(store, "active", RunRow),
  /** HITs by when they expire. */
  expiring: kind(store, "expiring", NameRow),
  /** Units that end once those at work on them leave them, by their HITTypes' runs; each with its HIT. */
  leaving: kind(store, "leaving", NameRow),
  /** Agents whose work was rejected, and what was held for it given back, by requester. */
  returned: kind(store, "returned", NameRow),
  /** HITs that were ever under review, by their HITTypes' runs. */
  reviewing: kind(store, "reviewing", NameRow),
  tokens: kind(store, "token", TokenRow),
  accounts: kind(store, "account", AccountRow),
  ledger: kind(store, "ledger", EntryRow),
  bonuses: kind(store, "bonus", BonusRow),
  qualificationTypes: kind(store, "qualification", QualificationTypeRow),
  qualificationNames: kind(store, "qualification-name", NameRow),
  /** Under the requester while they wait, then under what is decided of the requester's. */
  qualificationRequests: kind(store, "qualification-request", QualificationRequestRow),
  messages: kind(store, "message", MessageRow),
  notifications: kind(store, "notification", NotificationRow)
})

export interface Rows extends ReturnType<typeof make> {}

/** Sorts as the time does. */
export const timeKey = (at: DateTime.Utc): string => String(at.epochMillis).padStart(15, "0")
