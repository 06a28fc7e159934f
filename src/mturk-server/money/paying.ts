/**
 * The crowd's decisions and bonuses. Those on HITs are paid from their requester's account, in one transaction with what
 * is decided, whoever decides: the protocol, the console, or the time that has passed.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type * as Agents from "../../Agents.js"
import type { StoreError } from "../../CrowdError.js"
import { type AgentId, Ids, type RunId } from "../../Ids.js"
import * as Money from "../../Money.js"
import { agents as agentsTable, units as unitsTable } from "../../store/tables.js"
import type { Unit } from "../../Units.js"
import type * as Workers from "../../Workers.js"
import type { Context } from "../context.js"
import * as ids from "../ids.js"
import type { HITTypeRow } from "../rows.js"
import * as fees from "./fees.js"
import * as ledger from "./ledger.js"
import { printAmount } from "./ledger.js"
import * as onHold from "./onHold.js"

const typeOf = (context: Context, run: RunId) => context.rows.hitTypes.get(ids.hitTypeOf(run))

interface Work {
  readonly type: HITTypeRow
  readonly cost: { readonly amount: number; readonly fee: number }
  /** Whether it waits for a decision; for as long, money is held for it. */
  readonly isHeld: boolean
}

/** The agent's work, if it is work on a HIT. */
const workOf = (context: Context, id: AgentId): Effect.Effect<Option.Option<Work>, StoreError> =>
  Effect.gen(function* () {
    const agent = Option.getOrUndefined(yield* context.store.get(agentsTable, id))
    const type = agent === undefined ? undefined : Option.getOrUndefined(yield* typeOf(context, agent.run))
    if (agent === undefined || type === undefined) return Option.none()
    const row = yield* context.rows.hits.get(ids.hitOf(agent.assignment))
    const cost = fees.ofPlace(
      Option.getOrElse(row, () => ({ maxAssignments: 1 })),
      type
    )
    return Option.some({ type, cost, isHeld: agent.status === "completed" })
  })

/** Charges for the work; once, however often. */
const chargeReward = (context: Context, id: AgentId, { cost, isHeld, type }: Work) =>
  Effect.flatMap(DateTime.now, (at) =>
    ledger.charge(context, type.requester, { kind: "reward", subject: id, ...cost, wasHeld: isHeld, at })
  )

/** Gives back what is held for the work; once, however often. */
const giveBack = (context: Context, id: AgentId, { cost, type }: Work) =>
  Effect.flatMap(context.rows.returned.insert(type.requester, id, { id }), (isFirst) =>
    isFirst ? ledger.release(context, type.requester, cost.amount + cost.fee) : Effect.void
  )

export const agents = (context: Context): Agents.Service => {
  const { agents, store } = context

  const paid = <E>(id: AgentId, decided: Effect.Effect<Agents.Decided, E>) =>
    store.transaction(
      Effect.gen(function* () {
        const work = yield* workOf(context, id)
        if (Option.isSome(work)) yield* chargeReward(context, id, work.value)
        return yield* decided
      })
    )

  const reject: Agents.Service["reject"] = (id, ...why) =>
    store.transaction(
      Effect.gen(function* () {
        const work = Option.filter(yield* workOf(context, id), ({ isHeld }) => isHeld)
        const rejected = yield* agents.reject(id, ...why)
        if (Option.isSome(work)) yield* giveBack(context, id, work.value)
        return rejected
      })
    )

  const approve: Agents.Service["approve"] = (id, options) => paid(id, agents.approve(id, options))

  /** Somebody else may decide in between. */
  const approveWaiting = (id: AgentId) =>
    Effect.asSome(approve(id)).pipe(
      Effect.catchTags({
        AgentNotFound: () => Effect.succeedNone,
        InvalidFeedback: Effect.die,
        InvalidTransition: () => Effect.succeedNone
      })
    )

  const approveOneByOne: Agents.Service["approveAll"] = (run, { submittedBefore } = {}) =>
    agents.submissions(run, { status: "completed" }).pipe(
      Stream.catchTag("AgentNotFound", () => Stream.empty),
      Stream.takeWhile(
        ({ submittedAt }) =>
          submittedBefore === undefined || Option.exists(submittedAt, DateTime.lessThanOrEqualTo(submittedBefore))
      ),
      Stream.mapEffect(({ id }) => approveWaiting(id)),
      Stream.map(Option.toArray)
    )

  return {
    ...agents,
    approve,
    softReject: (id, feedback) => paid(id, agents.softReject(id, feedback)),
    reject,
    return: (id) => Effect.tap(agents.return(id), ({ unit }) => onHold.releaseLeft(context, unit)),
    endOverdue: (run) =>
      Effect.tap(agents.endOverdue(run), (ended) => Effect.when(onHold.releaseAllLeft(context, run), () => ended > 0)),
    approveAll: (run, options) =>
      Stream.unwrap(
        Effect.map(
          typeOf(context, run),
          Option.match({
            onNone: () => agents.approveAll(run, options),
            onSome: () => approveOneByOne(run, options)
          })
        )
      )
  }
}

export const workers = (context: Context): Workers.Service => {
  const { rows, store, workers } = context

  const unitOf = ({ unit }: Workers.BonusOptions): Effect.Effect<Option.Option<Unit>, StoreError> =>
    unit === undefined ? Effect.succeedNone : store.get(unitsTable, unit)

  /** What ListBonusPayments shows. */
  const list = ({ amount, reason, worker }: Workers.BonusOptions, unit: Unit, at: DateTime.Utc) =>
    Effect.gen(function* () {
      const assignment = ids.assignmentOf(unit.id)
      const key = yield* Effect.flatMap(Ids, ({ next }) => next)
      yield* rows.bonuses.put(ids.hitOf(unit.assignment), `${assignment}/${key}`, {
        worker: ids.workerNameOf(worker),
        assignment,
        amount: printAmount(amount.minor),
        reason,
        at
      })
    })

  const bonus: Workers.Service["bonus"] = (options) =>
    store.transaction(
      Effect.gen(function* () {
        const receipt = yield* workers.bonus(options)
        const unit = yield* unitOf(options)
        const run = Option.match(unit, { onNone: () => options.run, onSome: ({ run }) => run })
        const type = run === undefined ? Option.none() : yield* typeOf(context, run)
        if (Option.isNone(type)) return receipt
        const at = yield* DateTime.now
        const amount = options.amount.minor
        const fee = fees.ofBonus(amount)
        const charge = { kind: "bonus", subject: receipt.token, amount, fee, wasHeld: false, at } as const
        const isNew = yield* ledger.charge(context, type.value.requester, charge)
        if (isNew && Option.isSome(unit)) yield* list(options, unit.value, at)
        return { ...receipt, fee: Money.make(fee) }
      })
    )

  return { ...workers, bonus }
}
