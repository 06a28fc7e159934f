/**
 * A service that is a table of HITs in the same process, without a wire: it is quick, keeps a test's time, and counts
 * calls.
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Money from "../../src/Money.js"
import type { Client } from "../../src/mturk/client.js"
import * as driver from "../../src/mturk/driver.js"
import { failure } from "../../src/mturk/errors.js"
import { feesOf } from "../../src/mturk/fees.js"
import * as Provider from "../../src/Provider.js"
import * as Store from "../../src/Store.js"
import { answersXml } from "./wire.js"

/** One of a HIT's assignments; `worker` has accepted it, and has submitted it where there is a status. */
export interface Place {
  readonly id: string
  readonly hit: string
  worker: string | undefined
  status: "Submitted" | "Approved" | "Rejected" | undefined
}

export interface Hit {
  readonly id: string
  readonly annotation: string
  readonly type: string
  readonly places: ReadonlyArray<Place>
  expiration: number
}

export interface Fake {
  readonly hits: ReadonlyArray<Hit>
  /** Puts one on offer, without a call. */
  readonly add: (annotation: string, places?: number, type?: string) => Hit
  readonly calls: Array<string>
  /** The HITs whose assignments were asked for. */
  readonly read: Array<string>
  readonly client: Client
}

const Input = Schema.Struct({
  HITId: Schema.optional(Schema.String),
  HITTypeId: Schema.optional(Schema.String),
  Status: Schema.optional(Schema.String),
  NextToken: Schema.optional(Schema.String)
})
type Input = typeof Input.Type

const hitType = "TYPE"
const never = 4_000_000_000_000

const isFree = ({ worker }: Place) => worker === undefined
const isPending = ({ status, worker }: Place) => worker !== undefined && status === undefined
const isCompleted = ({ status }: Place) => status === "Approved" || status === "Rejected"

const isOffered = ({ expiration, places }: Hit, now: number) => places.some(isFree) && expiration > now

const statusOf = (hit: Hit, now: number): string => {
  if (isOffered(hit, now)) return "Assignable"
  return hit.places.some(isPending) ? "Unassignable" : "Reviewable"
}

const shown = (hit: Hit, now: number) => ({
  HITId: hit.id,
  HITStatus: statusOf(hit, now),
  RequesterAnnotation: hit.annotation,
  Expiration: new Date(hit.expiration),
  MaxAssignments: hit.places.length,
  NumberOfAssignmentsPending: hit.places.filter(isPending).length,
  NumberOfAssignmentsAvailable: isOffered(hit, now) ? hit.places.filter(isFree).length : 0,
  NumberOfAssignmentsCompleted: hit.places.filter(isCompleted).length
})

const assignmentOf = ({ id, status, worker }: Place) => ({
  AssignmentId: id,
  WorkerId: worker,
  AssignmentStatus: status,
  AcceptTime: new Date(0),
  SubmitTime: new Date(0),
  Answer: answersXml({ label: "good" })
})

/** Whatever has something on it says that there is a page after it. */
const pageOf = (hits: ReadonlyArray<Hit>, { NextToken }: Input, now: number) => {
  const from = Number(NextToken ?? 0)
  const page = hits.slice(from, from + 100).map((hit) => shown(hit, now))
  return page.length === 0 ? { HITs: [] } : { HITs: page, NextToken: String(from + page.length) }
}

export const make = (): Fake => {
  const hits: Array<Hit> = []
  const byId = new Map<string, Hit>()
  const calls: Array<string> = []
  const read: Array<string> = []
  const hitOf = ({ HITId = "" }: Input) => byId.get(HITId)
  const add: Fake["add"] = (annotation, places = 1, type = hitType) => {
    const id = `H${hits.length}`
    const free = (_: unknown, n: number): Place => ({
      id: `ASSIGNMENT${id}-${n}`,
      hit: id,
      worker: undefined,
      status: undefined
    })
    const hit: Hit = { id, annotation, type, places: Array.from({ length: places }, free), expiration: never }
    hits.push(hit)
    byId.set(id, hit)
    return hit
  }
  const answers: Record<string, (input: Input, now: number) => unknown> = {
    GetAccountBalance: () => ({ AvailableBalance: "10000.00" }),
    CreateHITType: () => ({ HITTypeId: hitType }),
    UpdateExpirationForHIT: (input) => {
      const hit = hitOf(input)
      if (hit !== undefined) hit.expiration = 0
      return {}
    },
    GetHIT: (input, now) => {
      const hit = hitOf(input)
      return hit === undefined ? undefined : { HIT: shown(hit, now) }
    },
    ListHITs: (input, now) => pageOf(hits, input, now),
    ListReviewableHITs: (input, now) =>
      pageOf(
        hits.filter((hit) => hit.type === input.HITTypeId && statusOf(hit, now) === input.Status),
        input,
        now
      ),
    ListAssignmentsForHIT: (input) => {
      const hit = hitOf(input)
      read.push(hit?.id ?? "")
      return { Assignments: hit?.places.filter(({ status }) => status !== undefined).map(assignmentOf) ?? [] }
    }
  }
  const client: Client = {
    call: (method, command, reply) =>
      Effect.gen(function* () {
        calls.push(method)
        const { epochMillis } = yield* DateTime.now
        const input = yield* Schema.decodeUnknown(Input)(command().input)
        return yield* Schema.decodeUnknown(reply)(answers[method]?.(input, epochMillis))
      }).pipe(Effect.mapError((error) => failure("Malformed", method, error.message, error))),
    as: () => Effect.succeed(client),
    rate: Effect.succeed(0)
  }
  return { hits, add, calls, read, client }
}

/** The driver on this service; with `host`, its workers come to pages of our own. */
export const layer = ({ client }: Fake, host?: string) =>
  Layer.unwrapEffect(
    Effect.map(Store.Store, (store) =>
      Provider.layer({
        driver: driver.make(
          {
            client,
            store,
            environment: { endpoint: "http://fake", name: "fake", mode: "sandbox", amazon: false },
            fee: feesOf("amazon", []),
            requirements: [],
            balance: Effect.succeed(Money.make(100_000_000)),
            compensate: false,
            concurrency: 16
          },
          { timeout: Duration.seconds(60), host }
        )
      })
    )
  )
