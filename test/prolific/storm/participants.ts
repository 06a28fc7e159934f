/**
 * Participants who come to our pages as their browsers would: some give up, some have no code, some never come to us.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Agents, type Arrived, type Exit } from "../../../src/Agents.js"
import { ProviderError } from "../../../src/CrowdError.js"
import type { RunId } from "../../../src/Ids.js"
import { Units } from "../../../src/Units.js"
import { act, isCareless, report } from "./protocol.js"

/** Again and again until Prolific answers. */
export const persist = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.retry(effect, {
    while: (error) => error instanceof ProviderError && error.isRetryable && error.reason !== "NotYet",
    schedule: Schedule.spaced("50 millis")
  })

class Closed extends Data.TaggedError("Closed") {}

const Arrival = Schema.Struct({ submission: Schema.String, link: Schema.String })

/** What our pages are told by a link. */
const dataOf = (link: string) => {
  const said = new URL(link).searchParams
  return { participant: said.get("PROLIFIC_PID"), study: said.get("STUDY_ID"), submission: said.get("SESSION_ID") }
}

const codeIn = (exit: Option.Option<Exit>): string =>
  Option.match(exit, {
    onNone: () => "NOCODE",
    onSome: (found) => (found._tag === "Code" ? found.code : (new URL(found.url).searchParams.get("cc") ?? "NOCODE"))
  })

export const make = (url: string, run: RunId) => {
  const at = (command: Parameters<typeof act>[1]) => Effect.promise(() => act(url, command))
  const handIn = (submission: string, code: string) => Effect.asVoid(at({ act: "submit", submission, code }))
  const gaveUp = new Set<string>()

  /** Somebody with a unit works on it, unless they give it back. */
  const work = (agent: Arrived, submission: string) =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const { place, replaces } = yield* Effect.flatMap(Units, (units) => units.get(agent.unit))
      if (place % 12 === 5 && !gaveUp.has(agent.unit)) {
        gaveUp.add(agent.unit)
        return yield* Effect.asVoid(at({ act: "giveBack", submission }))
      }
      const answer = isCareless(place) && Option.isNone(replaces) ? "careless" : agent.unit
      yield* agents.submit({ agent: agent.id, worker: agent.worker, answers: { answer } })
      const exit = yield* persist(agents.exit(agent.id))
      yield* handIn(submission, place % 9 === 4 ? "NOCODE" : codeIn(exit))
    })

  /** Follows the link to our pages, as often as it takes; whoever gets no unit gives the place back. */
  const visit = ({ link, submission }: typeof Arrival.Type) =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const agent = yield* persist(agents.register(run, dataOf(link)))
      yield* work(agent, submission)
    }).pipe(
      Effect.catchTags({
        NotEligible: ({ reason }) =>
          Effect.gen(function* () {
            const exit = yield* persist(
              Effect.flatMap(Agents, (agents) => agents.refusalExit(run, reason, dataOf(link)))
            )
            yield* handIn(submission, codeIn(exit))
            yield* at({ act: "giveBack", submission })
          }),
        // Has left here, or at Prolific.
        InvalidTransition: () => Effect.void,
        InvalidProviderData: () => Effect.void
      })
    )

  /**
   * Those who were at work when the requester's process died open their links again; whoever we do not know gives up.
   */
  const back = Effect.gen(function* () {
    const { submissions } = yield* Effect.promise(() => report(url))
    const here = submissions.filter(({ status }) => status === "ACTIVE" || status === "RESERVED")
    yield* Effect.forEach(
      here,
      ({ id, status }) =>
        Effect.flatMap(at({ act: status === "ACTIVE" ? "link" : "start", submission: id }), (link) =>
          typeof link === "string" ? visit({ link, submission: id }) : Effect.void
        ),
      { concurrency: 8, discard: true }
    )
    const agents = yield* Effect.flatMap(Agents, (agents) => Stream.runCollect(agents.list(run)))
    const known = new Set(Array.from(agents, ({ remoteId }) => Option.getOrNull(remoteId)))
    // Whoever got no unit, and died with that process before giving the place back.
    const left = submissions.filter(({ id, status }) => status === "AWAITING REVIEW" && !known.has(id))
    yield* Effect.forEach(left, ({ id }) => at({ act: "giveBack", submission: id }), { discard: true })
  })

  /** New people come as long as the study has a place for them; of every twenty, one never comes to our pages. */
  const more = (study: string) => {
    let come = 0
    const one = Effect.gen(function* () {
      const participant = yield* Effect.flatMap(at({ act: "join" }), Schema.decodeUnknown(Schema.String))
      const arrival = yield* at({ act: "arrive", study, participant })
      if (arrival === undefined) return yield* new Closed()
      const arrived = yield* Schema.decodeUnknown(Arrival)(arrival)
      come++
      yield* come % 20 === 9 ? handIn(arrived.submission, "NOCODE") : visit(arrived)
    })
    const oneAfterAnother = Effect.catchTag(Effect.forever(one), "Closed", () => Effect.void)
    return Effect.all(
      Array.from({ length: 8 }, () => oneAfterAnother),
      { concurrency: "unbounded", discard: true }
    )
  }

  return { back, more }
}
