/** The whole run from paged lists; a HIT's assignments are asked for only where there may be something new. */
import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { AgentOutline } from "../Agents.js"
import type { ProviderError, StoreError } from "../CrowdError.js"
import { type Driver, type Observation, retrying } from "../Driver.js"
import * as States from "../States.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import { decode } from "./answers.js"
import * as Crowd from "./crowd.js"
import { provider } from "./errors.js"
import { type Finding, holders, judge, type Known, Look, neverLooked, settled, submittedAtMost } from "./hitActions.js"
import { type Hits, hitsOf, looksOf, sizeOf } from "./hitLists.js"
import { assignmentsOf, isExpired } from "./hits.js"
import type * as replies from "./replies.js"
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

const method = "ListReviewableHITs"

const stored = <A>(effect: Effect.Effect<A, StoreError>) => Crowd.stored(method, effect)

/** Looks are in the store, for a process may live for one sync. */
const lookId = ({ HITId }: replies.Hit): string => `${provider}/looked/${HITId}`

const decodeLook = Schema.decodeUnknownOption(Look)

/** Those HITs that are the run's, with what we hold of them. */
const knownOf = ({ crowd, run }: Sync, hits: Hits): Effect.Effect<ReadonlyArray<Known>, ProviderError> =>
  Effect.gen(function* () {
    const { concurrency, store } = crowd
    const annotations = new Set(hits.flatMap(({ RequesterAnnotation }) => RequesterAnnotation ?? []))
    const named = yield* stored(store.getAll(tables.units, [...annotations]))
    const ours = new Set(named.filter((unit) => unit.run === run.id).map(({ id }): string => id))
    const found = yield* Effect.forEach(
      hits.filter(({ RequesterAnnotation = "" }) => ours.has(RequesterAnnotation)),
      (hit) => Effect.map(Crowd.unitsIn(crowd, method, run, hit.HITId), (units) => ({ hit, units })),
      { concurrency }
    )
    const holders = found.flatMap(({ units }) => units.flatMap(({ agent }) => Option.toArray(agent)))
    const agents = Arr.groupBy(yield* stored(store.getAll(tables.agentOutlines, holders)), ({ unit }) => unit)
    const ids = found.map(({ hit }) => lookId(hit))
    const looks = new Map((yield* stored(store.getAll(tables.data, ids))).map(({ id, value }) => [id, value]))
    return found.map(({ hit, units }) => ({
      hit,
      units,
      agents: units.flatMap(({ id }) => agents[id] ?? []),
      look: Option.getOrElse(decodeLook(looks.get(lookId(hit))), () => neverLooked)
    }))
  })

/** Who held a unit of it has left it. */
const leaving = ({ hit }: Known, agents: ReadonlyArray<AgentOutline>, now: number): ReadonlyArray<Observation> =>
  agents.map((agent) => ({
    _tag: "Agent",
    offer: hit.HITId,
    workerName: agent.workerName,
    remoteAgent: Option.getOrElse(agent.remoteId, () => ""),
    status: now >= agent.deadline.epochMillis ? "expired" : "returned",
    answers: Option.none(),
    at: DateTime.unsafeMake(now)
  }))

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

const isOf =
  ({ remoteId, workerName }: AgentOutline) =>
  ({ AssignmentId, WorkerId }: replies.Assignment): boolean =>
    WorkerId === workerName && Option.contains(remoteId, AssignmentId)

/** Whether it is here as it is there. */
const isKnown = ({ agents }: Known, found: replies.Assignment): boolean =>
  agents.some(
    (agent) =>
      isOf(agent)(found) && States.reconcileAgent(Option.some(agent.status), statusOf(found)).operations.length === 0
  )

/**
 * What its assignments tell that we do not have. Once it has expired and nobody is at work on it, whoever held it and has
 * not submitted has left, and what nobody has submitted is not on offer any more: it may have been submitted just now and
 * not be listed.
 */
const told = (known: Known, found: ReadonlyArray<replies.Assignment>, now: number): ReadonlyArray<Observation> => {
  const { hit } = known
  const submissions = found.filter((one) => !isKnown(known, one)).map((one) => submission(known, one, now))
  if (!isExpired(hit, now) || hit.NumberOfAssignmentsPending > 0) return submissions
  const gone = holders(known, now).filter((agent) => !found.some(isOf(agent)))
  const withdrawn: Observation = {
    _tag: "Offer",
    offer: hit.HITId,
    status: "withdrawn",
    wait: Duration.millis(settled)
  }
  return [...leaving(known, gone, now), ...submissions, withdrawn]
}

const lookOf = ({ hit }: Known, found: ReadonlyArray<replies.Assignment>, at: number): Look => ({
  at,
  submitted: found.length,
  decided: found.filter(({ AssignmentStatus }) => AssignmentStatus !== "Submitted").length,
  pending: hit.NumberOfAssignmentsPending
})

/** What the assignments of these HITs tell; that they were looked at is kept once it was heard. */
const read = (sync: Sync, all: ReadonlyArray<Known>) =>
  Stream.unwrap(
    Effect.gen(function* () {
      const { concurrency, store } = sync.crowd
      const now = yield* Clock.currentTimeMillis
      const ask = (known: Known) =>
        // No page is asked for behind the last that can hold any.
        Effect.map(
          retrying(assignmentsOf(sync.crowd, { ...known.hit, MaxAssignments: submittedAtMost(known) })),
          (found) => ({ known, found })
        )
      const heard = yield* Effect.forEach(all, ask, { concurrency })
      const looks = heard.map(({ found, known }) => ({
        id: lookId(known.hit),
        provider,
        value: lookOf(known, found, now)
      }))
      return Stream.concat(
        Stream.fromIterable(heard.flatMap(({ found, known }) => told(known, found, now))),
        looks.length === 0 ? Stream.empty : Stream.execute(stored(store.put(tables.data, looks)))
      )
    })
  )

/** What a page of HITs tells. */
const observed = (sync: Sync, looks: number, hits: Hits) =>
  Stream.unwrap(
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const all = yield* knownOf(sync, hits)
      const found = Arr.groupBy(all, (known): Finding => judge(known, now, sync.alone))
      yield* Ref.update(sync.doubtful, (before) =>
        [...before, ...(found["look"] ?? [])].toSorted((a, b) => a.look.at - b.look.at).slice(0, looks)
      )
      const left = (found["left"] ?? []).flatMap((known) => leaving(known, holders(known, now), now))
      return Stream.concat(Stream.fromIterable(left), read(sync, found["read"] ?? []))
    })
  )

export const observe =
  (crowd: Crowd.Crowd, options: Options): Driver["observe"] =>
  (run) =>
    Stream.unwrap(
      Effect.gen(function* () {
        const { hitType } = yield* Crowd.setupOf(crowd, method, run)
        const doubtful = yield* Ref.make<ReadonlyArray<Known>>([])
        const sync: Sync = { crowd, run, doubtful, ...options }
        const size = yield* sizeOf(sync)
        return Stream.concat(
          Stream.flatMap(hitsOf(sync, hitType, size), (hits) => observed(sync, looksOf(size), hits)),
          Stream.unwrap(Effect.map(Ref.get(doubtful), (looks) => read(sync, looks)))
        )
      })
    )
