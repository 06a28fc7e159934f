/** The whole run from paged lists; a HIT's assignments are asked for only where something changed. */
import { ListReviewableHITsCommand, type ReviewableHITStatus } from "@aws-sdk/client-mturk"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
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

const nothing: Finding = { _tag: "Nothing" }

/** The service is a little behind: an assignment of just now may not be counted yet. */
const lag = 3_000
/** After this time nothing more becomes visible of a HIT that is over. */
const settled = 60_000

const isOver = ({ HITStatus }: replies.Hit): boolean => HITStatus === "Reviewable" || HITStatus === "Reviewing"

/** Looked at once, a HIT of these figures has nothing new to tell. */
const figuresOf = (hit: replies.Hit): string =>
  `${hit.NumberOfAssignmentsCompleted}/${hit.Expiration?.epochMillis ?? 0}`

const isDecided = ({ status }: Agent): boolean =>
  status === "approved" || status === "rejected" || status === "soft_rejected"

/** Pure: what there is to do about a HIT, from its figures and from what we hold. */
const judge = ({ agent, hit, unit }: Known, now: number, seen: boolean): Finding => {
  if (isOver(hit)) {
    if (Option.exists(agent, isDecided)) return nothing
    const known = hit.NumberOfAssignmentsCompleted === 0 && (unit.status === "completed" || unit.status === "expired")
    return seen && known ? nothing : { _tag: "Fetch" }
  }
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

/** Nobody has submitted it, and nobody will. */
const abandoned = (known: Known, now: number): ReadonlyArray<Observation> =>
  isExpired(known.hit, now)
    ? [
        ...Option.toArray(known.agent)
          .filter(({ status }) => States.isOpen(status))
          .map((agent) => leaving(known, agent, now)),
        { _tag: "Unit", remoteUnit: known.hit.HITId, status: "withdrawn" }
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

/** Since when nobody can have begun to work on it. */
const closedAt = ({ hit, unit }: Known): number =>
  Math.max(
    hit.Expiration?.epochMillis ?? 0,
    Option.match(unit.withdrawnAt, { onNone: () => 0, onSome: ({ epochMillis }) => epochMillis })
  )

export interface Options {
  /** Whether answers reach us by the service alone, so that what we hold of them is what the service has. */
  readonly alone: boolean
}

type Seen = Recent<string>

const fetched = (crowd: Crowd, seen: Seen, known: Known, now: number) =>
  Effect.map(retrying(assignmentsOf(crowd, known.hit.HITId)), (all): ReadonlyArray<Observation> => {
    if (all.length > 0 || now - closedAt(known) > settled) seen.set(known.hit.HITId, figuresOf(known.hit))
    return all.length === 0 ? abandoned(known, now) : all.map((found) => submission(known, found, now))
  })

const unreachable = (error: StoreError) => failure("Unavailable", "ListHITs", error.message)

/** Those HITs that are the run's, with what we hold of them. */
const knownOf = ({ store }: Crowd, run: TaskRun, hits: ReadonlyArray<replies.Hit>) =>
  Effect.gen(function* () {
    const named = hits.flatMap((hit) => (hit.RequesterAnnotation === undefined ? [] : [hit.RequesterAnnotation]))
    const units = new Map((yield* store.getAll(tables.units, [...new Set(named)])).map((unit) => [`${unit.id}`, unit]))
    const holders = [...units.values()].flatMap(({ agent }) => Option.toArray(agent))
    const agents = new Map((yield* store.getAll(tables.agents, holders)).map((agent) => [agent.unit, agent]))
    return hits.flatMap((hit): ReadonlyArray<Known> => {
      const unit = units.get(hit.RequesterAnnotation ?? "")
      if (unit === undefined || unit.run !== run.id || !Option.contains(unit.remoteId, hit.HITId)) return []
      return [{ hit, unit, agent: Option.fromNullable(agents.get(unit.id)) }]
    })
  })

const observed = (crowd: Crowd, run: TaskRun, hits: ReadonlyArray<replies.Hit>, seen: Seen, { alone }: Options) =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const all = yield* Effect.mapError(knownOf(crowd, run, hits), unreachable)
    const observations = yield* Effect.forEach(
      all,
      (known): Effect.Effect<ReadonlyArray<Observation>, ProviderError> => {
        const isSeen =
          seen.get(known.hit.HITId) === figuresOf(known.hit) || (alone && known.unit.status === "completed")
        const finding = judge(known, now, isSeen)
        if (finding._tag === "Fetch") return fetched(crowd, seen, known, now)
        return Effect.succeed(finding._tag === "Left" ? [leaving(known, finding.agent, now)] : [])
      },
      { concurrency: crowd.concurrency }
    )
    return observations.flat()
  })

