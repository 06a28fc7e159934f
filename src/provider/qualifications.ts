import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as checks from "../batch/checks.js"
import { QualificationExists, QualificationNotFound, type StoreError } from "../CrowdError.js"
import type { GrantOrder, QualificationsDriver } from "../Driver.js"
import { retrying } from "../driver/retry.js"
import * as Ids from "../Ids.js"
import type { Intent } from "../Journal.js"
import { tokenOfParts } from "../journal/intents.js"
import type { Done } from "../journal/journal.js"
import { decodePayload, isBegun, missing } from "../journal/payload.js"
import type { Qualification, Service } from "../Qualifications.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type * as Engine from "./engine.js"

const Grant = Schema.Struct({
  worker: Ids.WorkerId,
  qualification: Ids.QualificationId,
  value: Schema.Int,
  generation: Schema.Int
})

const decodeGrant = Schema.decodeUnknownOption(Grant)

type Operation = "grant" | "revoke"

const maxRounds = 3

export const make = (engine: Engine.Service, crowd: QualificationsDriver): Service => {
  const { driver, journal, store, worker } = engine

  const named = (name: string) =>
    Effect.map(
      store.page(tables.qualifications, { where: { provider: driver.provider, name }, limit: 1 }),
      (rows) => rows[0]
    )

  const find: Service["find"] = (name) =>
    Effect.flatMap(named(name), (found) =>
      found === undefined ? new QualificationNotFound({ qualification: name }) : Effect.succeed(found)
    )

  const create: Service["create"] = (name, description) =>
    Effect.gen(function* () {
      yield* checks.qualification(name, description)
      const known = yield* named(name)
      if (known !== undefined) return yield* new QualificationExists({ name })
      const remoteId = yield* retrying(crowd.create(name, description))
      const made: Qualification = {
        id: yield* Ids.qualificationId,
        provider: driver.provider,
        name,
        description,
        remoteId,
        createdAt: yield* DateTime.now
      }
      const inserted = yield* store.insert(tables.qualifications, [made])
      return inserted.length === 0 ? yield* new QualificationExists({ name }) : made
    })

  /** What was begun with it has failed: of what is not there, nothing can be finished. */
  const abandonBegun = ({ id, name }: Qualification) =>
    Stream.fromIterable(["pending", "uncertain"] as const).pipe(
      Stream.flatMap((state) => pages(store, tables.intents, { where: { provider: driver.provider, state } })),
      Stream.filter(
        ({ kind, payload }) =>
          Object.hasOwn(runners, kind) && Option.exists(decodeGrant(payload), (grant) => grant.qualification === id)
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

  const remove: Service["delete"] = (name) =>
    Effect.gen(function* () {
      const found = yield* find(name)
      yield* retrying(crowd.delete(found))
      yield* pages(store, tables.grants, { where: { qualification: found.id } }).pipe(
        Stream.runForEachChunk((page) =>
          store.remove(
            tables.grants,
            [...page].map(({ id }) => id)
          )
        )
      )
      yield* abandonBegun(found)
      yield* store.remove(tables.qualifications, [found.id])
    })

  const orderOf = ({ qualification: id, value, worker: granted }: typeof Grant.Type) =>
    Effect.gen(function* () {
      const qualification = yield* store.get(tables.qualifications, id)
      if (Option.isNone(qualification)) return yield* missing(id)
      return { worker: yield* worker(granted), qualification: qualification.value, value }
    })

  const kind = (name: "grant" | "revoke") =>
    journal.runner({
      name,
      outward: crowd[name],
      restore: (intents: ReadonlyArray<Intent>) =>
        Effect.forEach(intents, (intent) =>
          Effect.flatMap(decodePayload(Grant, intent), orderOf).pipe(
            Effect.catchTag("WorkerNotFound", (error) => missing(error.worker))
          )
        ),
      apply: (done: ReadonlyArray<Done<GrantOrder>>) =>
        Effect.gen(function* () {
          const changedAt = yield* DateTime.now
          const rows = yield* Effect.forEach(done, ({ intent }) =>
            Effect.map(decodePayload(Grant, intent), (grant) => ({
              id: `${grant.qualification}/${grant.worker}`,
              qualification: grant.qualification,
              worker: grant.worker,
              value: name === "grant" ? Option.some(grant.value) : Option.none(),
              generation: grant.generation,
              changedAt
            }))
          )
          yield* store.put(tables.grants, rows)
        })
    })

  const runners = { grant: kind("grant"), revoke: kind("revoke") }

  const current = (qualification: Qualification, id: Ids.WorkerId) =>
    Effect.map(store.get(tables.grants, `${qualification.id}/${id}`), (row) => ({
      value: Option.flatMap(row, ({ value }) => value),
      generation: Option.match(row, { onNone: () => 0, onSome: ({ generation }) => generation })
    }))

  const tokenOf = (operation: Operation, { generation, qualification, worker }: typeof Grant.Type) =>
    tokenOfParts(operation, [qualification, worker, String(generation)])

  const perform = (operation: Operation, grant: Effect.Effect<Option.Option<typeof Grant.Type>, StoreError>) =>
    runners[operation]
      .perform(
        Effect.flatMap(
          grant,
          Option.match({
            onNone: () => Effect.succeed([]),
            onSome: (grant) =>
              Effect.all([tokenOf(operation, grant), orderOf(grant)]).pipe(
                Effect.map(([token, order]) => [
                  { token, run: Option.none(), subject: grant.worker, payload: grant, order }
                ])
              )
          })
        )
      )
      .pipe(Effect.flatMap((outcomes) => Effect.all(outcomes, { discard: true })))

  const nextOf = (qualification: Qualification, id: Ids.WorkerId, wanted: Option.Option<number>) =>
    Effect.map(current(qualification, id), ({ generation, value }) =>
      isSame(value, wanted)
        ? Option.none()
        : Option.some({
            worker: id,
            qualification: qualification.id,
            value: Option.getOrElse(wanted, () => 0),
            generation: generation + 1
          })
    )

  /** What was asked before and was cut off comes first, under its own token, so that what is asked last stands. */
  const finishBegun = (qualification: Qualification, id: Ids.WorkerId) =>
    Effect.gen(function* () {
      const { generation } = yield* current(qualification, id)
      const grant = { worker: id, qualification: qualification.id, value: 0, generation: generation + 1 }
      for (const operation of ["grant", "revoke"] as const) {
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
      yield* perform(Option.isSome(wanted) ? "grant" : "revoke", nextOf(qualification, id, wanted))
      const after = yield* current(qualification, id)
      if (!isSame(after.value, wanted) && rounds > 1) yield* change(name, id, wanted, rounds - 1)
    })

  return {
    create,
    delete: remove,
    find,
    list: pages(store, tables.qualifications, { where: { provider: driver.provider } }),
    grant: (name, id, value) => Effect.zipRight(checks.standing(value), change(name, id, Option.some(value))),
    revoke: (name, id) => change(name, id, Option.none()),
    value: (name, id) =>
      Effect.flatMap(find(name), (qualification) => Effect.map(current(qualification, id), ({ value }) => value))
  }
}

const isSame = Option.getEquivalence<number>((a, b) => a === b)
