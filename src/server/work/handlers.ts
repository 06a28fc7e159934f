/** The workers' half of the API. */
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpApiError from "@effect/platform/HttpApiError"
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { type Agent, Agents, type Service as AgentsService } from "../../Agents.js"
import { InvalidName, NameNeeded, QualificationNotFound } from "../../CrowdError.js"
import type { AgentId, QualificationId, RunId } from "../../Ids.js"
import type { Json } from "../../Json.js"
import { Provider } from "../../Provider.js"
import { Api } from "../Api.js"
import * as cookies from "../cookies.js"
import { toWorkers } from "../providerErrors.js"
import { TaskSource } from "../TaskSource.js"
import * as visitors from "../visitors.js"
import { Arrival, Changed, keyHeader, Submission, Work } from "../WorkApi.js"
import * as assignedWork from "./assignedWork.js"
import * as exits from "./exits.js"
import * as history from "./history.js"
import * as Holding from "./holderCookie.js"
import * as offers from "./offers.js"
import * as submissions from "./submissions.js"

interface WithRequest {
  readonly request: HttpServerRequest.HttpServerRequest
}

interface AcceptRequest extends WithRequest {
  readonly path: { readonly run: RunId }
}

interface ChangeRequest {
  readonly path: { readonly agent: AgentId }
  readonly headers: { readonly [keyHeader]: string }
}

/**
 * These two are asked for every unit: their answers are encoded at once, without the `HttpApi`'s search for which it
 * is.
 */
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

const changed = ({ deadline, id, status }: Agent) => ({ agent: id, status, deadline })

/** A visitor takes a unit, or comes back to what they hold, or to what another browser at their address does. */
const makeTaking = (holding: Holding.Service, work: submissions.Service) =>
  Effect.gen(function* () {
    const agents = yield* Agents
    const { local, providerData, visitor } = yield* visitors.make
    const assigned = yield* assignedWork.make
    const { turnAway } = yield* exits.make

    const arrived = (run: RunId, said: Json) =>
      Effect.gen(function* () {
        const visiting = yield* visitor
        const shown = yield* holding.inRun(run, visiting)
        const who = Option.match(shown, { onNone: () => visiting, onSome: (holder) => Holding.as(visiting, holder) })
        return { agent: yield* toWorkers(agents.register(run, yield* providerData(who, said))), who }
      })

    const given = (agent: Agent, who: visitors.Visitor) =>
      Effect.gen(function* () {
        yield* holding.keep(agent)
        work.expect(agent)
        return yield* assigned(agent, who)
      })

    const accept = ({ path, request }: AcceptRequest) =>
      Effect.gen(function* () {
        // Nobody listens to what a page says where the crowd knows its people by their connections.
        const { data } = Option.isSome(local) ? { data: null } : yield* bodyOf(request, decodeArrival)
        const { agent, who } = yield* Effect.catchTag(arrived(path.run, data), "NotEligible", (refused) =>
          turnAway(refused, data)
        )
        yield* holding.ensureOwn(agent)
        return HttpServerResponse.unsafeJson(encodeWork(yield* given(agent, who)))
      })

    const mine = ({ path }: Pick<AcceptRequest, "path">) =>
      Effect.flatMap(arrived(path.run, null), ({ agent, who }) => given(agent, who))

    const skip = ({ headers, path }: ChangeRequest) =>
      Effect.gen(function* () {
        const { who } = yield* holding.owner(path.agent, yield* visitor, headers[keyHeader])
        const { run } = yield* agents.get(path.agent)
        const data = yield* providerData(who, null)
        const other = yield* toWorkers(agents.register(run, data, { insteadOf: path.agent }))
        yield* holding.ensureOwn(other)
        return yield* given(other, who)
      })

    return { accept, mine, skip }
  })

