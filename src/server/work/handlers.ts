/** The workers' half of the API. */
import type * as Headers from "@effect/platform/Headers"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpApiError from "@effect/platform/HttpApiError"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Array from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type Agent, type AgentOutline, Agents, type Service as AgentsService } from "../../Agents.js"
import { InvalidName, NameNeeded, QualificationNotFound, type StoreError } from "../../CrowdError.js"
import type { AgentId, RunId, WorkerId } from "../../Ids.js"
import type { Json } from "../../Json.js"
import { Provider } from "../../Provider.js"
import { type Task, type TaskRun, TaskRuns } from "../../TaskRuns.js"
import { type PaidBonus, Workers } from "../../Workers.js"
import { Api } from "../Api.js"
import * as cookies from "../cookies.js"
import * as Keys from "../keys.js"
import { noneIfNotFound } from "../notFound.js"
import * as frames from "../pages/frames.js"
import { type Access, TaskSource } from "../TaskSource.js"
import * as visitors from "../visitors.js"
import { Arrival, Changed, keyHeader, Submission, Work } from "../WorkApi.js"
import * as Holding from "./holderCookie.js"
import * as openRuns from "./openRuns.js"
import * as submissions from "./submissions.js"

const historyAtMost = 50

/** Of a run that asks nothing of its workers. */
const everything: Access = { sees: "page", lacks: [] }

interface ChangeRequest {
  readonly path: { readonly agent: AgentId }
  readonly headers: { readonly [keyHeader]: string }
}

/** These two are asked for every unit: their answers are encoded at once, without the `HttpApi`'s search for which it is. */
const encodeWork = Schema.encodeSync(Work)
const encodeChanged = Schema.encodeSync(Changed)

const decodeArrival = Schema.decodeUnknown(Schema.parseJson(Arrival))
const decodeSubmission = Schema.decodeUnknown(Schema.parseJson(Submission))

const utf8 = new TextDecoder()

/**
 * The body of one of these two, from its bytes: what `request.json` does to remember the text for others who may ask for
 * it, and there are none, costs a fiber.
 */
const bodyOf = <A>(
  request: HttpServerRequest.HttpServerRequest,
  decode: (text: string) => Effect.Effect<A, ParseResult.ParseError>
) =>
  Effect.orDie(request.arrayBuffer).pipe(
    Effect.flatMap((bytes) => decode(utf8.decode(bytes))),
    Effect.catchTag("ParseError", HttpApiError.HttpApiDecodeError.refailParseError)
  )

/** The origin of the page that asks, as its browser says; behind a proxy with TLS, only that is as others reach it. */
const pageOrigin = (headers: Headers.Headers): string => {
  const origin = headers["origin"] ?? ""
  return /^https?:\/\/[^/]+$/i.test(origin) ? origin : `http://${headers["host"] ?? "localhost"}`
}

const changed = ({ deadline, id, status }: Agent) => ({ agent: id, status, deadline })

