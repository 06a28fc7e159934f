/** People who come to a crowd of its own, for a program that calls them by their names and knows of no crowd. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Agents, type CrowdError, TaskRuns, Workers } from "../../src/index.js"

const Worker = Schema.Struct({ worker: Schema.String })

/** Somebody whom the crowd has let in. */
export interface Arrived {
  /** What the crowd calls them. */
  readonly called: string
  /** What their browser tells us. */
  readonly data: unknown
  /** What their browser tells the crowd when they hand in their work. */
  readonly submit: (answers: Agents.Answers) => Effect.Effect<void>
  readonly giveBack: Effect.Effect<void>
}

/**
 * Turns `{ worker: "ada" }` into somebody of that name who comes by way of the crowd, lets their browser tell the crowd
 * what it tells us, and calls them by that name again. Who is turned away here gives their place back there.
 */
export const people = (
  arrive: (worker: string, run: TaskRuns.TaskRun) => Effect.Effect<Arrived, CrowdError.NotEligible>
): Effect.Effect<
  Context.Context<Agents.Agents | Workers.Workers>,
  never,
  Agents.Agents | Workers.Workers | TaskRuns.TaskRuns
> =>
  Effect.gen(function* () {
    const agents = yield* Agents.Agents
    const workers = yield* Workers.Workers
    const runs = yield* TaskRuns.TaskRuns
    const names = new Map<string, string>()
    const arrived = new Map<string, Arrived>()

    const named = (agent: Agents.Agent): Agents.Agent => ({
      ...agent,
      workerName: names.get(agent.workerName) ?? agent.workerName
    })
    const as = (id: string, act: (one: Arrived) => Effect.Effect<void>) =>
      Effect.suspend(() => {
        const one = arrived.get(id)
        return one === undefined ? Effect.dieMessage(`nobody came as ${id}`) : act(one)
      })

    const register: Agents.Service["register"] = (run, data) =>
      Effect.gen(function* () {
        const { worker } = yield* Effect.orDie(Schema.decodeUnknown(Worker)(data))
        const one = yield* arrive(worker, yield* runs.get(run))
        names.set(one.called, worker)
        const agent = yield* Effect.tapError(agents.register(run, one.data), () => one.giveBack)
        arrived.set(agent.id, one)
        return { ...named(agent), repeated: agent.repeated }
      })

    return Context.make(Agents.Agents, {
      ...agents,
      register,
      submit: (submission) =>
        Effect.zipLeft(
          Effect.map(agents.submit(submission), named),
          as(submission.agent, ({ submit }) => submit(submission.answers))
        ),
      return: (id) =>
        Effect.zipRight(
          as(id, ({ giveBack }) => giveBack),
          Effect.map(agents.return(id), named)
        ),
      list: (run) => Stream.map(agents.list(run), named),
      submissions: (run, options) => Stream.map(agents.submissions(run, options), named)
    }).pipe(
      Context.add(Workers.Workers, {
        ...workers,
        findByName: (name) => workers.findByName([...names].find(([, called]) => called === name)?.[0] ?? name)
      })
    )
  })
