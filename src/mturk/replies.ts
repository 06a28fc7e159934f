/** What the service answers, as far as it is read. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { nullable: true })

const Count = Schema.optionalWith(Schema.Int, { default: () => 0, nullable: true })

const Time = Schema.transform(Schema.ValidDateFromSelf, Schema.DateTimeUtcFromSelf, {
  strict: true,
  decode: (date) => DateTime.unsafeFromDate(date),
  encode: (at) => DateTime.toDateUtc(at)
})

export const Hit = Schema.Struct({
  HITId: Schema.NonEmptyString,
  HITStatus: Schema.String,
  RequesterAnnotation: optional(Schema.String),
  Expiration: optional(Time),
  MaxAssignments: optional(Schema.Int),
  NumberOfAssignmentsPending: Count,
  NumberOfAssignmentsAvailable: Count,
  NumberOfAssignmentsCompleted: Count
})
export type Hit = typeof Hit.Type

export const Assignment = Schema.Struct({
  AssignmentId: Schema.NonEmptyString,
  WorkerId: Schema.NonEmptyString,
  AssignmentStatus: Schema.Literal("Submitted", "Approved", "Rejected"),
  AcceptTime: optional(Time),
  SubmitTime: optional(Time),
  Answer: optional(Schema.String)
})
export type Assignment = typeof Assignment.Type

const QualificationType = Schema.Struct({ QualificationTypeId: Schema.NonEmptyString, Name: optional(Schema.String) })

const BonusPayment = Schema.Struct({ WorkerId: optional(Schema.String), Reason: optional(Schema.String) })
const WorkerBlock = Schema.Struct({ WorkerId: optional(Schema.String) })

/** One page: what is on it, and where the next one begins. */
const page = <A, I, const Name extends string>(name: Name, item: Schema.Schema<A, I>) =>
  Schema.Struct({
    items: Schema.optionalWith(Schema.Array(item), { default: () => [], nullable: true }).pipe(Schema.fromKey(name)),
    NextToken: optional(Schema.String)
  })

export interface Page<A> {
  readonly items: ReadonlyArray<A>
  readonly NextToken?: string | undefined
}

export const Hits = page("HITs", Hit)
export const Assignments = page("Assignments", Assignment)
export const QualificationTypes = page("QualificationTypes", QualificationType)
export const BonusPayments = page("BonusPayments", BonusPayment)
export const WorkerBlocks = page("WorkerBlocks", WorkerBlock)

/** As much as is read of a HIT that was just made. */
export const NewHit = Schema.Struct({ HIT: Schema.Struct({ HITId: Schema.NonEmptyString }) })
export const OneHit = Schema.Struct({ HIT: Hit })
export const OneAssignment = Schema.Struct({ Assignment })
export const OneHitType = Schema.Struct({ HITTypeId: Schema.NonEmptyString })
export const OneQualificationType = Schema.Struct({ QualificationType })
export const Balance = Schema.Struct({ AvailableBalance: Schema.String })

export const NotifyFailures = Schema.Struct({
  NotifyWorkersFailureStatuses: Schema.optionalWith(
    Schema.Array(
      Schema.Struct({
        WorkerId: optional(Schema.String),
        NotifyWorkersFailureCode: optional(Schema.String),
        NotifyWorkersFailureMessage: optional(Schema.String)
      })
    ),
    { default: () => [], nullable: true }
  )
})

/**
 * The items of all pages; a page without items may have one after it. Since every page with items says that there is one,
 * the last call is saved where it is known how many items there are.
 */
export const everything = <A, E>(
  fetch: (token: string | undefined) => Effect.Effect<Page<A>, E>,
  count = Number.POSITIVE_INFINITY
): Effect.Effect<ReadonlyArray<A>, E> =>
  Effect.gen(function* () {
    const all: Array<A> = []
    let token: string | undefined
    do {
      const got = yield* fetch(token)
      all.push(...got.items)
      token = got.NextToken
    } while (token !== undefined && token !== "" && all.length < count)
    return all
  })