/** What the agent's worker does with it, and nobody else. */
const makeWorking = (holding: Holding.Service, work: submissions.Service) =>
  Effect.gen(function* () {
    const agents = yield* Agents
    const { visitor } = yield* visitors.make
    const { departure } = yield* exits.make

    const asWorker = (change: AgentsService["start"]) => (request: ChangeRequest) =>
      Effect.gen(function* () {
        yield* holding.owner(request.path.agent, yield* visitor, request.headers[keyHeader])
        return changed(yield* change(request.path.agent))
      })

    const submit = ({ headers, path, request }: ChangeRequest & WithRequest) =>
      Effect.gen(function* () {
        const { worker } = yield* holding.owner(path.agent, yield* visitor, headers[keyHeader])
        // Only now: looking through a large body is for those who may submit.
        const { answers } = yield* bodyOf(request, decodeSubmission)
        const submitted = yield* work.submit({ agent: path.agent, worker, answers })
        return HttpServerResponse.unsafeJson(encodeChanged(changed(submitted)))
      })

    const exit = ({ headers, path }: ChangeRequest) =>
      Effect.gen(function* () {
        yield* holding.owner(path.agent, yield* visitor, headers[keyHeader])
        return yield* departure(path.agent)
      })

    return {
      submit,
      exit,
      start: asWorker(agents.start),
      heartbeat: asWorker(agents.heartbeat),
      return: asWorker(agents.return),
      disconnect: asWorker(agents.disconnect)
    }
  })

/** The visitor themselves: the name they choose, and the qualifications they ask for. */
const makeVisiting = Effect.gen(function* () {
  const { chooses, local, visitor } = yield* visitors.make
  const source = yield* Effect.serviceOption(TaskSource)

  const name = ({ payload: { name } }: { readonly payload: { readonly name: string } }) =>
    Effect.gen(function* () {
      const { visit } = yield* visitor
      if (Option.isNone(local) || !chooses) {
        return yield* new InvalidName({ name, description: "the workers of this crowd do not choose their names" })
      }
      const { cookie, worker } = yield* local.value.name(visit, name)
      yield* cookies.set(visitors.cookieName, cookie)
      return { worker }
    })

  const ask = ({ path: { qualification } }: { readonly path: { readonly qualification: QualificationId } }) =>
    Effect.gen(function* () {
      const { worker } = yield* visitor
      if (Option.isNone(source)) return yield* new QualificationNotFound({ qualification })
      if (Option.isNone(worker)) return yield* new NameNeeded()
      const status = yield* source.value.ask(qualification, worker.value)
      return { status: yield* Effect.mapError(status, () => new QualificationNotFound({ qualification })) }
    })

  return { name, ask }
})

export const layer = HttpApiBuilder.group(Api, "work", (handlers) =>
  Effect.gen(function* () {
    const { hasExits, isDraft, provider, returns = false, title } = yield* Provider
    const { chooses, visitor } = yield* visitors.make
    const holding = yield* Holding.make
    const work = yield* submissions.ofServer
    const offersTo = yield* offers.make(holding)
    const past = yield* history.make
    const taking = yield* makeTaking(holding, work)
    const working = yield* makeWorking(holding, work)
    const visiting = yield* makeVisiting

    return handlers
      .handle("lobby", () =>
        Effect.gen(function* () {
          const who = yield* visitor
          const crowd = { provider, chooses, exits: hasExits, returns, drafts: isDraft, crowd: title ?? null }
          return { ...crowd, worker: Option.getOrNull(who.worker), offers: yield* offersTo(who) }
        })
      )
      .handle("history", () => Effect.flatMap(visitor, past.work))
      .handle("bonuses", () => Effect.flatMap(visitor, past.bonuses))
      .handle("name", visiting.name)
      .handle("ask", visiting.ask)
      .handleRaw("accept", taking.accept)
      .handle("mine", taking.mine)
      .handle("skip", taking.skip)
      .handle("exit", working.exit)
      .handleRaw("submit", working.submit)
      .handle("start", working.start)
      .handle("heartbeat", working.heartbeat)
      .handle("return", working.return)
      .handle("disconnect", working.disconnect)
  })
)
