/** The whole run from paged lists; a HIT's assignments are asked for only where there may be something new. */
import { ListReviewableHITsCommand, type ReviewableHITStatus } from "@aws-sdk/client-mturk"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { ProviderError, StoreError } from "../CrowdError.js"
import { type Driver, type Observation, retrying } from "../Driver.js"
import * as States from "../States.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import type { Unit } from "../Units.js"
import { decode } from "./answers.js"
import * as Crowd from "./crowd.js"
import { type CallError, provider } from "./errors.js"
import { type Finding, judge, type Known, settled } from "./hitActions.js"
import { allHits, assignmentsOf, getHit } from "./hits.js"
import * as replies from "./replies.js"
import { statusOf } from "./reviews.js"

export interface Options {
  /** Whether answers reach us by the service alone, so that what we hold of them is what the service has. */
  readonly alone: boolean
}

/** One sync under way. */
interface Sync extends Options {
  readonly crowd: Crowd.Crowd
  readonly run: TaskRun
  /** HITs that may have something to tell, those that were looked at last the longest ago; as many as are looked at. */
  readonly doubtful: Ref.Ref<ReadonlyArray<Known>>
}

type Hits = ReadonlyArray<replies.Hit>

const method = "ListReviewableHITs"

const stored = <A>(effect: Effect.Effect<A, StoreError>) => Crowd.stored(method, effect)

const paged = (
  { crowd }: Sync,
  fetch: (token: string | undefined) => Effect.Effect<replies.Page<replies.Hit>, CallError>
): Stream.Stream<Hits, ProviderError> =>
  Stream.paginateEffect<string | undefined, Hits, ProviderError, never>(undefined, (token) =>
    Effect.map(retrying(Effect.mapError(fetch(token), Crowd.refused(crowd))), ({ NextToken, items }) => [
      items,
      NextToken === undefined || NextToken === "" ? Option.none() : Option.some(NextToken)
    ])
  )

const reviewable = (sync: Sync, hitType: string, status: ReviewableHITStatus) =>
  paged(sync, (token) =>
    sync.crowd.client.call(
      method,
      () => new ListReviewableHITsCommand({ HITTypeId: hitType, Status: status, MaxResults: 100, NextToken: token }),
      replies.Hits
    )
  )

/** The HITs of units that somebody holds, one by one. */
const held = ({ crowd, run }: Sync, limit: number): Effect.Effect<Hits, ProviderError> =>
  Effect.gen(function* () {
    const where = { run: run.id, status: "assigned" } as const
    const units = yield* stored(crowd.store.page(tables.units, { where, orderBy: "place", limit }))
    const ids = units.flatMap(({ remoteId }) => Option.toArray(remoteId))
    const ask = (id: string) => retrying(Effect.mapError(getHit(crowd, id), Crowd.refused(crowd)))
    const hits = yield* Effect.forEach(ids, ask, { concurrency: crowd.concurrency })
    return hits.flatMap((hit) => Option.toArray(hit))
  })

/** So many HITs may be asked for one by one, and one more for each hundred. */
const few = 3

type Counts = Readonly<Record<string, number>>

/**
 * Pages of HITs in which the run's are: of its own type, those that are over, and those that somebody holds where they
 * are few; all the account has, where they are many. Either way it is about one call for a hundred units.
 */
const hitsOf = (sync: Sync, hitType: string, counts: Counts): Stream.Stream<Hits, ProviderError> => {
  const { assigned = 0, completed = 0, expired = 0, launched = 0, rejected = 0 } = counts
  if (launched + assigned + completed + expired + rejected === 0) return Stream.empty
  if (assigned > (launched + assigned) / 100 + few) return paged(sync, (token) => allHits(sync.crowd, token))
  const over = Stream.concat(reviewable(sync, hitType, "Reviewable"), reviewable(sync, hitType, "Reviewing"))
  return assigned === 0 ? over : Stream.concat(over, Stream.fromEffect(held(sync, assigned)))
}

/** How many HITs a sync looks at that may have nothing to tell. */
const looksOf = (counts: Counts): number => Math.floor(Object.values(counts).reduce((sum, n) => sum + n, 0) / 100) + few

/** When the HIT of a unit was looked at last: in the store, for a process may live for one sync. */
const LookedAt = Schema.Number

const lookId = ({ id }: Pick<Unit, "id">): string => `${provider}/looked/${id}`

const keepLooks = ({ crowd }: Sync, looked: ReadonlyArray<Known>, at: number) =>
  stored(
    crowd.store.put(
      tables.data,
      looked.map(({ unit }) => ({ id: lookId(unit), provider, value: at }))
    )
  )

