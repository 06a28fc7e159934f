/** Workers are paid bonuses, each once. */
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Order from "effect/Order"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { AgentOutline } from "../Agents.js"
import * as checks from "../batch/argumentChecks.js"
import type { StoreError } from "../CrowdError.js"
import type { BonusOrder } from "../Driver.js"
import * as Ids from "../Ids.js"
import type { Intent } from "../Journal.js"
import { tokenOfParts } from "../journal/intents.js"
import type { Done } from "../journal/journal.js"
import { decodePayload, missing } from "../journal/payload.js"
import { Money } from "../Money.js"
import { type AgentStatus, SubmissionStatus } from "../States.js"
import type * as Store from "../Store.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import type { Unit } from "../Units.js"
import type { BonusOptions, Service } from "../Workers.js"
import * as Engine from "./engine.js"
import * as runTotals from "./runTotals.js"

const Bonus = Schema.Struct({
  worker: Ids.WorkerId,
  unit: Schema.OptionFromNullOr(Ids.UnitId),
  agent: Schema.OptionFromNullOr(Ids.AgentId),
  amount: Money,
  reason: Schema.String
})

const encodeBonus = Schema.encodeSync(Bonus)

/** Who gets one in each of two runs gets two; a unit tells its run. */
const bonusToken = ({ amount, key, reason, run, unit, worker }: BonusOptions): Effect.Effect<Ids.Token> =>
  tokenOfParts("bonus", [worker, unit ?? run ?? "", amount.currency, String(amount.minor), reason, key ?? ""])

const feeOf = ({ driver }: Engine.Service, { amount }: Pick<BonusOrder, "amount">, account: Option.Option<TaskRun>) =>
  driver.fee({ kind: "bonus", amount, places: 1, setup: Option.flatMap(account, ({ setup }) => setup) })

const handedIn: ReadonlyArray<AgentStatus> = SubmissionStatus.literals

/** What the worker submitted last: of the unit, or of the run. */
const workOf = (
  { store }: Engine.Service,
  unit: Option.Option<Unit>,
  { run, worker }: Pick<BonusOptions, "run" | "worker">
): Effect.Effect<Option.Option<Ids.AgentId>, StoreError> =>
  Effect.gen(function* () {
    const latest = (where: Store.Where<AgentOutline>, limit: number) =>
      store.page(tables.agentOutlines, { where, reverse: true, limit })
    if (Option.isSome(unit)) {
      const { assignment, id } = unit.value
      const ofRow = yield* latest({ worker, assignment }, 100)
      const work = ofRow.find((agent) => agent.unit === id && handedIn.includes(agent.status))
      return Option.map(Option.fromNullable(work), ({ id }) => id)
    }
    if (run === undefined) return Option.none()
    const ofRun = yield* Effect.forEach(handedIn, (status) => latest({ run, status, worker }, 1))
    return Arr.head(
      Arr.sort(
        Arr.map(ofRun.flat(), ({ id }) => id),
        Order.reverse(Order.string)
      )
    )
  })

/** What is paid, as it was first written down: the work it is for stays the same. */
const wantedOf = (engine: Engine.Service, before: Option.Option<Intent>, options: BonusOptions) =>
  Effect.gen(function* () {
    const written = Option.filter(before, ({ state }) => state !== "failed")
    if (Option.isSome(written)) return yield* decodePayload(Bonus, written.value)
    const unit = yield* Effect.transposeOption(Option.map(Option.fromNullable(options.unit), engine.unit))
    const { amount, reason, worker } = options
    return {
      worker,
      unit: Option.map(unit, ({ id }) => id),
      agent: yield* workOf(engine, unit, options),
      amount,
      reason
    }
  })

const orderOf = ({ store, unit, worker }: Engine.Service, bonus: typeof Bonus.Type) =>
  Effect.gen(function* () {
    return {
      worker: yield* worker(bonus.worker),
      unit: yield* Effect.transposeOption(Option.map(bonus.unit, unit)),
      agent: Arr.head(yield* store.getAll(tables.agentOutlines, Option.toArray(bonus.agent))),
      amount: bonus.amount,
      reason: bonus.reason
    }
  })

const paymentOf = (engine: Engine.Service, { intent, order }: Done<BonusOrder>, paidAt: DateTime.Utc) =>
  Effect.map(
    Effect.transposeMapOption(intent.run, (run) => Engine.runOf(engine, run)),
    (account) => ({
      id: intent.id,
      kind: "bonus" as const,
      run: intent.run,
      unit: Option.map(order.unit, ({ id }) => id),
      worker: order.worker.id,
      currency: order.amount.currency,
      amount: order.amount.minor,
      fee: feeOf(engine, order, account).minor,
      reason: Option.some(order.reason),
      paidAt
    })
  )

const makeRunner = (engine: Engine.Service) =>
  engine.journal.runner({
    name: "bonus",
    outward: engine.driver.bonus,
    restore: (intents) =>
      Effect.forEach(intents, (intent) =>
        Effect.flatMap(decodePayload(Bonus, intent), (bonus) => orderOf(engine, bonus)).pipe(
          Effect.catchTags({
            WorkerNotFound: (error) => missing(error.worker),
            UnitNotFound: (error) => missing(error.unit)
          })
        )
      ),
    apply: (done: ReadonlyArray<Done<BonusOrder>>) =>
      Effect.gen(function* () {
        const now = yield* DateTime.now
        const payments = yield* Effect.forEach(done, (one) => paymentOf(engine, one, now))
        yield* engine.store.insert(tables.payments, payments)
      })
  })

/** A sum over a run is in one currency. */
const checkCurrency = ({ driver }: Engine.Service, amount: Money, account: Option.Option<TaskRun>) =>
  Effect.gen(function* () {
    yield* checks.currency(driver, amount.currency)
    if (Option.isNone(account)) return
    const { reward } = account.value.task
    yield* checks.currency({ provider: driver.provider, currencies: [reward.currency] }, amount.currency)
  })

const checkSum = (engine: Engine.Service, amount: Money, account: Option.Option<TaskRun>) =>
  Effect.gen(function* () {
    if (Option.isNone(account)) return
    const { total } = yield* runTotals.cost(engine.store, account.value)
    yield* checks.sum(total, amount.minor + feeOf(engine, { amount }, account).minor)
  })

export const make = (engine: Engine.Service): Pick<Service, "bonus" | "bonuses"> => {
  const { store } = engine
  const runner = makeRunner(engine)

  const bonus: Service["bonus"] = (options) =>
    Effect.gen(function* () {
      const { amount, worker } = options
      yield* checks.bonus(options)
      const token = yield* bonusToken(options)
      const before = yield* store.get(tables.intents, token)
      const wanted = yield* wantedOf(engine, before, options)
      const order = yield* orderOf(engine, wanted)
      const run = Option.orElse(Option.fromNullable(options.run), () => Option.map(order.unit, ({ run }) => run))
      const account = yield* Effect.transposeMapOption(run, engine.run)
      yield* checkCurrency(engine, amount, account)
      yield* checkSum(engine, amount, account)
      const [outcome] = yield* runner.perform(
        Effect.succeed([{ token, run, subject: worker, payload: encodeBonus(wanted), order }])
      )
      if (outcome !== undefined) yield* outcome
      const repeated = Option.exists(before, ({ state }) => state === "done")
      return { token, worker, amount, fee: feeOf(engine, options, account), repeated }
    })

  const bonuses: Service["bonuses"] = (id) =>
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

  return { bonus, bonuses }
}
