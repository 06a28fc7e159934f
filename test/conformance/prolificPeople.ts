/** Prolific against its double, with participants who come by a study's link, for programs that know of neither. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type Agent, Agents, type Exit } from "../../src/Agents.js"
import type { Token } from "../../src/Ids.js"
import { CrowdError, Journal, type Provider, type TaskRuns } from "../../src/index.js"
import type * as Prolific from "../../src/Prolific.js"
import type { Store } from "../../src/Store.js"
import type { Harness, Outward } from "../../src/testing/Harness.js"
import { over } from "../prolific/onProlific.js"
import { type Double, makeDouble } from "../support/prolific/double.js"
import type { CallName } from "../support/prolific/operations.js"
import { Refused } from "../support/prolific/refusals.js"
import { people } from "./people.js"

/** The double, and which of its participants a name stands for. */
interface Service {
  readonly double: Double
  readonly participants: Map<string, string>
}

export class Marketplace extends Context.Tag("effect-crowd/test/prolific/Marketplace")<Marketplace, Service>() {}

/** Its workspace pays in dollars and takes no fees, as the programs have it; its time begins where a test's does. */
const marketplace = Layer.scoped(
  Marketplace,
  Effect.gen(function* () {
    const double = yield* makeDouble({
      start: yield* Clock.currentTimeMillis,
      workspaces: [{ title: "Research", currency: "USD", balance: 1_000_000, projects: ["Project"] }],
      rates: { fee: 0, vat: 0 }
    })
    return { double, participants: new Map<string, string>() }
  })
)

export const layer = (store: Layer.Layer<Store, unknown>): Layer.Layer<Prolific.Provides | Marketplace, unknown> =>
  Layer.unwrapEffect(Effect.map(Marketplace, ({ double }) => over(double))).pipe(
    Layer.provideMerge(marketplace),
    Layer.provide(store)
  )

/** Does something at Prolific, where as much time has passed as on the test's clock. */
const act = <A>(what: (double: Double) => A): Effect.Effect<A, Refused, Marketplace> =>
  Effect.gen(function* () {
    const { double } = yield* Marketplace
    double.advance((yield* Clock.currentTimeMillis) - double.world.clock.now())
    return yield* Effect.suspend(() => {
      try {
        return Effect.succeed(what(double))
      } catch (error) {
        return error instanceof Refused ? Effect.fail(error) : Effect.die(error)
      }
    })
  })

const studyOf = ({ world }: Double, { id }: TaskRuns.TaskRun) => {
  const study = [...world.studies.values()].find(({ fields }) => fields.metadata === id)
  if (study === undefined) throw new Refused(404, `There is no study of ${id}.`)
  return study
}

/** What our pages are told by a link. */
const dataOf = (link: string) => {
  const said = new URL(link).searchParams
  return { participant: said.get("PROLIFIC_PID"), study: said.get("STUDY_ID"), submission: said.get("SESSION_ID") }
}

/** Somebody of that name, always the same participant, takes a place in the run's study and opens its link. */
const come = (worker: string, run: TaskRuns.TaskRun) =>
  Effect.flatMap(Marketplace, ({ participants }) =>
    act((double) => {
      const participant = participants.get(worker) ?? double.people.join()
      participants.set(worker, participant)
      return { participant, ...double.people.arrive(studyOf(double, run).id, participant) }
    })
  )

const submissionOf = ({ remoteId }: Agent): string => Option.getOrElse(remoteId, () => "")

const codeIn = (exit: Exit): string | null =>
  exit._tag === "Redirect" ? new URL(exit.url).searchParams.get("cc") : exit.code

/** Goes where our pages send whoever is done. */
const leave = (agent: Agent) =>
  Effect.gen(function* () {
    const exit = yield* Effect.flatMap(Agents, (agents) => agents.exit(agent.id))
    const code = Option.getOrNull(Option.map(exit, codeIn)) ?? "NOCODE"
    yield* act(({ people }) => people.submit(submissionOf(agent), code))
  })

const calls = {
  launch: "POST /api/v1/studies/{id}/transition/",
  expire: "POST /api/v1/studies/{id}/transition/",
  approve: "POST /api/v1/submissions/{id}/transition/",
  reject: "POST /api/v1/submissions/{id}/transition/",
  bonus: "POST /api/v1/bulk-bonus-payments/{id}/pay/",
  block: "POST /api/v1/participant-groups/{id}/participants/",
  unblock: "DELETE /api/v1/participant-groups/{id}/participants/",
  grant: "POST /api/v1/participant-groups/{id}/participants/",
  revoke: "DELETE /api/v1/participant-groups/{id}/participants/"
} as const satisfies { readonly [Kind in Outward]: CallName }