/** Those HITs that are the run's, with what we hold of them. */
const knownOf = ({ crowd: { store }, run }: Sync, hits: Hits): Effect.Effect<ReadonlyArray<Known>, StoreError> =>
  Effect.gen(function* () {
    const named = hits.flatMap(({ RequesterAnnotation }) => RequesterAnnotation ?? [])
    const units = new Map((yield* store.getAll(tables.units, [...new Set(named)])).map((unit) => [`${unit.id}`, unit]))
    const holders = [...units.values()].flatMap(({ agent }) => Option.toArray(agent))
    const agents = new Map((yield* store.getAll(tables.agents, holders)).map((agent) => [agent.unit, agent]))
    const looks = yield* store.getAll(tables.data, [...units.values()].map(lookId))
    const lookedAt = new Map(looks.map(({ id, value }) => [id, Schema.is(LookedAt)(value) ? value : 0]))
    return hits.flatMap((hit): ReadonlyArray<Known> => {
      const unit = units.get(hit.RequesterAnnotation ?? "")
      if (unit === undefined || unit.run !== run.id || !Option.contains(unit.remoteId, hit.HITId)) return []
      return [{ hit, unit, agent: Option.fromNullable(agents.get(unit.id)), lookedAt: lookedAt.get(lookId(unit)) ?? 0 }]
    })
  })

const isExpired = ({ Expiration }: replies.Hit, now: number): boolean =>
  Expiration === undefined || Expiration.epochMillis <= now

/** Who held the unit has left it. */
const leaving = ({ agent, hit }: Known, now: number): ReadonlyArray<Observation> =>
  Option.toArray(agent)
    .filter(({ status }) => States.isOpen(status))
    .map((agent) => ({
      _tag: "Agent",
      offer: hit.HITId,
      workerName: agent.workerName,
      remoteAgent: Option.getOrElse(agent.remoteId, () => ""),
      status: now >= agent.deadline.epochMillis ? "expired" : "returned",
      answers: Option.none(),
      at: DateTime.unsafeMake(now)
    }))

/** Where nobody is at work on it, it may have been submitted just now and not be listed yet. */
const withdrawn = ({ hit }: Known): Observation => ({
  _tag: "Offer",
  offer: hit.HITId,
  status: "withdrawn",
  wait: hit.NumberOfAssignmentsPending === 0 ? Duration.millis(settled) : undefined
})

/** Nobody has submitted it; nor will anybody, if it is not on offer any more. */
const abandoned = (known: Known, now: number): ReadonlyArray<Observation> =>
  isExpired(known.hit, now) ? [...leaving(known, now), withdrawn(known)] : []

const submission = ({ hit }: Known, found: replies.Assignment, now: number): Observation => ({
  _tag: "Agent",
  offer: hit.HITId,
  workerName: found.WorkerId,
  remoteAgent: found.AssignmentId,
  status: statusOf(found),
  answers: Option.some(decode(found.Answer ?? "")),
  acceptedAt: found.AcceptTime,
  at: found.SubmitTime ?? DateTime.unsafeMake(now)
})

/** What their assignments tell; that they were looked at is kept once it was heard. */
const read = (sync: Sync, all: ReadonlyArray<Known>, looked: (known: Known) => boolean) =>
  Stream.unwrap(
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const ask = (known: Known) =>
        Effect.map(retrying(assignmentsOf(sync.crowd, known.hit)), (found) =>
          found.length === 0 ? abandoned(known, now) : found.map((one) => submission(known, one, now))
        )
      const told = yield* Effect.forEach(all, ask, { concurrency: sync.crowd.concurrency })
      const kept = all.filter(looked)
      const keep = kept.length === 0 ? Stream.empty : Stream.execute(keepLooks(sync, kept, now))
      return Stream.concat(Stream.fromIterable(told.flat()), keep)
    })
  )

/** What a page of HITs tells. */
const observed = (sync: Sync, looks: number, hits: Hits) =>
  Stream.unwrap(
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const all = yield* stored(knownOf(sync, hits))
      const of = (finding: Finding) => all.filter((known) => judge(known, now, sync.alone) === finding)
      yield* Ref.update(sync.doubtful, (before) =>
        [...before, ...of("look")].toSorted((a, b) => a.lookedAt - b.lookedAt).slice(0, looks)
      )
      return Stream.concat(
        Stream.fromIterable(of("left").flatMap((known) => leaving(known, now))),
        read(sync, of("read"), ({ unit }) => unit.status === "expired")
      )
    })
  )

export const observe =
  (crowd: Crowd.Crowd, options: Options): Driver["observe"] =>
  (run) =>
    Stream.unwrap(
      Effect.gen(function* () {
        const { hitType } = yield* Crowd.setupOf(crowd, method, run)
        const counts = yield* stored(crowd.store.count(tables.units, { run: run.id }, "status"))
        const doubtful = yield* Ref.make<ReadonlyArray<Known>>([])
        const sync: Sync = { crowd, run, doubtful, ...options }
        return Stream.concat(
          Stream.flatMap(hitsOf(sync, hitType, counts), (hits) => observed(sync, looksOf(counts), hits)),
          Stream.unwrap(Effect.map(Ref.get(doubtful), (looks) => read(sync, looks, () => true)))
        )
      })
    )
