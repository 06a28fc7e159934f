/** The whole run from paged lists; a HIT's assignments are asked for only where something changed. */
import { ListReviewableHITsCommand, type ReviewableHITStatus } from "@aws-sdk/client-mturk"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Agent } from "../../Agents.js"
import type { ProviderError, StoreError } from "../../CrowdError.js"
import { type Driver, type Observation, retrying } from "../../Driver.js"
import { type Recent, recent } from "../../internal/recent.js"
import * as States from "../../States.js"
import * as tables from "../../store/tables.js"
import type { TaskRun } from "../../TaskRuns.js"
import type { Unit } from "../../Units.js"
import { decode } from "./answers.js"
import { type Crowd, refused, setupOf } from "./crowd.js"
import { type CallError, failure } from "./errors.js"
import { allHits, assignmentsOf, getHit } from "./hits.js"
import * as looks from "./looks.js"
import * as replies from "./replies.js"
import { statusOf } from "./reviews.js"

/** A HIT of the run, with what we hold of it. */
interface Known {
  readonly hit: replies.Hit
  readonly unit: Unit
  readonly agent: Option.Option<Agent>
}

type Finding =
  | { readonly _tag: "Nothing" }
  /** The worker we know of is gone, and the HIT is on offer again. */
  | { readonly _tag: "Left"; readonly agent: Agent }
  | { readonly _tag: "Fetch" }
  /** Its figures do not tell: to be looked at when there are calls to spare. */
  | { readonly _tag: "Doubt" }

const nothing: Finding = { _tag: "Nothing" }
const fetch: Finding = { _tag: "Fetch" }
const doubt: Finding = { _tag: "Doubt" }

/** The service is a little behind: an assignment of just now may not be counted yet. */
const lag = 3_000
/** After this time nothing more becomes visible of a HIT that is over. */
const settled = 60_000

const isOver = ({ HITStatus }: replies.Hit): boolean => HITStatus === "Reviewable" || HITStatus === "Reviewing"

/** Looked at once, a HIT of these figures has nothing new to tell. */
const figuresOf = ({ Expiration, NumberOfAssignmentsCompleted, NumberOfAssignmentsPending }: replies.Hit): string =>
  `${NumberOfAssignmentsCompleted}/${NumberOfAssignmentsPending}/${Expiration?.epochMillis ?? 0}`

const day = 24 * 60 * 60_000
/** For so long a rejection can be overridden. */
const overridable = 30 * day

const millisOf = (time: Option.Option<DateTime.Utc>): number =>
  Option.match(time, { onNone: () => 0, onSome: ({ epochMillis }) => epochMillis })

/** From when on nothing more becomes visible of it: nobody can begin, and whoever was at work has had their time. */
const settledAt = ({ hit, unit }: Known): number =>
  Math.max(
    (hit.Expiration?.epochMillis ?? 0) + settled,
    millisOf(unit.withdrawnAt) + settled,
    millisOf(unit.leaseUntil)
  )

/** Until when what somebody was at work on when it was taken back may still come in. */
const busyUntil = ({ unit }: Known): number => millisOf(unit.leaseUntil) + settled

/** Whether an assignment that we hold as decided may be decided otherwise by now. */
const judgeDecided = ({ decidedAt, status }: Agent, now: number): Finding =>
  status === "rejected" && Option.exists(decidedAt, ({ epochMillis }) => now - epochMillis < overridable)
    ? doubt
    : nothing

/** Of a unit that was taken back: once, after nothing more can become visible, it has to be looked at. */
const judgeExpired = (known: Known, now: number, looked: boolean): Finding => {
  if (!looked && now < busyUntil(known)) return fetch
  const end = settledAt(known)
  const wasLookedAt = known.unit.updatedAt.epochMillis >= end
  return now >= end && !wasLookedAt ? doubt : nothing
}

const isDecided = ({ status }: Agent): boolean =>
  status === "approved" || status === "rejected" || status === "soft_rejected"

interface Memory {
  /** Nothing new can come of it. */
  readonly seen: boolean
  readonly looked: boolean
}

const judgeOver = (known: Known, now: number, { looked, seen }: Memory): Finding => {
  const { agent, hit, unit } = known
  if (Option.isSome(agent) && isDecided(agent.value)) return judgeDecided(agent.value, now)
  if (hit.NumberOfAssignmentsCompleted > 0) return fetch
  if (unit.status === "completed") return seen ? nothing : doubt
  if (unit.status === "expired") return seen ? nothing : judgeExpired(known, now, looked)
  return fetch
}

/** Pure: what there is to do about a HIT, from its figures and from what we hold. */
const judge = (known: Known, now: number, memory: Memory): Finding => {
  const { agent, hit } = known
  if (isOver(hit)) return judgeOver(known, now, memory)
  const held = Option.getOrUndefined(Option.filter(agent, ({ status }) => States.isOpen(status)))
  const free = hit.NumberOfAssignmentsPending === 0 && hit.NumberOfAssignmentsAvailable > 0
  return held !== undefined && free && now - held.acceptedAt.epochMillis > lag ? { _tag: "Left", agent: held } : nothing
}

