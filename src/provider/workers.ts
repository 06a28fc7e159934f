import * as Data from "effect/Data"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as checks from "../batch/checks.js"
import {
  type IneligibleReason,
  type ProviderError,
  type RequesterNotFound,
  type StoreError,
  type UnitNotFound,
  WorkerNotFound
} from "../CrowdError.js"
import type { BlockOrder, BonusOrder } from "../Driver.js"
import { retrying } from "../driver/retry.js"
import * as Ids from "../Ids.js"
import type { Intent } from "../Journal.js"
import { tokenOfParts } from "../journal/intents.js"
import type { Done } from "../journal/journal.js"
import { decodePayload, isBegun, missing } from "../journal/payload.js"
import { Money } from "../Money.js"
import * as States from "../States.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { BonusOptions, Scope, Service, Worker } from "../Workers.js"
import { barred, barredNew, claimAny, isBlocked, whyNone } from "./eligibility.js"
import type * as Engine from "./engine.js"
import { ofRun, progressIn, progressOfNew } from "./participation.js"
import * as runTotals from "./runTotals.js"
import * as registry from "./workerRegistry.js"

const Bonus = Schema.Struct({
  worker: Ids.WorkerId,
  unit: Schema.OptionFromNullOr(Ids.UnitId),
  amount: Money,
  reason: Schema.String
})

const Block = Schema.Struct({
  worker: Ids.WorkerId,
  requester: Ids.RequesterId,
  reason: Schema.String,
  generation: Schema.Int
})

/** What was found out in a transaction that is then undone. */
class FoundOut extends Data.TaggedError("FoundOut")<{ readonly bar: Option.Option<IneligibleReason> }> {}

