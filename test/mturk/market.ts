/** The layer against our own service, with a wire between them on which answers get lost. */
import { ListBonusPaymentsCommand, ListHITsCommand } from "@aws-sdk/client-mturk"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { Agent, Answers } from "../../src/Agents.js"
import * as MTurk from "../../src/MTurk.js"
import * as Store from "../../src/Store.js"
import type { TaskRun } from "../../src/TaskRuns.js"
import type { Harness, Outward } from "../../src/testing/Harness.js"
import {
  type Held,
  Marketplace,
  layer as marketplace,
  type Options as ServiceOptions
} from "../mturk-server/support.js"
import { proxy, type Reply, refuse, type Wire } from "./wire.js"

export interface Service {
  readonly wire: Wire
  /** What workers hold, by worker and assignment. */
  readonly held: Map<string, Held>
}

/** What stands between client and service. */
export class Between extends Context.Tag("effect-crowd/test/Between")<Between, Service>() {}

export type Market = Marketplace | Between

/** The service alone: the crowd behind it stays out of sight. */
export const service = (options: ServiceOptions = {}) =>
  Layer.map(marketplace({ every: "400 millis", ...options }), Context.pick(Marketplace))

export const between = Layer.scoped(
  Between,
  Effect.gen(function* () {
    const { url } = yield* Marketplace
    return { wire: yield* proxy(url), held: new Map<string, Held>() }
  })
)

export const client = (options: MTurk.Options) =>
  Layer.unwrapEffect(
    Effect.gen(function* () {
      const { credentials } = yield* Marketplace
      const { wire } = yield* Between
      const { accessKeyId, secretAccessKey } = credentials
      return MTurk.layer({
        endpoint: wire.url,
        credentials: { accessKeyId, secretAccessKey: Redacted.make(secretAccessKey) },
        ...options
      })
    })
  )

export interface Options {
  readonly client?: MTurk.Options
  readonly service?: ServiceOptions
  readonly store?: Layer.Layer<Store.Store, unknown>
}

export const layer = (options: Options = {}) =>
  client(options.client ?? {}).pipe(
    Layer.provideMerge(between),
    Layer.provideMerge(service(options.service)),
    Layer.provide(options.store ?? Store.layerMemory)
  )

const Setup = Schema.Struct({ hitType: Schema.String })

/** The worker of this name takes a HIT of the run; what their browser then tells the page. */
export const arrive = (worker: string, run: TaskRun) =>
  Effect.gen(function* () {
    const market = yield* Marketplace
    const { held } = yield* Between
    const { hitType } = yield* Schema.decodeUnknown(Setup)(Option.getOrNull(run.setup))
    const hold = yield* market.accept(worker, hitType)
    held.set(`${hold.workerId}/${hold.assignmentId}`, hold)
    const { assignmentId, hitId, workerId } = hold
    return { workerId, assignmentId, hitId }
  })

const holdOf = ({ remoteId, workerName }: Agent) =>
  Effect.flatMap(Between, ({ held }) =>
    Effect.fromNullable(held.get(`${workerName}/${Option.getOrElse(remoteId, () => "")}`))
  )

export const submit = (agent: Agent, answers: Answers) =>
  Effect.gen(function* () {
    const market = yield* Marketplace
    yield* market.submit(yield* holdOf(agent), answers)
  })

export const giveBack = (agent: Agent) =>
  Effect.gen(function* () {
    const market = yield* Marketplace
    yield* market.giveBack(yield* holdOf(agent))
  })

const operations: { readonly [Kind in Outward]: string } = {
  launch: "CreateHITWithHITType",
  expire: "UpdateExpirationForHIT",
  approve: "ApproveAssignment",
  reject: "RejectAssignment",
  bonus: "SendBonus",
  block: "CreateWorkerBlock",
  unblock: "DeleteWorkerBlock",
  grant: "AssociateQualificationWithWorker",
  revoke: "DisassociateQualificationFromWorker"
}

/** How the next call of this kind, and no other, is answered. */
const next = (kind: Outward, reply: Reply) =>
  Effect.map(Between, ({ wire }) => {
    let isTold = false
    wire.on(operations[kind], () => {
      if (isTold) return "forward"
      isTold = true
      return reply
    })
  })

const hits = Effect.gen(function* () {
  const { call } = yield* Marketplace
  const all: Array<string | undefined> = []
  let from: string | undefined
  do {
    const page = yield* call((c) => c.send(new ListHITsCommand({ MaxResults: 100, NextToken: from })))
    all.push(...(page.HITs ?? []).map(({ RequesterAnnotation }) => RequesterAnnotation))
    from = page.NextToken
  } while (from !== undefined)
  return all
})

const bonuses = Effect.gen(function* () {
  const { call } = yield* Marketplace
  const { held } = yield* Between
  const pages = yield* Effect.forEach([...held.values()], ({ assignmentId }) =>
    call((c) => c.send(new ListBonusPaymentsCommand({ AssignmentId: assignmentId, MaxResults: 100 })))
  )
  return pages.flatMap(({ BonusPayments }) => BonusPayments ?? [])
})

/**
 * How many HITs of this annotation, or bonuses of this reference, there are; of other effects the service keeps no
 * count.
 */
const timesDone = (token: string) => {
  if (token.startsWith("launch_")) {
    return Effect.map(hits, (all) => all.filter((annotation) => `launch_${annotation}` === token).length)
  }
  return token.startsWith("bonus_")
    ? Effect.map(bonuses, (all) => all.filter(({ Reason }) => Reason?.includes(token.slice(-12))).length)
    : Effect.succeed(1)
}

export const harness: Harness<Market> = {
  arrive,
  submit,
  giveBack,
  unreadable: { workerId: "A1", assignmentId: "ASSIGNMENT_ID_NOT_AVAILABLE", hitId: "H" },
  shortest: "30 seconds",
  loseAnswer: (kind) => next(kind, "lose"),
  refuse: (kind) => next(kind, refuse("InvalidParameterValue", "as told")),
  timesDone
}