export const layer = HttpApiBuilder.group(Api, "work", (handlers) =>
  Effect.gen(function* () {
    const { provider } = yield* Provider
    const runs = yield* TaskRuns
    const agents = yield* Agents
    const workers = yield* Workers
    const keys = yield* Keys.Keys
    const { chooses, local, providerData, visitor } = yield* visitors.make
    const source = yield* Effect.serviceOption(TaskSource)
    const origins = yield* frames.Frames
    const open = yield* openRuns.make
    const holding = yield* Holding.make
    const work = submissions.make({ agents, runs, source })

    const workerOf = (name: Option.Option<string>) =>
      Option.match(name, {
        onNone: () => Effect.succeedNone,
        onSome: (name) => noneIfNotFound(workers.findByName(name))
      })

    const latest = (name: Option.Option<string>): Effect.Effect<ReadonlyArray<AgentOutline>, StoreError> =>
      Effect.flatMap(
        workerOf(name),
        Option.match({
          onNone: () => Effect.succeed([]),
          onSome: ({ id }) =>
            agents.ofWorker(id).pipe(Stream.take(historyAtMost), Stream.runCollect, Effect.map(Chunk.toReadonlyArray))
        })
      )

    const accountOf = (run: RunId, worker?: WorkerId) =>
      Effect.map(workers.progress(run, worker), ({ available, ...progress }) => ({ ...progress, yours: available }))

    const accessTo = ({ id, task }: TaskRun, worker: Option.Option<WorkerId>) =>
      Option.isSome(source) && task.qualifications.length > 0
        ? source.value.access(id, worker)
        : Effect.succeed(everything)

    /** One visitor's view of what is on offer. */
    const offersTo = (who: visitors.Visitor) =>
      Effect.gen(function* () {
        const worker = yield* workerOf(who.worker)
        const offer = ({ left, run }: openRuns.Open) =>
          Effect.gen(function* () {
            const id = Option.map(worker, ({ id }) => id)
            const { barred, held } = yield* workers.standing(run.id, Option.getOrUndefined(id))
            const { lacks, sees } = yield* accessTo(run, id)
            if (sees === "nothing" && Option.isNone(held)) return Option.none()
            const account = yield* accountOf(run.id, Option.getOrUndefined(id))
            const holds = yield* holding.of(run.id, who, held)
            const { description, duration, keywords, reward, title } = run.task
            return Option.some({
              run: run.id,
              title,
              description,
              keywords,
              reward,
              duration,
              left,
              ...account,
              yours: Option.isSome(barred) ? 0 : account.yours,
              refusal: Option.isSome(holds.agent) ? null : Option.getOrNull(barred),
              lacks,
              preview: sees === "page",
              held: Option.getOrNull(holds.agent),
              heldElsewhere: holds.isElsewhere
            })
          })
        const found = yield* Effect.forEach(yield* open, (one) => noneIfNotFound(offer(one)))
        return Array.getSomes(found.map(Option.flatten))
      })

    const pieceOf = ({ acceptedAt, feedback, id, status, submittedAt }: AgentOutline) => ({
      agent: id,
      status,
      feedback: Option.getOrNull(feedback),
      acceptedAt,
      submittedAt: Option.getOrNull(submittedAt)
    })

    const past = ([first, ...others]: Array.NonEmptyReadonlyArray<AgentOutline>) =>
      Effect.gen(function* () {
        const { id, task } = yield* runs.get(first.run)
        const account = yield* accountOf(id, first.worker)
        return { run: id, title: task.title, reward: task.reward, ...account, pieces: [first, ...others].map(pieceOf) }
      })

    const paidFor = ({ amount, paidAt, reason, run, token }: PaidBonus) =>
      Effect.map(
        Effect.transposeMapOption(run, (id) => noneIfNotFound(runs.get(id))),
        (found) => ({
          token,
          title: Option.getOrNull(Option.map(Option.flatten(found), ({ task }) => task.title)),
          amount,
          reason,
          paidAt
        })
      )

    /** A visitor takes a unit, or comes back to what they hold, or to what another browser at their address does. */
    const arrived = (run: RunId, said: Json) =>
      Effect.gen(function* () {
        const visiting = yield* visitor
        const shown = yield* holding.inRun(run, visiting)
        const who = Option.match(shown, { onNone: () => visiting, onSome: (holder) => Holding.as(visiting, holder) })
        return { agent: yield* agents.register(run, yield* providerData(who, said)), who }
      })

    const given = (agent: Agent, who: visitors.Visitor) => Effect.zipRight(holding.keep(agent), workOf(agent, who))

    /** Does what the agent's worker asks for, and nobody else. */
    const asWorker = (change: AgentsService["start"]) => (request: ChangeRequest) =>
      Effect.gen(function* () {
        yield* holding.owner(request.path.agent, yield* visitor, request.headers[keyHeader])
        return changed(yield* change(request.path.agent))
      })

    /** What Mechanical Turk's templates look for in their address. A worker known by their ip address goes by their id. */
    const parametersOf = (agent: Agent, { headers }: HttpServerRequest.HttpServerRequest) => {
      const origin = pageOrigin(headers)
      return new URLSearchParams({
        assignmentId: agent.id,
        hitId: agent.unit,
        workerId: Option.isSome(local) && !chooses ? agent.worker : agent.workerName,
        turkSubmitTo: `${origin}${keys.submitPath(agent.id)}`
      })
    }

    /** Where the task is shown: a page that is elsewhere there, one that asks for permissions where it may have them. */
    const frameOf = (agent: Agent, task: Task) =>
      Effect.gen(function* () {
        const request = yield* HttpServerRequest.HttpServerRequest
        const folder = keys.framePath("work", agent)
        const shown = yield* Effect.transposeMapOption(source, ({ shown }) =>
          shown({ assignment: agent.assignment, agent: Option.some(agent), mode: "work", request })
        )
        return Option.match(Option.flatten(shown), {
          onNone: () => {
            const { origin, permissions } = frames.placeOf(origins, task, pageOrigin(request.headers))
            return { permissions, frame: `${origin}${folder}?${parametersOf(agent, request)}` }
          },
          onSome: (shown) => ({
            frame: shown._tag === "Address" ? shown.address : `${folder}?${shown.query}`,
            permissions: []
          })
        })
      })

    /** What the visitor's browser is given to work with. */
    const workOf = (agent: Agent, who: visitors.Visitor) =>
      Effect.gen(function* () {
        const { task } = yield* runs.get(agent.run)
        work.expect(agent)
        return {
          agent: agent.id,
          run: agent.run,
          worker: agent.worker,
          title: task.title,
          reward: task.reward,
          status: agent.status,
          acceptedAt: agent.acceptedAt,
          deadline: agent.deadline,
          now: yield* DateTime.now,
          key: keys.forWork(agent, who.worker),
          ...(yield* frameOf(agent, task))
        }
      })

    return handlers
      .handle("lobby", () =>
        Effect.gen(function* () {
          const who = yield* visitor
          const { worker } = who
          return { provider, worker: Option.getOrNull(worker), chooses, offers: yield* offersTo(who) }
        })
      )
      .handle("history", () =>
        Effect.gen(function* () {
          const { worker } = yield* visitor
          const byRun = Object.values(Array.groupBy(yield* latest(worker), ({ run }) => run))
          return Array.getSomes(yield* Effect.forEach(byRun, (agents) => noneIfNotFound(past(agents))))
        })
      )
      .handle("bonuses", () =>
        Effect.gen(function* () {
          const { worker } = yield* visitor
          const found = yield* workerOf(worker)
          if (Option.isNone(found)) return []
          const paid = yield* workers
            .bonuses(found.value.id)
            .pipe(Stream.take(historyAtMost), Stream.mapEffect(paidFor), Stream.runCollect)
          return Chunk.toReadonlyArray(paid)
        })
      )
      .handle("name", ({ payload: { name } }) =>
        Effect.gen(function* () {
          const { visit } = yield* visitor
          if (Option.isNone(local) || !chooses) {
            return yield* new InvalidName({ name, description: "the workers of this crowd do not choose their names" })
          }
          const { cookie, worker } = yield* local.value.name(visit, name)
          yield* cookies.set(visitors.cookieName, cookie)
          return { worker }
        })
      )
      .handle("ask", ({ path: { qualification } }) =>
        Effect.gen(function* () {
          const { worker } = yield* visitor
          if (Option.isNone(source)) return yield* new QualificationNotFound({ qualification })
          if (Option.isNone(worker)) return yield* new NameNeeded()
          const status = yield* source.value.ask(qualification, worker.value)
          return { status: yield* Effect.mapError(status, () => new QualificationNotFound({ qualification })) }
        })
      )
      .handleRaw("accept", ({ path, request }) =>
        Effect.gen(function* () {
          // Nobody listens to what a page says where the crowd knows its people by their connections.
          const { data } = Option.isSome(local) ? { data: null } : yield* bodyOf(request, decodeArrival)
          const { agent, who } = yield* arrived(path.run, data)
          yield* holding.ensureOwn(agent)
          return HttpServerResponse.unsafeJson(encodeWork(yield* given(agent, who)))
        })
      )
      .handle("mine", ({ path }) => Effect.flatMap(arrived(path.run, null), ({ agent, who }) => given(agent, who)))
      .handle("skip", ({ headers, path }) =>
        Effect.gen(function* () {
          const { who } = yield* holding.owner(path.agent, yield* visitor, headers[keyHeader])
          const { run } = yield* agents.get(path.agent)
          const data = yield* providerData(who, null)
          const other = yield* agents.register(run, data, { insteadOf: path.agent })
          yield* holding.ensureOwn(other)
          return yield* given(other, who)
        })
      )
      .handleRaw("submit", ({ headers, path, request }) =>
        Effect.gen(function* () {
          const { worker } = yield* holding.owner(path.agent, yield* visitor, headers[keyHeader])
          // Only now: looking through a large body is for those who may submit.
          const { answers } = yield* bodyOf(request, decodeSubmission)
          const submitted = yield* work.submit({ agent: path.agent, worker, answers })
          return HttpServerResponse.unsafeJson(encodeChanged(changed(submitted)))
        })
      )
      .handle("start", asWorker(agents.start))
      .handle("heartbeat", asWorker(agents.heartbeat))
      .handle("return", asWorker(agents.return))
      .handle("disconnect", asWorker(agents.disconnect))
  })
)
