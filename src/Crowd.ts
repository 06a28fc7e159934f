/**
 * Programs over the capabilities: what a requester does with a batch, written once for every provider.
 *
 * @since 0.1.0
 */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Agents } from "./Agents.js"
import type { Batch } from "./Batch.js"
import { Budget } from "./Budget.js"
import * as checks from "./batch/argumentChecks.js"
import {
  AgentNotFound,
  type BatchChanged,
  type CurrencyNotPaid,
  Fault,
  InsufficientFunds,
  type InvalidInput,
  type ProviderError,
  type RequesterNotFound,
  type SettingNotKept,
  type StoreError,
  type TaskRunNotFound,
  type Uncertain
} from "./CrowdError.js"
import { resultsOf } from "./crowd/results.js"
import type { Decision, Review, ReviewOptions } from "./crowd/reviewing.js"
import * as reviewing from "./crowd/reviewing.js"
import * as rowLoader from "./crowd/rowLoader.js"
import type { Estimate } from "./Driver.js"
import { placesOf } from "./driver/offers.js"
import type { AgentId, AssignmentId, RequesterId, RunId } from "./Ids.js"
import { progressCallback } from "./internal/changes.js"
import { named } from "./internal/schemas.js"
import { Journal } from "./Journal.js"
import type { Json } from "./Json.js"
import * as Money from "./Money.js"
import { Provider } from "./Provider.js"
import type { Result } from "./Results.js"
import { type Lacking, type RelaunchOptions, type Task, type TaskRun, TaskRuns } from "./TaskRuns.js"
import { Units } from "./Units.js"
import { type BonusReceipt, type BonusError as PayBonusError, Workers } from "./Workers.js"

/**
 * What a batch will cost if every unit is accepted. `available` is none where the provider has no budget.
 *
 * @since 0.1.0
 * @category models
 */
export const Plan = Schema.Struct({
  name: Schema.String,
  provider: Schema.String,
  mode: Schema.Literal("test", "live"),
  assignments: Schema.Int,
  units: Schema.Int,
  reward: Money.Money,
  fee: Money.Money,
  rewards: Money.Money,
  fees: Money.Money,
  total: Money.Money,
  available: Schema.OptionFromNullOr(Money.Money),
  /** What is probably not meant, but can be sent. */
  warnings: Schema.Array(named<Fault>()(Fault)),
  /** What is done that the template does not say. */
  notes: Schema.Array(named<Fault>()(Fault)),
  /** What the crowd says of the task's price, each a sentence. */
  remarks: Schema.Array(Schema.String)
}).annotations({ identifier: "Plan" })
/**
 * @since 0.1.0
 * @category models
 */
export interface Plan extends Schema.Schema.Type<typeof Plan> {}

/**
 * How far a launch is, in units.
 *
 * @since 0.1.0
 * @category models
 */
export interface Progress {
  readonly run: RunId
  readonly launched: number
  readonly units: number
  /** What was launched by this call alone, and of how many rows. */
  readonly now: { readonly units: number; readonly rows: number }
}

/**
 * `E` and `R` are what `onProgress` fails with and needs.
 *
 * @since 0.1.0
 * @category models
 */
export interface LaunchOptions<E = never, R = never> {
  readonly requester: RequesterId
  /**
   * Launch at most so many units now (not rows): one of each row first, then the next of each; row by row where the crowd
   * has a row's units in one offer.
   */
  readonly limit?: number | undefined
  /** Start another run, even where the batch has one. */
  readonly fresh?: boolean | undefined
  /**
   * Whether to ask the provider's `Budget`, where it has one, if it pays for what is to come: `check` (the default) fails
   * with InsufficientFunds before anything is sent, `ignore` leaves it to the crowd to refuse.
   */
  readonly budget?: "check" | "ignore" | undefined
  readonly onProgress?: ((progress: Progress) => Effect.Effect<void, E, R>) | undefined
}

/**
 * One bonus of many, for the worker behind an agent of the run or for a worker by the name their crowd calls them.
 *
 * @since 0.1.0
 * @category models
 */
export interface Bonus {
  readonly to: { readonly _tag: "Agent"; readonly agent: AgentId } | { readonly _tag: "Worker"; readonly name: string }
  readonly amount: Money.Money
  readonly reason: string
  readonly key?: string | undefined
}

export type { Review, ReviewError, ReviewOptions } from "./crowd/reviewing.js"
export { Decision } from "./crowd/reviewing.js"

