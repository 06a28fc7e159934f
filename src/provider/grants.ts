/** Qualifications are granted to workers and revoked, and what a worker has of each. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { StoreError } from "../CrowdError.js"
import type { GrantOrder, QualificationsDriver } from "../Driver.js"
import * as Ids from "../Ids.js"
import type { Intent } from "../Journal.js"
import { tokenOfParts } from "../journal/intents.js"
import type { Done } from "../journal/journal.js"
import { decodePayload, isBegun, missing } from "../journal/payload.js"
import type { Qualification, Service } from "../Qualifications.js"
import type * as Store from "../Store.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type * as Engine from "./engine.js"

/** With each change the generation is one more. */
const Grant = Schema.Struct({
  worker: Ids.WorkerId,
  qualification: Ids.QualificationId,
  value: Schema.Int,
  generation: Schema.Int
})
type Grant = typeof Grant.Type

const decodeGrant = Schema.decodeUnknownOption(Grant)

const operations = ["grant", "revoke"] as const
type Operation = (typeof operations)[number]

const isOperation = (kind: string): boolean => operations.some((operation) => operation === kind)

const maxRounds = 3

const isSame = Option.getEquivalence<number>((a, b) => a === b)

/** What was begun with it has failed: of what is not there, nothing can be finished. */
export const abandonBegun = (
  { driver, store }: Engine.Service,
  { id, name }: Qualification
): Effect.Effect<void, StoreError> =>
  Stream.fromIterable(["pending", "uncertain"] as const).pipe(
    Stream.flatMap((state) => pages(store, tables.intents, { where: { provider: driver.provider, state } })),
    Stream.filter(
      ({ kind, payload }) =>
        isOperation(kind) && Option.exists(decodeGrant(payload), (grant) => grant.qualification === id)
    ),
    Stream.runForEachChunk((begun) =>
      Effect.flatMap(DateTime.now, (now) =>
        store.update(tables.intents, {
          ids: [...begun].map((intent) => intent.id),
          when: { state: ["pending", "uncertain"] },
          set: {
            state: "failed",
            settledAt: Option.some(now),
            error: Option.some({ _tag: "QualificationNotFound", message: `${name} was deleted meanwhile` })
          }
        })
      )
    )
  )

/** Nobody has it any more. */
export const removeAll = (store: Store.Service, { id }: Qualification): Effect.Effect<void, StoreError> =>
  pages(store, tables.grants, { where: { qualification: id } }).pipe(
    Stream.runForEachChunk((page) =>
      store.remove(
        tables.grants,
        [...page].map(({ id }) => id)
      )
    )
  )

const idOf = (qualification: Ids.QualificationId, worker: Ids.WorkerId): string => `${qualification}/${worker}`

/** What the worker has of it now. */
export const current = (store: Store.Service, { id }: Qualification, worker: Ids.WorkerId) =>
  Effect.map(store.get(tables.grants, idOf(id, worker)), (row) => ({
    value: Option.flatMap(row, ({ value }) => value),
    generation: Option.match(row, { onNone: () => 0, onSome: ({ generation }) => generation })
  }))

const orderOf = ({ store, worker }: Engine.Service, grant: Grant) =>
  Effect.gen(function* () {
    const qualification = yield* store.get(tables.qualifications, grant.qualification)
    if (Option.isNone(qualification)) return yield* missing(grant.qualification)
    return { worker: yield* worker(grant.worker), qualification: qualification.value, value: grant.value }
  })

const rowOf = (operation: Operation, { generation, qualification, value, worker }: Grant, changedAt: DateTime.Utc) => ({
  id: idOf(qualification, worker),
  qualification,
  worker,
  value: operation === "grant" ? Option.some(value) : Option.none(),
  generation,
  changedAt
})

const makeRunner = (engine: Engine.Service, crowd: QualificationsDriver, name: Operation) =>
  engine.journal.runner({
    name,
    outward: crowd[name],
    restore: (intents: ReadonlyArray<Intent>) =>
      Effect.forEach(intents, (intent) =>
        Effect.flatMap(decodePayload(Grant, intent), (grant) => orderOf(engine, grant)).pipe(
          Effect.catchTag("WorkerNotFound", (error) => missing(error.worker))
        )
      ),
    apply: (done: ReadonlyArray<Done<GrantOrder>>) =>
      Effect.gen(function* () {
        const now = yield* DateTime.now
        const rows = yield* Effect.forEach(done, ({ intent }) =>
          Effect.map(decodePayload(Grant, intent), (grant) => rowOf(name, grant, now))
        )
        yield* engine.store.put(tables.grants, rows)
      })
  })

const tokenOf = (operation: Operation, { generation, qualification, worker }: Grant) =>
  tokenOfParts(operation, [qualification, worker, String(generation)])

const requestOf = (engine: Engine.Service, operation: Operation, grant: Grant) =>
  Effect.map(Effect.all([tokenOf(operation, grant), orderOf(engine, grant)]), ([token, order]) => ({
    token,
    run: Option.none(),
    subject: grant.worker,
    payload: grant,
    order
  }))

/** The change that is still needed. */
const nextOf = (
  store: Store.Service,
  qualification: Qualification,
  worker: Ids.WorkerId,
  wanted: Option.Option<number>
): Effect.Effect<Option.Option<Grant>, StoreError> =>
  Effect.map(current(store, qualification, worker), ({ generation, value }) =>
    isSame(value, wanted)
      ? Option.none()
      : Option.some({
          worker,
          qualification: qualification.id,
          value: Option.getOrElse(wanted, () => 0),
          generation: generation + 1
        })
  )

/** Grants this value, or revokes it where none is wanted. */
export const make = (engine: Engine.Service, crowd: QualificationsDriver, find: Service["find"]) => {
  const { store, worker } = engine
  const runners = { grant: makeRunner(engine, crowd, "grant"), revoke: makeRunner(engine, crowd, "revoke") }

  const perform = (operation: Operation, grant: Effect.Effect<Option.Option<Grant>, StoreError>) =>
    runners[operation]
      .perform(
        Effect.flatMap(
          grant,
          Option.match({
            onNone: () => Effect.succeed([]),
            onSome: (grant) => Effect.map(requestOf(engine, operation, grant), (request) => [request])
          })
        )
      )
      .pipe(Effect.flatMap((outcomes) => Effect.all(outcomes, { discard: true })))

  /** What was asked before and was cut off comes first, under its own token, so that what is asked last stands. */
  const finishBegun = (qualification: Qualification, id: Ids.WorkerId) =>
    Effect.gen(function* () {
      const { generation } = yield* current(store, qualification, id)
      const grant = { worker: id, qualification: qualification.id, value: 0, generation: generation + 1 }
      for (const operation of operations) {
        const begun = yield* isBegun(store, yield* tokenOf(operation, grant))
        if (begun) yield* perform(operation, Effect.succeedSome(grant))
      }
    })

  const change = (
    name: string,
    id: Ids.WorkerId,
    wanted: Option.Option<number>,
    rounds = maxRounds
  ): ReturnType<Service["revoke"]> =>
    Effect.gen(function* () {
      const qualification = yield* find(name)
      yield* worker(id)
      yield* finishBegun(qualification, id)
      yield* perform(Option.isSome(wanted) ? "grant" : "revoke", nextOf(store, qualification, id, wanted))
      const after = yield* current(store, qualification, id)
      if (!isSame(after.value, wanted) && rounds > 1) yield* change(name, id, wanted, rounds - 1)
    })

  return change
}
