/**
 * What workers hand in: kept once, and only of whoever holds the unit. Late answers come after their agent's time, or after
 * the crowd was told of them.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { type Agent, Answers, maxAnswerNames, maxAnswersBytes, type Service, type Submission } from "../Agents.js"
import { AlreadySubmitted, InvalidAnswers, NotYourAgent } from "../CrowdError.js"
import * as States from "../States.js"
import * as tables from "../store/tables.js"
import type { Unit } from "../Units.js"
import * as Engine from "./engine.js"
import { noteSubmission } from "./excluding.js"
import { changeAgent, invalid } from "./transitions.js"

/**
 * Whether answers of the agent would be late ones: their time is over, or the crowd has heard of a submission, and no
 * answers are here. Whoever has given the unit back has withdrawn.
 */
export const isLate = ({ answers, status }: Pick<Agent, "answers" | "status">): boolean =>
  Option.isNone(answers) && (status === "expired" || status === "completed")

/** Whether late answers are still taken: as long as nobody else has the unit. */
export const isTakenLate = (agent: Pick<Agent, "answers" | "status">, unit: Pick<Unit, "status">): boolean =>
  isLate(agent) && (agent.status === "completed" || Option.isSome(States.nextUnit(unit.status, "completeLate")))

const sameAnswers = Schema.equivalence(Answers)

const encodeAnswers = Schema.encodeEither(Schema.parseJson(Answers))

const checked = ({ agent, answers }: Submission): Effect.Effect<void, InvalidAnswers> => {
  const names = Object.keys(answers).length
  if (names > maxAnswerNames) {
    return new InvalidAnswers({ agent, description: `${names} names; at most ${maxAnswerNames} are kept` })
  }
  const encoded = encodeAnswers(answers)
  if (encoded._tag === "Left") return new InvalidAnswers({ agent, description: encoded.left.message })
  return new TextEncoder().encode(encoded.right).byteLength > maxAnswersBytes
    ? new InvalidAnswers({ agent, description: `larger than ${maxAnswersBytes} bytes` })
    : Effect.void
}

export const make = (engine: Engine.Service): Service["submit"] => {
  const { agent, driver, store } = engine

  /** How the visit ended, as the page says; only where the crowd has such pages. */
  const saidOutcome = ({ agent: id, answers }: Submission) =>
    Effect.gen(function* () {
      if (driver.outcomeOf === undefined) return "completed"
      const { run } = yield* agent(id)
      return yield* Either.mapLeft(
        driver.outcomeOf(yield* Engine.runOf(engine, run), answers),
        (description) => new InvalidAnswers({ agent: id, description })
      )
    })

  /** Whether answers that come late are taken: only where people have to be sent on from here. */
  const isStillTaken = (found: Agent) =>
    driver.exit === undefined
      ? Effect.succeed(false)
      : Effect.map(
          store.get(tables.units, found.unit),
          Option.exists((unit) => isTakenLate(found, unit))
        )

  /** Keeps the answers of a visit that the page ended: the unit is somebody else's, and this is how it ended. */
  const end = ({ agent: id, answers, worker }: Submission, outcome: States.Outcome) =>
    Effect.gen(function* () {
      const found = yield* agent(id)
      if (found.worker !== worker) return yield* new NotYourAgent({ agent: id, worker })
      const same = Option.exists(found.answers, (before) => sameAnswers(before, answers))
      if (same && Option.contains(found.outcome, outcome)) return found
      if (Option.isSome(found.answers)) return yield* new AlreadySubmitted({ agent: id })
      const kept = { answers: Option.some(answers), outcome: Option.some(outcome) }
      const isLate = found.status === "expired" && (yield* isStillTaken(found))
      if (!isLate) return yield* changeAgent(engine, found, "return", yield* DateTime.now, kept)
      const [filled] = yield* store.update(tables.agents, { ids: [id], set: kept })
      return filled ?? found
    })

  /** Keeps answers of somebody whose time is over, or of whose submission the crowd was told first. */
  const takeLate = (found: Agent, answers: Answers, now: DateTime.Utc) =>
    Effect.gen(function* () {
      if (found.status === "expired") {
        const changed = yield* changeAgent(engine, found, "submitLate", now, { answers: Option.some(answers) })
        yield* noteSubmission(engine, changed)
        return changed
      }
      const [filled] = yield* store.update(tables.agents, { ids: [found.id], set: { answers: Option.some(answers) } })
      return filled ?? found
    })

  const refused = ({ agent: id, answers, worker }: Submission, now: DateTime.Utc) =>
    Effect.gen(function* () {
      const found = yield* agent(id)
      if (found.worker !== worker) return yield* new NotYourAgent({ agent: id, worker })
      if (yield* isStillTaken(found)) return yield* takeLate(found, answers, now)
      if (Option.isNone(Option.orElse(found.submittedAt, () => found.answers))) return yield* invalid(found, "submit")
      const same = Option.exists(found.answers, (before) => sameAnswers(before, answers))
      return same ? found : yield* new AlreadySubmitted({ agent: id })
    })

  return (submission) =>
    Effect.zipRight(
      checked(submission),
      store.transaction(
        Effect.gen(function* () {
          const outcome = yield* saidOutcome(submission)
          if (outcome !== "completed") return yield* end(submission, outcome)
          const now = yield* DateTime.now
          const [done] = yield* store.update(tables.agents, {
            ids: [submission.agent],
            when: { worker: [submission.worker], status: States.agentSources("submit") },
            set: { status: "completed", answers: Option.some(submission.answers), submittedAt: Option.some(now) }
          })
          if (done === undefined) return yield* refused(submission, now)
          yield* store.update(tables.units, {
            ids: [done.unit],
            when: { status: States.unitSources("complete") },
            set: { status: "completed", leaseUntil: Option.none(), offeredUntil: Option.none(), updatedAt: now }
          })
          yield* noteSubmission(engine, done)
          return done
        })
      )
    )
}