export const make = (engine: Engine.Service): Service => {
  const { driver, journal, requester, run, store, unit, worker } = engine

  const bonusOrder = (bonus: typeof Bonus.Type) =>
    Effect.gen(function* () {
      return {
        worker: yield* worker(bonus.worker),
        unit: yield* Effect.transposeOption(Option.map(bonus.unit, unit)),
        amount: bonus.amount,
        reason: bonus.reason
      }
    })

  const bonuses = journal.runner({
    name: "bonus",
    outward: driver.bonus,
    restore: (intents) =>
      Effect.forEach(intents, (intent) =>
        Effect.flatMap(decodePayload(Bonus, intent), bonusOrder).pipe(
          Effect.catchTags({
            WorkerNotFound: (error) => missing(error.worker),
            UnitNotFound: (error) => missing(error.unit)
          })
        )
      ),
    apply: (done: ReadonlyArray<Done<BonusOrder>>) =>
      Effect.gen(function* () {
        const now = yield* DateTime.now
        yield* store.insert(
          tables.payments,
          done.map(({ intent, order }) => ({
            id: intent.id,
            kind: "bonus" as const,
            run: intent.run,
            unit: Option.map(order.unit, ({ id }) => id),
            worker: order.worker.id,
            currency: order.amount.currency,
            amount: order.amount.minor,
            fee: bonusFee(order).minor,
            reason: Option.some(order.reason),
            paidAt: now
          }))
        )
      })
  })

  const bonusFee = ({ amount }: Pick<BonusOrder, "amount">) =>
    driver.fee({ kind: "bonus", amount, unitsPerAssignment: 1 })

  /** A sum over a run is in one currency. */
  const checkCurrency = (amount: Money, account: Option.Option<Ids.RunId>) =>
    Effect.gen(function* () {
      yield* checks.currency(driver, amount.currency)
      if (Option.isNone(account)) return
      const { task } = yield* run(account.value)
      yield* checks.currency({ provider: driver.provider, currencies: [task.reward.currency] }, amount.currency)
    })

  const checkSum = (amount: Money, account: Option.Option<Ids.RunId>) =>
    Effect.gen(function* () {
      if (Option.isNone(account)) return
      const { total } = yield* runTotals.cost(store, yield* run(account.value))
      yield* checks.sum(total, amount.minor + bonusFee({ amount }).minor)
    })

  const bonus: Service["bonus"] = (options) =>
    Effect.gen(function* () {
      yield* checks.bonus(options)
      const order = yield* bonusOrder({ ...options, unit: Option.fromNullable(options.unit) })
      const id = yield* bonusToken(options)
      const account = Option.orElse(Option.fromNullable(options.run), () => Option.map(order.unit, ({ run }) => run))
      yield* checkCurrency(options.amount, account)
      yield* checkSum(options.amount, account)
      const payload = encodeBonus({ ...options, unit: Option.fromNullable(options.unit) })
      const before = yield* store.get(tables.intents, id)
      const [outcome] = yield* bonuses.perform(
        Effect.succeed([{ token: id, run: account, subject: options.worker, payload, order }])
      )
      if (outcome !== undefined) yield* outcome
      const repeated = Option.exists(before, ({ state }) => state === "done")
      return { token: id, worker: options.worker, amount: options.amount, fee: bonusFee(options), repeated }
    })

  const bonusesOf: Service["bonuses"] = (id) =>
    pages(store, tables.payments, { where: { worker: id, kind: "bonus" }, orderBy: "paidAt", reverse: true }).pipe(
      Stream.map(({ amount, currency, id: token, paidAt, reason, run, unit }) => ({
        token,
        run,
        unit,
        amount: { currency, minor: amount },
        reason: Option.getOrElse(reason, () => ""),
        paidAt
      }))
    )

  const blockOrder = ({ reason, requester: paying, worker: blocked }: typeof Block.Type) =>
    Effect.gen(function* () {
      return { worker: yield* worker(blocked), requester: yield* requester(paying), reason }
    })

  const blockKind = (name: "block" | "unblock") =>
    journal.runner({
      name,
      outward: driver[name],
      restore: (intents: ReadonlyArray<Intent>) =>
        Effect.forEach(intents, (intent) =>
          Effect.flatMap(decodePayload(Block, intent), blockOrder).pipe(
            Effect.catchTags({
              WorkerNotFound: (error) => missing(error.worker),
              RequesterNotFound: (error) => missing(error.requester)
            })
          )
        ),
      apply: (done: ReadonlyArray<Done<BlockOrder>>) =>
        Effect.gen(function* () {
          const changedAt = yield* DateTime.now
          const rows = yield* Effect.forEach(done, ({ intent }) =>
            Effect.map(decodePayload(Block, intent), (block) => ({
              id: `${block.requester}/${block.worker}`,
              requester: block.requester,
              worker: block.worker,
              reason: Option.some(block.reason),
              generation: block.generation,
              changedAt
            }))
          )
          yield* store.put(tables.blocks, rows)
        })
    })

  const runners = { block: blockKind("block"), unblock: blockKind("unblock") }

  const scoped = (scope: Scope): Effect.Effect<Ids.RequesterId, RequesterNotFound | UnitNotFound | StoreError> =>
    "requester" in scope
      ? Effect.map(requester(scope.requester), ({ id }) => id)
      : Effect.gen(function* () {
          const found = yield* unit(scope.unit)
          return (yield* Effect.catchTag(run(found.run), "TaskRunNotFound", () => missing(found.run))).requester
        })

  /** The generation of the next change to the block, none where it is already as wanted. */
  const nextGeneration = (paying: Ids.RequesterId, blocked: Ids.WorkerId, wanted: "block" | "unblock") =>
    Effect.map(store.get(tables.blocks, `${paying}/${blocked}`), (row) => {
      const generation = Option.match(row, { onNone: () => 0, onSome: (block) => block.generation })
      return (generation % 2 === 1) === (wanted === "block") ? Option.none() : Option.some(generation + 1)
    })

  const changeOf = (operation: "block" | "unblock", block: typeof Block.Type) =>
    Effect.gen(function* () {
      return {
        token: yield* tokenOfParts(operation, [block.worker, block.requester, String(block.generation)]),
        run: Option.none(),
        subject: block.worker,
        payload: block,
        order: yield* blockOrder(block)
      }
    })

  /** Makes the change where it is needed; where `which` is `begun`, only if it was asked for before and was cut off. */
  const change = (
    operation: "block" | "unblock",
    options: { readonly worker: Ids.WorkerId; readonly requester: Ids.RequesterId; readonly reason: string },
    which: "begun" | "any"
  ) =>
    runners[operation]
      .perform(
        Effect.gen(function* () {
          const generation = yield* nextGeneration(options.requester, options.worker, operation)
          if (Option.isNone(generation)) return []
          const request = yield* changeOf(operation, { ...options, generation: generation.value })
          return which === "any" || (yield* isBegun(store, request.token)) ? [request] : []
        })
      )
      .pipe(Effect.flatMap((outcomes) => Effect.all(outcomes, { discard: true })))

  /** What was asked before and was cut off comes first, so that what is asked last stands. */
  const setBlock = (operation: "block" | "unblock", id: Ids.WorkerId, scope: Scope, reason: string) =>
    Effect.gen(function* () {
      yield* worker(id)
      const options = { worker: id, requester: yield* scoped(scope), reason }
      yield* change(operation === "block" ? "unblock" : "block", options, "begun")
      yield* change(operation, options, "any")
    })

  /** Whether there is a unit for the worker is found out by claiming one and undoing it. */
  const isEligible: Service["isEligible"] = (id, runId) =>
    Effect.gen(function* () {
      const found = yield* run(runId)
      const known = yield* worker(id)
      return yield* store.transaction(
        Effect.gen(function* () {
          const standing = yield* registry.standingOf(engine, found, known)
          const bar = yield* barred(engine, found, known, standing)
          if (Option.isSome(bar)) return yield* new FoundOut({ bar })
          const agent = yield* Ids.agentId
          const now = yield* DateTime.now
          const unit = yield* claimAny(engine, { run: found, worker: known, standing, agent, now })
          return yield* new FoundOut({
            bar: Option.isSome(unit) ? Option.none() : Option.some(yield* whyNone(engine, found, standing))
          })
        })
      )
    }).pipe(Effect.catchTag("FoundOut", ({ bar }) => Effect.succeed(bar)))

  /** Whether one of our requesters has blocked the worker. */
  const isOurBlock = (blocked: Ids.WorkerId): Effect.Effect<boolean, StoreError> =>
    pages(store, tables.requesters, { where: { provider: driver.provider } }).pipe(
      Stream.mapEffect((paying) => isBlocked(engine, paying.id, blocked)),
      Stream.runFold(false, (any, one) => any || one)
    )

  /** A block the crowd has, and that none of our requesters made, is everybody's. */
  const isKeptOut = (found: Worker, paying: Ids.RequesterId): Effect.Effect<boolean, ProviderError | StoreError> =>
    Effect.gen(function* () {
      if (yield* isBlocked(engine, paying, found.id)) return true
      if (driver.isBlocked === undefined || !(yield* retrying(driver.isBlocked(found)))) return false
      return !(yield* isOurBlock(found.id))
    })

  const heldBy = ({ agent }: typeof tables.standings.schema.Type) =>
    Option.match(agent, {
      onNone: () => Effect.succeedNone,
      onSome: (id) =>
        Effect.map(store.get(tables.agentOutlines, id), (found) =>
          Option.as(
            Option.filter(found, ({ status }) => States.isOpen(status)),
            id
          )
        )
    })

  const standing: Service["standing"] = (runId, id) =>
    Effect.gen(function* () {
      const found = yield* run(runId)
      if (id === undefined) return { held: Option.none(), barred: yield* barredNew(engine, found) }
      const known = yield* worker(id)
      const seen = yield* registry.seeStanding(engine, found.id, known.id)
      return { held: yield* heldBy(seen), barred: yield* barred(engine, found, known, seen) }
    })

  const progress: Service["progress"] = (runId, id) =>
    Effect.gen(function* () {
      const found = yield* run(runId)
      if (id === undefined) return yield* progressOfNew(engine, found)
      const known = yield* worker(id)
      const seen = yield* registry.seeStanding(engine, found.id, known.id)
      return yield* seen.taken === 0 ? progressOfNew(engine, found) : progressIn(engine, found, known, seen)
    })

  return {
    get: worker,
    findByName: (name) =>
      Effect.flatMap(registry.workerNamed(engine, name), (found) =>
        found === undefined ? new WorkerNotFound({ worker: name }) : Effect.succeed(found)
      ),
    list: pages(store, tables.workers, { where: { provider: driver.provider } }),
    ofRun: ofRun(engine),
    bonus,
    bonuses: bonusesOf,
    block: (id, scope, reason) => Effect.zipRight(checks.block(reason), setBlock("block", id, scope, reason)),
    unblock: (id, scope) => setBlock("unblock", id, scope, ""),
    isBlocked: (id, scope) =>
      Effect.flatMap(worker(id), (found) => Effect.flatMap(scoped(scope), (paying) => isKeptOut(found, paying))),
    isEligible,
    standing,
    progress
  }
}

const encodeBonus = Schema.encodeSync(Bonus)

/** Who gets one in each of two runs gets two; a unit tells its run. */
const bonusToken = ({ amount, key, reason, run, unit, worker }: BonusOptions): Effect.Effect<Ids.Token> =>
  tokenOfParts("bonus", [worker, unit ?? run ?? "", amount.currency, String(amount.minor), reason, key ?? ""])