/** What a launch can fail with. Repeating it goes on from there. @since 0.1.0 @category errors */
export type LaunchError =
  | RequesterNotFound
  | TaskRunNotFound
  | BatchChanged
  | InvalidInput
  | CurrencyNotPaid
  | SettingNotKept
  | InsufficientFunds
  | Uncertain
  | ProviderError
  | StoreError

/** What a bonus for an agent can fail with. @since 0.1.0 @category errors */
export type BonusError = AgentNotFound | PayBonusError

const available = (requester: RequesterId) =>
  Effect.flatMap(Effect.serviceOption(Budget), (budget) =>
    Effect.transposeOption(Option.map(budget, (budget) => budget.available(requester)))
  )

/**
 * What launching the batch would cost, and what there is to pay it with. Sends nothing. Fails with SettingNotKept where a
 * limit of the task would be kept neither by the crowd nor by us.
 *
 * @since 0.1.0
 * @category programs
 */
export const plan = (
  batch: Batch,
  requester: RequesterId
): Effect.Effect<
  Plan,
  RequesterNotFound | InvalidInput | CurrencyNotPaid | SettingNotKept | ProviderError | StoreError,
  Provider
> => planWith(batch, available(requester))

/** What one of so many units costs on top of its reward, and what the crowd says of it. */
const estimateOf = (
  { estimate, fee, offers }: Provider["Type"],
  task: Task,
  units: number,
  setup: Option.Option<Json>
): Effect.Effect<Estimate, CurrencyNotPaid | ProviderError> => {
  if (estimate !== undefined) return estimate(task, units)
  const { qualifications, reward: amount } = task
  const places = placesOf(offers, task, units)
  return Effect.succeed({ fee: fee({ kind: "reward", amount, places, qualifications, setup }), notes: [] })
}

const planWith = <E>(
  batch: Batch,
  available: Effect.Effect<Option.Option<Money.Money>, E>
): Effect.Effect<Plan, InvalidInput | CurrencyNotPaid | SettingNotKept | ProviderError | E, Provider> =>
  Effect.gen(function* () {
    const provider = yield* Provider
    yield* checks.currency(provider, batch.task.reward.currency)
    yield* checks.limits(provider, batch.task)
    yield* checks.media(provider, batch)
    yield* checks.pages(provider, batch)
    const { reward, unitsPerAssignment } = batch.task
    const units = batch.count * unitsPerAssignment
    const { fee, notes: remarks } = yield* estimateOf(provider, batch.task, units, Option.none())
    return {
      name: batch.name,
      provider: provider.provider,
      mode: provider.mode,
      assignments: batch.count,
      units,
      reward,
      fee,
      rewards: Money.times(reward, units),
      fees: Money.times(fee, units),
      total: Money.times(Money.sum(reward, fee), units),
      available: yield* available,
      warnings: batch.warnings,
      notes: batch.notes,
      remarks
    }
  })

interface ToSend {
  /** Units that were sent before. */
  readonly sent: number
  /** Units that are to be sent now. */
  readonly toSend: number
}

/** Fails unless what is there pays for what is to be sent. */
const afford = (
  { available, fee, provider, reward }: Pick<Plan, "available" | "fee" | "provider" | "reward">,
  { sent, toSend }: ToSend
): Effect.Effect<void, InsufficientFunds | CurrencyNotPaid> =>
  Option.match(available, {
    onNone: () => Effect.void,
    onSome: (available) => {
      const each = Money.sum(reward, fee)
      const needed = Money.times(each, toSend)
      const affordable = Math.max(0, Math.floor(available.minor / each.minor))
      const enough =
        needed.minor <= available.minor
          ? Effect.void
          : new InsufficientFunds({ needed, available, launch: { sent, toSend, affordable } })
      return Effect.zipRight(checks.currency({ provider, currencies: [available.currency] }, needed.currency), enough)
    }
  })

/** What is to be sent of a batch: units that are made and not out, and those of rows that are yet to be added. */
const toSendOf = (batch: Batch, run: RunId) =>
  Effect.gen(function* () {
    const runs = yield* TaskRuns
    const { created, ...others } = yield* runs.counts(run)
    const missing = Math.max(0, batch.count - (yield* runs.rows(run)))
    return {
      sent: Object.values(others).reduce((sum, n) => sum + n, 0),
      toSend: created + missing * batch.task.unitsPerAssignment
    } satisfies ToSend
  })

/**
 * Launches a batch: finds its run and finishes what an earlier launch left unfinished, checks that what is still to be
 * sent can be paid, opens a run where there is none, registers the task, and offers every unit that is not on offer yet.
 * Running it again continues where it stopped, with the rows that were added at the end; nothing is launched twice.
 *
 * @since 0.1.0
 * @category programs
 */
