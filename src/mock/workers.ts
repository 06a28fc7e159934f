import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import * as Agents from "../Agents.js"
import type { InvalidProviderData, ProviderError, StoreError, TaskRunNotFound } from "../CrowdError.js"
import type { AgentId, RunId } from "../Ids.js"
import * as TaskRuns from "../TaskRuns.js"
import * as Units from "../Units.js"
import type { Behaviour, WorkOptions } from "./options.js"

type Capabilities = Agents.Agents | TaskRuns.TaskRuns | Units.Units
type Failure = TaskRunNotFound | InvalidProviderData | ProviderError | StoreError

interface Present {
  readonly run: RunId
  readonly latest: Ref.Ref<ReadonlyArray<Agents.Agent>>
  readonly options: Required<WorkOptions>
}

const isOver = (run: RunId) =>
  Effect.gen(function* () {
    const units = yield* Units.Units
    for (const status of ["created", "launched", "assigned"] as const) {
      if (Option.isSome(yield* Stream.runHead(units.list(run, { status, limit: 1 })))) return false
    }
    return true
  })

/** Sends what the behaviour says, and shows the program's own answer to it. */
const send = (present: Present, agent: Agents.Agent, answers: Agents.Answers, as: AgentId = agent.id) =>
  Effect.gen(function* () {
    const agents = yield* Agents.Agents
    const answer = yield* Effect.either(agents.submit({ agent: as, worker: agent.worker, answers }))
    yield* present.options.onAnswer(
      agent,
      Either.map(answer, ({ status }) => status)
    )
    return answer
  })

const untilDeadline = (agent: Agents.Agent) =>
  Effect.flatMap(DateTime.now, (now) =>
    Effect.sleep(Duration.millis(Math.max(0, DateTime.distance(now, agent.deadline)) + 1))
  )

const misbehave = (present: Present, agent: Agents.Agent, behaviour: Exclude<Behaviour, { readonly _tag: "Answer" }>) =>
  Effect.gen(function* () {
    const agents = yield* Agents.Agents
    switch (behaviour._tag) {
      case "Return":
        return yield* Effect.ignore(agents.return(agent.id))
      case "TimeOut":
        return yield* untilDeadline(agent)
      case "SubmitTwice":
        yield* send(present, agent, behaviour.answers)
        return yield* send(present, agent, behaviour.again)
      case "SubmitLate":
        yield* untilDeadline(agent)
        yield* agents.endOverdue(present.run)
        return yield* send(present, agent, behaviour.answers)
      case "SubmitForeign": {
        const other = (yield* present.latest.get).find(({ worker }) => worker !== agent.worker)
        if (other !== undefined) yield* send(present, agent, behaviour.answers, other.id)
        return yield* Effect.ignore(agents.return(agent.id))
      }
    }
  })

const visit = (present: Present, agent: Agents.Agent, nth: number) =>
  Effect.gen(function* () {
    const runs = yield* TaskRuns.TaskRuns
    const assignment = yield* runs.assignment(agent.assignment)
    const inputs = Option.match(assignment, { onNone: () => ({}), onSome: ({ inputs }) => inputs })
    yield* Ref.update(present.latest, (all) => [agent, ...all].slice(0, 16))
    const behaviour = present.options.behave({ agent, inputs, nth })
    yield* Effect.sleep(behaviour.after ?? Duration.zero)
    if (behaviour._tag === "Answer") yield* send(present, agent, behaviour.answers)
    else yield* misbehave(present, agent, behaviour)
  })

interface Place {
  /** How many workers have been here before. */
  readonly generation: number
  /** How many units have been worked on here. */
  readonly visits: number
  readonly isOpen: boolean
}

/** One turn of one place in the crowd: a worker who has done all they may makes room for the next. */
const turn = (present: Present, name: string, place: Place): Effect.Effect<Place, Failure, Capabilities> =>
  Effect.gen(function* () {
    const agents = yield* Agents.Agents
    const worker = place.generation === 0 ? name : `${name}-${place.generation}`
    const met = yield* Effect.either(agents.register(present.run, { worker }))
    if (Either.isRight(met)) {
      yield* visit(present, met.right, place.visits)
      return { ...place, visits: place.visits + 1 }
    }
    const error = met.left
    if (error._tag !== "NotEligible") return yield* error
    switch (error.reason._tag) {
      case "Blocked":
      case "LacksQualification":
        return { ...place, isOpen: false }
      case "OverWorkerLimit":
      case "OverRowLimit":
      case "AlreadyWorked":
        return { ...place, generation: place.generation + 1 }
      default:
        if (yield* isOver(present.run)) return { ...place, isOpen: false }
        yield* Effect.sleep(present.options.patience)
        return place
    }
  })

export const work = (run: RunId, options: WorkOptions = {}): Effect.Effect<void, Failure, Capabilities> =>
  Effect.gen(function* () {
    const latest = yield* Ref.make<ReadonlyArray<Agents.Agent>>([])
    const full: Required<WorkOptions> = {
      workers: options.workers ?? 5,
      patience: options.patience ?? Duration.seconds(1),
      behave: options.behave ?? (() => ({ _tag: "Answer", answers: { answer: "mock" } })),
      onAnswer: options.onAnswer ?? (() => Effect.void)
    }
    const names = Array.from({ length: full.workers }, (_, i) => `worker-${i + 1}`)
    const present = { run, latest, options: full }
    const start: Place = { generation: 0, visits: 0, isOpen: true }
    yield* Effect.forEach(
      names,
      (name) => Effect.iterate(start, { while: ({ isOpen }) => isOpen, body: (place) => turn(present, name, place) }),
      { concurrency: "unbounded", discard: true }
    )
  })
