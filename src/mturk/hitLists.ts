/** In which lists the HITs of a run are that may have something to tell. */
import { ListReviewableHITsCommand, type ReviewableHITStatus } from "@aws-sdk/client-mturk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ProviderError, StoreError } from "../CrowdError.js"
import { retrying } from "../Driver.js"
import * as tables from "../store/tables.js"
import type { TaskRun } from "../TaskRuns.js"
import type { Unit } from "../Units.js"
import * as Crowd from "./crowd.js"
import type { CallError } from "./errors.js"
import { allHits, getHit } from "./hits.js"
import { hasOtherTypes } from "./hitTypes.js"
import * as replies from "./replies.js"

/** A run, and where it is. */
interface RunOf {
  readonly crowd: Crowd.Crowd
  readonly run: TaskRun
}

export type Hits = ReadonlyArray<replies.Hit>

const method = "ListReviewableHITs"

const stored = <A>(effect: Effect.Effect<A, StoreError>) => Crowd.stored(method, effect)

const paged = (
  { crowd }: RunOf,
  fetch: (token: string | undefined) => Effect.Effect<replies.Page<replies.Hit>, CallError>
): Stream.Stream<Hits, ProviderError> =>
  Stream.paginateEffect<string | undefined, Hits, ProviderError, never>(undefined, (token) =>
    Effect.map(retrying(Effect.mapError(fetch(token), Crowd.refused(crowd))), ({ NextToken, items }) => [
      items,
      NextToken === undefined || NextToken === "" ? Option.none() : Option.some(NextToken)
    ])
  )

const reviewable = (of: RunOf, hitType: string, status: ReviewableHITStatus) =>
  paged(of, (token) =>
    of.crowd.client.call(
      method,
      () => new ListReviewableHITsCommand({ HITTypeId: hitType, Status: status, MaxResults: 100, NextToken: token }),
      replies.Hits
    )
  )

/** How many HITs may be asked for one by one, or looked at, and one more for each hundred. */
const few = 3

const withHundredths = (hits: number): number => Math.floor(hits / 100) + few

/** A run as its units are when a sync begins. */
export interface Size {
  readonly counts: Readonly<Record<string, number>>
  /** How many units its rows have at the most. */
  readonly unitsInRow: number
  /** Whether some of its HITs are not of its own HITType. */
  readonly hasOtherTypes: boolean
}

export const sizeOf = ({ crowd, run }: RunOf): Effect.Effect<Size, ProviderError> =>
  Effect.gen(function* () {
    const { store } = crowd
    const where = { run: run.id }
    const counts = yield* stored(store.count(tables.units, where, "status"))
    const [last] = yield* stored(store.page(tables.units, { where, orderBy: "place", reverse: true, limit: 1 }))
    return { counts, unitsInRow: (last?.index ?? 0) + 1, hasOtherTypes: yield* hasOtherTypes(crowd, run.id) }
  })

/**
 * HITs of the run that have something to tell and are not listed as over, so many at the most and one more: somebody
 * holds them or, where they have several places, may have submitted one while others are on offer or taken.
 */
const unlisted = ({ crowd: { store }, run }: RunOf, { unitsInRow }: Size, most: number) =>
  Effect.gen(function* () {
    const limit = most * unitsInRow + 1
    const inStatus = (status: Unit["status"], latest: "place" | "leaseUntil" = "place") =>
      store.page(tables.units, { where: { run: run.id, status }, orderBy: latest, reverse: true, limit })
    const now = yield* DateTime.now
    const isBusy = ({ leaseUntil }: Unit) => Option.exists(leaseUntil, DateTime.greaterThan(now))
    const held = yield* inStatus("assigned")
    const several =
      unitsInRow === 1
        ? []
        : [...(yield* inStatus("launched")), ...(yield* inStatus("expired", "leaseUntil")).filter(isBusy)]
    return [...new Set([...held, ...several].flatMap(({ remoteId }) => Option.toArray(remoteId)))]
  })

/** The HITs that are not listed as over, one by one. */
const rest = (of: RunOf, size: Size, most: number): Effect.Effect<Hits, ProviderError> =>
  Effect.gen(function* () {
    const { crowd } = of
    const ask = (id: string) => retrying(Effect.mapError(getHit(crowd, id), Crowd.refused(crowd)))
    const ids = yield* stored(unlisted(of, size, most))
    const hits = yield* Effect.forEach(ids.slice(0, most), ask, { concurrency: crowd.concurrency })
    return hits.flatMap((hit) => Option.toArray(hit))
  })

/** All the account has. */
const every = (of: RunOf): Stream.Stream<Hits, ProviderError> => paged(of, (token) => allHits(of.crowd, token))

/**
 * Pages of HITs in which the run's are: of its own type, those that are over, and then the others that may have something
 * to tell where they are few; all the account has, where they are many. Either way it is about one call for a hundred.
 */
export const hitsOf = (of: RunOf, hitType: string, size: Size): Stream.Stream<Hits, ProviderError> => {
  const { assigned = 0, completed = 0, expired = 0, launched = 0, rejected = 0 } = size.counts
  if (launched + assigned + completed + expired + rejected === 0) return Stream.empty
  if (size.hasOtherTypes) return every(of)
  const most = withHundredths((launched + assigned) / size.unitsInRow)
  return Stream.unwrap(
    Effect.map(stored(unlisted(of, size, most)), ({ length }) => {
      if (length > most) return every(of)
      const over = Stream.concat(reviewable(of, hitType, "Reviewable"), reviewable(of, hitType, "Reviewing"))
      return length === 0 ? over : Stream.concat(over, Stream.fromEffect(rest(of, size, most)))
    })
  )
}

/** How many HITs a sync looks at that may have nothing to tell. */
export const looksOf = ({ counts: { created = 0, ...launched }, unitsInRow }: Size): number =>
  withHundredths(Object.values(launched).reduce((sum, n) => sum + n, 0) / unitsInRow)