export const launch = <E = never, R = never>(
  batch: Batch,
  options: LaunchOptions<E, R>
): Effect.Effect<TaskRun, LaunchError | E, Provider | TaskRuns | Units | Journal | R> =>
  Effect.flatMap(progressCallback(options.onProgress), (onProgress) =>
    Effect.scoped(launchShowing(batch, options, onProgress))
  )

const launchShowing = <E>(
  batch: Batch,
  options: Omit<LaunchOptions, "onProgress">,
  onProgress: (progress: Progress) => Effect.Effect<void, E>
) =>
  Effect.gen(function* () {
    const runs = yield* TaskRuns
    const units = yield* Units
    const journal = yield* Journal
    const provider = yield* Provider
    const isChecked = options.budget !== "ignore" && !provider.isDraft
    const cost = yield* planWith(batch, isChecked ? available(options.requester) : Effect.succeedNone)
    const { digest, media, name, rows, task, template } = batch
    const opening = { requester: options.requester, name, digest, task, template, media, rows, fresh: options.fresh }
    const goOn = ({ id }: TaskRun) => Effect.zipRight(journal.settle(id), runs.open(opening))
    const known = yield* Effect.transposeMapOption(yield* runs.find(opening), goOn)
    const { sent, toSend } = Option.isSome(known)
      ? yield* toSendOf(batch, known.value.id)
      : { sent: 0, toSend: cost.units }
    yield* afford(cost, { sent, toSend: Math.min(toSend, options.limit ?? toSend) })
    const run = Option.isSome(known) ? known.value : yield* runs.open(opening)
    if (media.length > 0) yield* runs.addMedia(run.id, media)
    const { first, rest, until } = yield* rowLoader.make(runs, batch, run.id)
    const ready = yield* Effect.zipLeft(runs.setup(run.id), first, { concurrent: true })
    const rowsOut = new Set<AssignmentId>()
    const offer = units.launch(run.id, { limit: options.limit, ready: until }).pipe(
      Stream.runFoldEffect(0, (before, page) => {
        for (const { assignment } of page) rowsOut.add(assignment)
        const now = { units: before + page.length, rows: rowsOut.size }
        const progress = { run: run.id, launched: sent + now.units, units: sent + toSend, now }
        return Effect.as(onProgress(progress), now.units)
      })
    )
    const offered = yield* Effect.exit(offer)
    yield* rest
    yield* offered
    return ready
  })

/**
 * What launching lost units again will cost if all of them are accepted. Units that were made by an earlier relaunch and
 * not sent are among them.
 *
 * @since 0.1.0
 * @category models
 */
export interface RelaunchPlan extends Lacking, Pick<Plan, "reward" | "fee" | "total" | "available"> {}

/** What a relaunch can fail with. Repeating it goes on from there. @since 0.1.0 @category errors */
export type RelaunchError =
  | TaskRunNotFound
  | AgentNotFound
  | RequesterNotFound
  | CurrencyNotPaid
  | InsufficientFunds
  | Uncertain
  | ProviderError
  | StoreError

/**
 * What `relaunch` would send, and what that would cost. Makes and sends nothing.
 *
 * @since 0.1.0
 * @category programs
 */
export const relaunchPlan = (id: RunId, options: RelaunchOptions = {}) =>
  Effect.gen(function* () {
    const runs = yield* TaskRuns
    const units = yield* Units
    const provider = yield* Provider
    const { requester, setup, task } = yield* runs.get(id)
    const { reward } = task
    const lacking = yield* runs.lacking(id, options)
    const made = yield* units.list(id, { status: "created" }).pipe(
      Stream.filter(({ replaces }) => Option.isSome(replaces)),
      Stream.runCount
    )
    const count = lacking.units + made
    const { fee } = yield* estimateOf(provider, task, count, setup)
    const plan: RelaunchPlan = {
      rows: lacking.rows,
      units: count,
      reward,
      fee,
      total: Money.times(Money.sum(reward, fee), count),
      available: yield* available(requester)
    }
    return plan
  })

/**
 * Gives every row of the run that lacks accepted answers new units, with a lifetime of their own, and offers them, if what
 * is there pays for them. Rows that are complete get none. Repeating it makes nothing more, and sends what was not sent.
 *
 * @since 0.1.0
 * @category programs
 */