const isExpired = ({ Expiration }: replies.Hit, now: number): boolean =>
  Expiration === undefined || Expiration.epochMillis <= now

const leaving = ({ hit }: Known, agent: Agent, now: number): Observation => ({
  _tag: "Agent",
  remoteUnit: hit.HITId,
  workerName: agent.workerName,
  remoteAgent: Option.getOrElse(agent.remoteId, () => ""),
  status: now >= agent.deadline.epochMillis ? "expired" : "returned",
  answers: Option.none(),
  at: DateTime.unsafeMake(now)
})

/** Where nobody is at work on it, it may have been submitted just now and not be listed yet. */
const withdrawn = ({ hit }: Known): Observation => ({
  _tag: "Unit",
  remoteUnit: hit.HITId,
  status: "withdrawn",
  wait: hit.NumberOfAssignmentsPending === 0 ? Duration.millis(settled) : undefined
})

/** Nobody has submitted it, and nobody will. */
const abandoned = (known: Known, now: number): ReadonlyArray<Observation> =>
  isExpired(known.hit, now)
    ? [
        ...Option.toArray(known.agent)
          .filter(({ status }) => States.isOpen(status))
          .map((agent) => leaving(known, agent, now)),
        withdrawn(known)
      ]
    : []

const submission = ({ hit }: Known, found: replies.Assignment, now: number): Observation => ({
  _tag: "Agent",
  remoteUnit: hit.HITId,
  workerName: found.WorkerId,
  remoteAgent: found.AssignmentId,
  status: statusOf(found),
  answers: Option.some(decode(found.Answer ?? "")),
  acceptedAt: found.AcceptTime,
  at: found.SubmitTime ?? DateTime.unsafeMake(now)
})

export interface Options {
  /** Whether answers reach us by the service alone, so that what we hold of them is what the service has. */
  readonly alone: boolean
}

/** Figures of HITs: under which they were looked at last, and under which there is nothing new to come. */
interface Figures {
  readonly looked: Recent<string>
  readonly seen: Recent<string>
}

/** One sync under way. */
interface Sync {
  readonly crowd: Crowd
  readonly run: TaskRun
  readonly figures: Figures
  readonly options: Options
  /** What may be worth a look. */
  readonly doubtful: Array<Known>
  /** How many calls were made, apart from those by which something changed. */
  calls: number
}

const fetched = (sync: Sync, known: Known, now: number) =>
  Effect.map(retrying(assignmentsOf(sync.crowd, known.hit)), (all): ReadonlyArray<Observation> => {
    const { HITId } = known.hit
    sync.figures.looked.set(HITId, figuresOf(known.hit))
    if (all.length > 0 || now >= settledAt(known)) sync.figures.seen.set(HITId, figuresOf(known.hit))
    const observations = all.length === 0 ? abandoned(known, now) : all.map((found) => submission(known, found, now))
    if (observations.length === 0) sync.calls++
    return observations
  })

const unreachable = (error: StoreError) => failure("Unavailable", "ListHITs", error.message, error)

/** Those HITs that are the run's, with what we hold of them. */
const knownOf = ({ crowd, run }: Sync, hits: ReadonlyArray<replies.Hit>) =>
  Effect.gen(function* () {
    const { store } = crowd
    const named = hits.flatMap((hit) => (hit.RequesterAnnotation === undefined ? [] : [hit.RequesterAnnotation]))
    const units = new Map((yield* store.getAll(tables.units, [...new Set(named)])).map((unit) => [`${unit.id}`, unit]))
    const holders = [...units.values()].flatMap(({ agent }) => Option.toArray(agent))
    const agents = new Map((yield* store.getAll(tables.agents, holders)).map((agent) => [agent.unit, agent]))
    return hits.flatMap((hit): ReadonlyArray<Known> => {
      const unit = units.get(hit.RequesterAnnotation ?? "")
      if (unit === undefined || unit.run !== run.id || !Option.contains(unit.remoteId, hit.HITId)) return []
      const agent = Option.fromNullable(agents.get(unit.id))
      return [{ hit, unit, agent }]
    })
  })

const memoryOf = ({ figures, options }: Sync, { hit, unit }: Known): Memory => ({
  seen: figures.seen.get(hit.HITId) === figuresOf(hit) || (options.alone && unit.status === "completed"),
  looked: figures.looked.get(hit.HITId) === figuresOf(hit)
})

const observed = (sync: Sync, hits: ReadonlyArray<replies.Hit>) =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const all = yield* Effect.mapError(knownOf(sync, hits), unreachable)
    const observations = yield* Effect.forEach(
      all,
      (known): Effect.Effect<ReadonlyArray<Observation>, ProviderError> => {
        const finding = judge(known, now, memoryOf(sync, known))
        if (finding._tag === "Fetch") return fetched(sync, known, now)
        if (finding._tag === "Doubt") sync.doubtful.push(known)
        return Effect.succeed(finding._tag === "Left" ? [leaving(known, finding.agent, now)] : [])
      },
      { concurrency: sync.crowd.concurrency }
    )
    return observations.flat()
  })

