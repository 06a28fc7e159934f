/** Workers are blocked and unblocked, each by one requester. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as checks from "../batch/argumentChecks.js"
import type { ProviderError, RequesterNotFound, StoreError, UnitNotFound } from "../CrowdError.js"
import type { BlockOrder } from "../Driver.js"
import { retrying } from "../driver/retry.js"
import * as Ids from "../Ids.js"
import type { Intent } from "../Journal.js"
import { tokenOfParts } from "../journal/intents.js"
import type { Done } from "../journal/journal.js"
import { decodePayload, isBegun, missing } from "../journal/payload.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { Scope, Service, Worker } from "../Workers.js"
import * as Engine from "./engine.js"

type Operation = "block" | "unblock"

/** With each change the generation is one more: the worker is blocked in the odd ones. */
const Block = Schema.Struct({
  worker: Ids.WorkerId,
  requester: Ids.RequesterId,
  reason: Schema.String,
  generation: Schema.Int
})
type Block = typeof Block.Type

const idOf = (requester: Ids.RequesterId, worker: Ids.WorkerId): string => `${requester}/${worker}`

const generationOf = ({ store }: Engine.Service, requester: Ids.RequesterId, worker: Ids.WorkerId) =>
  Effect.map(
    store.get(tables.blocks, idOf(requester, worker)),
    Option.match({ onNone: () => 0, onSome: ({ generation }) => generation })
  )

const isOdd = (generation: number): boolean => generation % 2 === 1

/** Whether this requester has blocked the worker, by our own record. */
export const isBlocked = (
  engine: Engine.Service,
  requester: Ids.RequesterId,
  worker: Ids.WorkerId
): Effect.Effect<boolean, StoreError> => Effect.map(generationOf(engine, requester, worker), isOdd)

const orderOf = ({ requester, worker }: Engine.Service, block: Block) =>
  Effect.gen(function* () {
    return { worker: yield* worker(block.worker), requester: yield* requester(block.requester), reason: block.reason }
  })

const rowOf = ({ generation, reason, requester, worker }: Block, changedAt: DateTime.Utc) => ({
  id: idOf(requester, worker),
  requester,
  worker,
  reason: Option.some(reason),
  generation,
  changedAt
})

const makeRunner = (engine: Engine.Service, name: Operation) =>
  engine.journal.runner({
    name,
    outward: engine.driver[name],
    restore: (intents: ReadonlyArray<Intent>) =>
      Effect.forEach(intents, (intent) =>
        Effect.flatMap(decodePayload(Block, intent), (block) => orderOf(engine, block)).pipe(
          Effect.catchTags({
            WorkerNotFound: (error) => missing(error.worker),
            RequesterNotFound: (error) => missing(error.requester)
          })
        )
      ),
    apply: (done: ReadonlyArray<Done<BlockOrder>>) =>
      Effect.gen(function* () {
        const now = yield* DateTime.now
        const rows = yield* Effect.forEach(done, ({ intent }) =>
          Effect.map(decodePayload(Block, intent), (block) => rowOf(block, now))
        )
        yield* engine.store.put(tables.blocks, rows)
      })
  })

const requesterOf = (
  engine: Engine.Service,
  scope: Scope
): Effect.Effect<Ids.RequesterId, RequesterNotFound | UnitNotFound | StoreError> =>
  "requester" in scope
    ? Effect.map(engine.requester(scope.requester), ({ id }) => id)
    : Effect.gen(function* () {
        const { run } = yield* engine.unit(scope.unit)
        return (yield* Engine.runOf(engine, run)).requester
      })

/** Whether one of our requesters has blocked the worker. */
const isOurBlock = (engine: Engine.Service, worker: Ids.WorkerId): Effect.Effect<boolean, StoreError> =>
  pages(engine.store, tables.requesters, { where: { provider: engine.driver.provider } }).pipe(
    Stream.mapEffect(({ id }) => isBlocked(engine, id, worker)),
    Stream.runFold(false, (any, one) => any || one)
  )

/** A block the crowd has, and that none of our requesters made, is everybody's. */
const isKeptOut = (
  engine: Engine.Service,
  worker: Worker,
  requester: Ids.RequesterId
): Effect.Effect<boolean, ProviderError | StoreError> =>
  Effect.gen(function* () {
    if (yield* isBlocked(engine, requester, worker.id)) return true
    const { driver } = engine
    if (driver.isBlocked === undefined || !(yield* retrying(driver.isBlocked(worker)))) return false
    return !(yield* isOurBlock(engine, worker.id))
  })

const requestOf = (engine: Engine.Service, operation: Operation, block: Block) =>
  Effect.gen(function* () {
    return {
      token: yield* tokenOfParts(operation, [block.worker, block.requester, String(block.generation)]),
      run: Option.none(),
      subject: block.worker,
      payload: block,
      order: yield* orderOf(engine, block)
    }
  })

export const make = (engine: Engine.Service): Pick<Service, "block" | "unblock" | "isBlocked"> => {
  const { store, worker } = engine
  const runners = { block: makeRunner(engine, "block"), unblock: makeRunner(engine, "unblock") }

  /** Makes the change where it is needed; where `which` is `begun`, only if it was asked for before and was cut off. */
  const change = (operation: Operation, wanted: Omit<Block, "generation">, which: "begun" | "any") =>
    runners[operation]
      .perform(
        Effect.gen(function* () {
          const generation = yield* generationOf(engine, wanted.requester, wanted.worker)
          if (isOdd(generation) === (operation === "block")) return []
          const request = yield* requestOf(engine, operation, { ...wanted, generation: generation + 1 })
          return which === "any" || (yield* isBegun(store, request.token)) ? [request] : []
        })
      )
      .pipe(Effect.flatMap((outcomes) => Effect.all(outcomes, { discard: true })))

  /** What was asked before and was cut off comes first, so that what is asked last stands. */
  const setBlock = (operation: Operation, id: Ids.WorkerId, scope: Scope, reason: string) =>
    Effect.gen(function* () {
      yield* worker(id)
      const wanted = { worker: id, requester: yield* requesterOf(engine, scope), reason }
      yield* change(operation === "block" ? "unblock" : "block", wanted, "begun")
      yield* change(operation, wanted, "any")
    })

  return {
    block: (id, scope, reason) => Effect.zipRight(checks.block(reason), setBlock("block", id, scope, reason)),
    unblock: (id, scope) => setBlock("unblock", id, scope, ""),
    isBlocked: (id, scope) =>
      Effect.flatMap(worker(id), (found) =>
        Effect.flatMap(requesterOf(engine, scope), (requester) => isKeptOut(engine, found, requester))
      )
  }
}