const paged = (
  crowd: Crowd,
  fetch: (token: string | undefined) => Effect.Effect<replies.Page<replies.Hit>, CallError>
): Stream.Stream<ReadonlyArray<replies.Hit>, ProviderError> =>
  Stream.paginateEffect<string | undefined, ReadonlyArray<replies.Hit>, ProviderError, never>(undefined, (token) =>
    Effect.map(retrying(Effect.mapError(fetch(token), refused(crowd))), ({ NextToken, items }) => [
      items,
      NextToken === undefined || NextToken === "" ? Option.none() : Option.some(NextToken)
    ])
  )

const reviewable = (crowd: Crowd, hitType: string, status: ReviewableHITStatus) =>
  paged(crowd, (token) =>
    crowd.client.call(
      "ListReviewableHITs",
      new ListReviewableHITsCommand({ HITTypeId: hitType, Status: status, MaxResults: 100, NextToken: token }),
      replies.Hits
    )
  )

/** The HITs of units that somebody holds: those lists do not have them. */
const held = (crowd: Crowd, run: TaskRun, limit: number) =>
  crowd.store.page(tables.units, { where: { run: run.id, status: "assigned" }, orderBy: "place", limit }).pipe(
    Effect.mapError(unreachable),
    Effect.flatMap((units) =>
      Effect.forEach(
        units.flatMap(({ remoteId }) => Option.toArray(remoteId)),
        (id) => retrying(Effect.mapError(getHit(crowd, id), refused(crowd))),
        { concurrency: crowd.concurrency }
      )
    ),
    Effect.map((hits) => hits.flatMap((hit) => Option.toArray(hit)))
  )

/**
 * Pages of HITs in which the run's are: of its own type, those that are over, and one by one those that somebody holds
 * where they are few; all the account has, where they are many. Either way it is about one call for a hundred units.
 */
const hitsOf = (crowd: Crowd, run: TaskRun, hitType: string) =>
  Stream.unwrap(
    Effect.map(
      Effect.mapError(crowd.store.count(tables.units, { run: run.id }, "status"), unreachable),
      (counts): Stream.Stream<ReadonlyArray<replies.Hit>, ProviderError> => {
        const count = (status: States.UnitStatus) => counts[status] ?? 0
        const offered = count("launched") + count("assigned")
        if (offered + count("completed") + count("expired") === 0) return Stream.empty
        if (count("assigned") > Math.floor(offered / 100)) return paged(crowd, (token) => allHits(crowd, token))
        return Stream.concat(reviewable(crowd, hitType, "Reviewable"), reviewable(crowd, hitType, "Reviewing")).pipe(
          Stream.concat(Stream.fromEffect(held(crowd, run, Math.max(1, count("assigned")))))
        )
      }
    )
  )

export const observe = (crowd: Crowd, options: Options): Driver["observe"] => {
  const seen = recent<string>(100_000)
  return (run) =>
    Stream.unwrap(
      Effect.map(setupOf(crowd, "ListReviewableHITs", run), ({ hitType }) =>
        hitsOf(crowd, run, hitType).pipe(
          Stream.mapEffect((hits) => observed(crowd, run, hits, seen, options)),
          Stream.mapConcatChunk(Chunk.fromIterable)
        )
      )
    )
}