const paged = (
  sync: Sync,
  fetch: (token: string | undefined) => Effect.Effect<replies.Page<replies.Hit>, CallError>
): Stream.Stream<ReadonlyArray<replies.Hit>, ProviderError> =>
  Stream.paginateEffect<string | undefined, ReadonlyArray<replies.Hit>, ProviderError, never>(undefined, (token) =>
    Effect.map(retrying(Effect.mapError(fetch(token), refused(sync.crowd))), ({ NextToken, items }) => {
      sync.calls++
      return [items, NextToken === undefined || NextToken === "" ? Option.none() : Option.some(NextToken)]
    })
  )

const reviewable = (sync: Sync, hitType: string, status: ReviewableHITStatus) =>
  paged(sync, (token) =>
    sync.crowd.client.call(
      "ListReviewableHITs",
      () => new ListReviewableHITsCommand({ HITTypeId: hitType, Status: status, MaxResults: 100, NextToken: token }),
      replies.Hits
    )
  )

/** The HITs of units that somebody holds: those lists do not have them. */
const held = (sync: Sync, limit: number) => {
  const { crowd, run } = sync
  return crowd.store.page(tables.units, { where: { run: run.id, status: "assigned" }, orderBy: "place", limit }).pipe(
    Effect.mapError(unreachable),
    Effect.flatMap((units) =>
      Effect.forEach(
        units.flatMap(({ remoteId }) => Option.toArray(remoteId)),
        (id) => {
          sync.calls++
          return retrying(Effect.mapError(getHit(crowd, id), refused(crowd)))
        },
        { concurrency: crowd.concurrency }
      )
    ),
    Effect.map((hits) => hits.flatMap((hit) => Option.toArray(hit)))
  )
}

type Counts = Readonly<Record<string, number>>

const total = (counts: Counts): number => Object.values(counts).reduce((sum, n) => sum + n, 0)

/**
 * With what the bound leaves over: first the HITs that somebody else is reviewing, then a look at those that are
 * doubtful. Where there is no more than one call left, the two take turns.
 */
const spare = (sync: Sync, hitType: string | undefined, units: number) =>
  Stream.unwrap(
    Effect.map(looks.turnOf(sync.crowd, sync.run), (turn) => {
      const left = () => looks.bound(units) - sync.calls
      const waits = left() <= 1 && sync.doubtful.length > 0 && turn.listed
      const listed = hitType !== undefined && !waits
      const list = listed ? reviewable(sync, hitType, "Reviewing") : Stream.empty
      const look = Effect.gen(function* () {
        if (sync.doubtful.length === 0) return []
        const chosen = looks.next(sync.doubtful, turn, waits ? 1 : left())
        const place = chosen.at(-1)?.unit.place ?? turn.place
        yield* looks.keepTurn(sync.crowd, sync.run, { place, listed: chosen.length === 0 })
        const now = yield* Clock.currentTimeMillis
        return yield* Effect.forEach(chosen, (known) => fetched(sync, known, now), { concurrency: "unbounded" })
      })
      return Stream.concat(
        Stream.mapEffect(list, (hits) => observed(sync, hits)),
        Stream.fromEffect(Effect.map(look, (found) => found.flat()))
      )
    })
  )

/**
 * Pages of HITs in which the run's are: of its own type, those that are over, and one by one those that somebody holds
 * where they are few; all the account has, where they are many. Either way it is about one call for a hundred units.
 */
const everything = (sync: Sync, hitType: string, counts: Counts) => {
  const count = (status: States.UnitStatus) => counts[status] ?? 0
  const offered = count("launched") + count("assigned")
  if (offered + count("completed") + count("expired") + count("rejected") === 0) return Stream.empty
  const many = count("assigned") > Math.floor(offered / 100)
  const pages = many
    ? paged(sync, (token) => allHits(sync.crowd, token))
    : Stream.concat(
        reviewable(sync, hitType, "Reviewable"),
        Stream.fromEffect(held(sync, Math.max(1, count("assigned"))))
      )
  return Stream.concat(
    Stream.mapEffect(pages, (hits) => observed(sync, hits)),
    spare(sync, many ? undefined : hitType, total(counts))
  )
}

export const observe = (crowd: Crowd, options: Options): Driver["observe"] => {
  const figures: Figures = { looked: recent(100_000), seen: recent(100_000) }
  return (run) =>
    Stream.unwrap(
      Effect.gen(function* () {
        const { hitType } = yield* setupOf(crowd, "ListReviewableHITs", run)
        const counts = yield* Effect.mapError(crowd.store.count(tables.units, { run: run.id }, "status"), unreachable)
        const sync: Sync = { crowd, run, figures, options, doubtful: [], calls: 0 }
        return Stream.mapConcatChunk(everything(sync, hitType, counts), Chunk.fromIterable)
      })
    )
}