export const relaunch = (
  id: RunId,
  options: RelaunchOptions = {}
): Effect.Effect<RelaunchPlan, RelaunchError, Provider | TaskRuns | Units | Journal> =>
  Effect.gen(function* () {
    const runs = yield* TaskRuns
    yield* runs.get(id)
    yield* (yield* Journal).settle(id)
    const plan = yield* relaunchPlan(id, options)
    const { created, ...others } = yield* runs.counts(id)
    const sent = Object.values(others).reduce((sum, n) => sum + n, 0)
    const { isDraft, provider } = yield* Provider
    if (!isDraft) yield* afford({ ...plan, provider }, { sent, toSend: plan.units })
    yield* runs.relaunch(id, options)
    yield* Stream.runDrain((yield* Units).launch(id, { relaunched: true }))
    return plan
  })

/**
 * Pays bonuses, a few at a time, in no order; each comes with what became of it, and one that fails stops no other.
 * Running it again pays none of them twice.
 *
 * @since 0.1.0
 * @category programs
 */
export const bonuses = <B extends Bonus, E, R>(
  run: RunId,
  all: Stream.Stream<B, E, R>
): Stream.Stream<
  { readonly bonus: B; readonly outcome: Either.Either<BonusReceipt, BonusError> },
  E,
  R | Agents | Workers
> =>
  Stream.mapEffect(all, (bonus) => Effect.map(Effect.either(payBonus(run, bonus)), (outcome) => ({ bonus, outcome })), {
    concurrency: 8,
    unordered: true
  })

const payBonus = (run: RunId, bonus: Bonus): Effect.Effect<BonusReceipt, BonusError, Agents | Workers> =>
  Effect.gen(function* () {
    const workers = yield* Workers
    const agents = yield* Agents
    const { amount, key, reason, to } = bonus
    if (to._tag === "Worker") {
      const worker = yield* workers.findByName(to.name)
      return yield* workers.bonus({ worker: worker.id, amount, reason, key, run })
    }
    const agent = yield* agents.get(to.agent)
    if (agent.run !== run) return yield* new AgentNotFound({ agent: to.agent })
    return yield* workers.bonus({ worker: agent.worker, unit: agent.unit, amount, reason, key, run })
  })

/**
 * Takes back what is undecided, and what `TaskRuns.setup` made.
 *
 * @since 0.1.0
 * @category programs
 */
export const close = (run: RunId) =>
  Effect.zipLeft(
    Effect.flatMap(Units, (units) => units.expireAll(run)),
    Effect.flatMap(TaskRuns, (runs) => runs.cleanup(run))
  )

/**
 * What was submitted: every piece of work with the input it answers, in the order it was accepted, paged. Work that was
 * soft-rejected was paid but is left out.
 *
 * @since 0.1.0
 * @category programs
 */
export const results = (run: RunId): Stream.Stream<Result, TaskRunNotFound | StoreError, TaskRuns | Units | Agents> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const found = yield* (yield* TaskRuns).get(run)
      const agents = yield* Agents
      return agents.list(run).pipe(
        Stream.filter(({ status, submittedAt }) => Option.isSome(submittedAt) && status !== "soft_rejected"),
        Stream.mapChunksEffect((page) =>
          Effect.map(resultsOf(found, Chunk.toReadonlyArray(page)), Chunk.unsafeFromArray)
        )
      )
    })
  )

/**
 * Shows each submission of the run that waits for a decision to the rule, as they come, and does what it decides; a few
 * at a time, in no order. Each comes with what became of it, and a decision that cannot be carried out stops no other; a
 * failure of the rule ends the stream. One whose answers never came to our pages is shown with none. Ends when no
 * submission can come any more; the run has to be conducted meanwhile. Running it again shows the rule what is not decided
 * yet.
 *
 * @example
 * import { Conductor, Crowd, type Ids } from "effect-crowd"
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 *
 * const rule = ({ answers }: Crowd.Review["submission"]) =>
 *   Effect.succeed(
 *     answers["language"] === "" ? Crowd.Decision.Reject({ feedback: "Nothing was answered" }) : Crowd.Decision.Approve({})
 *   )
 *
 * const conducted = (run: Ids.RunId) =>
 *   Effect.zipLeft(Conductor.conduct(run), Stream.runDrain(Crowd.review(run, rule)), { concurrent: true })
 *
 * @since 0.1.0
 * @category programs
 */
export const review: <E, R>(
  run: RunId,
  rule: (submission: Result) => Effect.Effect<Decision, E, R>,
  options?: ReviewOptions
) => Stream.Stream<Review, E | TaskRunNotFound | StoreError, R | TaskRuns | Units | Agents | Workers> = reviewing.review