const Prepared = Schema.Struct({ bulk: Schema.String })

/** How often a study of the run was published, or a bonus was paid; other calls leave no trace of a second time. */
const timesDone = (token: Token) =>
  Effect.gen(function* () {
    const journal = yield* Journal.Journal
    const { world } = (yield* Marketplace).double
    const all = Stream.concat(journal.list("done"), journal.list("uncertain"))
    const { kind, prepared, run } = yield* Effect.flatten(Stream.runHead(Stream.filter(all, ({ id }) => id === token)))
    if (kind === "launch") {
      const studies = [...world.studies.values()].filter(({ fields }) => fields.metadata === Option.getOrNull(run))
      return studies.filter(({ publishedAt }) => publishedAt !== undefined).length
    }
    if (kind !== "bonus") return 1
    const { bulk } = yield* Schema.decodeUnknown(Prepared)(Option.getOrNull(prepared))
    return world.bulks.get(bulk)?.paid ?? 0
  })

export const harness: Harness<Provider.Core | Marketplace> = {
  arrive: (worker, run) => Effect.map(come(worker, run), ({ link }) => dataOf(link)),
  submit: (agent, answers) =>
    Effect.gen(function* () {
      const agents = yield* Agents
      yield* agents.submit({ agent: agent.id, worker: agent.worker, answers })
      yield* leave(agent)
    }),
  giveBack: (agent) => act(({ people }) => people.giveBack(submissionOf(agent))),
  unreadable: { participant: "{{%PROLIFIC_PID%}}", study: "{{%STUDY_ID%}}", submission: "{{%SESSION_ID%}}" },
  // Prolific allows no less.
  shortest: "6 minutes",
  loseAnswer: (kind) => act(({ faults }) => faults.next(calls[kind], { kind: "drop", after: true })),
  refuse: (kind) => act(({ faults }) => faults.next(calls[kind], { kind: "refuse", status: 400 })),
  timesDone
}

/** Why somebody gets no place, in our words. */
const reasonOf = ({ detail }: Refused, { task }: TaskRuns.TaskRun): CrowdError.IneligibleReason => {
  if (detail === "This study is not for this participant.") return { _tag: "Blocked" }
  return detail === "Has taken part as often as is allowed." && Option.isSome(task.maxUnitsPerWorker)
    ? { _tag: "OverWorkerLimit", limit: task.maxUnitsPerWorker.value }
    : { _tag: "NothingLeft" }
}

const arrive = Effect.map(
  Effect.context<Marketplace>(),
  (market) => (worker: string, run: TaskRuns.TaskRun) =>
    Effect.gen(function* () {
      const { link, participant, submission } = yield* Effect.mapError(
        come(worker, run),
        (refused) => new CrowdError.NotEligible({ run: run.id, worker, reason: reasonOf(refused, run) })
      )
      const { double } = yield* Marketplace
      const [completed] = studyOf(double, run).fields.completion_codes ?? []
      const then = (what: (double: Double) => void) => Effect.provide(Effect.orDie(act(what)), market)
      return {
        called: participant,
        data: dataOf(link),
        submit: () => then(({ people }) => people.submit(submission, completed?.code ?? "NOCODE")),
        giveBack: then(({ people }) => people.giveBack(submission))
      }
    }).pipe(Effect.provide(market))
)

/** Whoever rejects is asked for what this crowd wants to know beside their words, and says it. */
const asked = (agents: Agents["Type"]): Agents["Type"] => ({
  ...agents,
  reject: (id, words) =>
    Effect.catchTag(agents.reject(id, words), "InvalidFeedback", () =>
      agents.reject(
        id,
        `${words}: a label was asked for each text, and none of the words that were sent is one of those labels.`,
        {
          category: "LOW_EFFORT"
        }
      )
    )
})

/** Prolific, where everybody is called by a name. */
export const peopleOver = (store: Layer.Layer<Store, unknown>): Layer.Layer<Provider.Core, unknown> =>
  Layer.effectContext(
    Effect.map(Effect.flatMap(arrive, people), (met) => Context.add(met, Agents, asked(Context.get(met, Agents))))
  ).pipe(Layer.provideMerge(layer(store)))
