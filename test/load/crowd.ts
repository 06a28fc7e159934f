/** A crowd that works a run off over HTTP, with all the manners of browsers: twice, again, and after a lost answer. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { type IneligibleReason, NotEligible } from "../../src/CrowdError.js"
import type { RunId } from "../../src/Ids.js"
import type { Work } from "../../src/server/WorkApi.js"
import {
  type Answer,
  type Asked,
  accept,
  asWork,
  change,
  mine,
  submit,
  type Unanswered,
  type Visitor
} from "../support/serverVisitors.js"

type Held = typeof Work.Type

/** What the crowd was told, to be compared with the books. */
export interface Told {
  /** The answers of each submission that was acknowledged, by agent. */
  readonly acknowledged: Map<string, unknown>
  /** How often somebody was refused, and why. */
  readonly refusals: Map<IneligibleReason["_tag"], number>
  /** How often a request was cut off or not taken, and by what; it is sent again. */
  readonly cutOff: Map<string, number>
  /** Each answer that was not as it should be, in words. */
  readonly wrong: Array<string>
}

export interface Options {
  readonly run: RunId
  readonly units: number
  readonly visitors: ReadonlyArray<Visitor>
  /** Each request goes to any of these. */
  readonly ports: ReadonlyArray<number>
  readonly random: () => number
  readonly told: Told
}

export const nothingTold = (): Told => ({
  acknowledged: new Map(),
  refusals: new Map(),
  cutOff: new Map(),
  wrong: []
})

class Unavailable extends Data.TaggedError("Unavailable")<{ readonly body: string }> {}

const countIn = <Key>(numbers: Map<Key, number>, key: Key) => void numbers.set(key, (numbers.get(key) ?? 0) + 1)

const faultOf = (error: Unavailable | Unanswered): string => {
  if (error._tag === "Unavailable") return error.body.slice(0, 200)
  return "code" in error.cause ? String(error.cause.code) : error.cause.message
}

const decodeRefusal = Schema.decodeUnknown(Schema.parseJson(NotEligible))

/** Until somebody answers, but not for ever. */
const persist = (told: Told, asking: Effect.Effect<Answer, Unanswered>) =>
  asking.pipe(
    Effect.filterOrFail(
      ({ status }) => status !== 503,
      ({ body }) => new Unavailable({ body })
    ),
    Effect.tapError((error) => Effect.sync(() => countIn(told.cutOff, faultOf(error)))),
    Effect.retry(Schedule.intersect(Schedule.spaced("50 millis"), Schedule.recurs(1200))),
    Effect.orDie
  )

const expectStatus = (told: Told, { body, status }: Answer, wanted: number, what: string) =>
  Effect.sync(() => {
    if (status !== wanted) told.wrong.push(`${what}: ${status} instead of ${wanted}: ${body}`)
  })

/** Whether this visitor is through. */
const refused = ({ told, units }: Options, answer: Answer) =>
  Effect.gen(function* () {
    const { reason } = yield* Effect.orDieWith(
      decodeRefusal(answer.body),
      () => `neither work nor a refusal: ${answer.body}`
    )
    countIn(told.refusals, reason._tag)
    if (reason._tag === "OverWorkerLimit" || told.acknowledged.size >= units) return true
    yield* Effect.sleep("20 millis")
    return false
  })

const handIn = (options: Options, visitor: Visitor, work: Held, ask: () => { readonly port: number }) =>
  Effect.gen(function* () {
    const { random, told } = options
    const answers = { label: "positive", by: visitor.address, of: work.agent, lucky: Math.floor(random() * 1e9) }
    const once = Effect.suspend(() => persist(told, submit(visitor, work, answers, ask())))
    const first = yield* once
    yield* expectStatus(told, first, 200, "submit")
    if (first.status === 200) told.acknowledged.set(work.agent, answers)
    if (random() < 0.05) yield* expectStatus(told, yield* once, 200, "the same again")
    if (random() < 0.05) {
      const other = yield* persist(told, submit(visitor, work, { label: "other" }, ask()))
      yield* expectStatus(told, other, 409, "other answers")
    }
  })

/** They keep no cookies: of what they hold since an answer that was lost, they say that it is theirs. */
const arrive = ({ run, told }: Options, visitor: Visitor, ask: () => Asked) =>
  Effect.flatMap(persist(told, accept(visitor, run, ask())), (answer) =>
    answer.body.includes('"HeldByAddress"') ? persist(told, mine(visitor, run, ask())) : Effect.succeed(answer)
  )

const one = (options: Options, visitor: Visitor) =>
  Effect.gen(function* () {
    const { ports, random, run, told } = options
    const ask = () => ({ port: ports[Math.floor(random() * ports.length)] ?? 0 })
    const answer = yield* arrive(options, visitor, ask)
    if (answer.status !== 200) return yield* refused(options, answer)
    const work = yield* Effect.orDie(asWork(answer))
    if (random() < 0.05) {
      const again = yield* Effect.orDie(Effect.flatMap(persist(told, mine(visitor, run, ask())), asWork))
      if (again.agent !== work.agent) told.wrong.push(`accepted again, ${work.agent} became ${again.agent}`)
    }
    if (random() < 0.01) {
      yield* expectStatus(told, yield* persist(told, change(visitor, work, "return", ask())), 200, "return")
    } else {
      yield* handIn(options, visitor, work, ask)
    }
    return false
  })

/** All of them at once, until every unit is submitted. */
export const workOff = (options: Options): Effect.Effect<void> =>
  Effect.forEach(
    options.visitors,
    (visitor) => Effect.repeat(one(options, visitor), { until: (isThrough) => isThrough }),
    { concurrency: "unbounded", discard: true }
  )
