/** The service on a port of its own, over Local, with workers who are only names. Also for tests of MTurk's client. */
import { createServer } from "node:http"
import { MTurkClient, type MTurkClientConfig } from "@aws-sdk/client-mturk"
import * as HttpServer from "@effect/platform/HttpServer"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import { type Agent, Agents, type Answers } from "../../src/Agents.js"
import type { NotEligible } from "../../src/CrowdError.js"
import { RunId } from "../../src/Ids.js"
import * as Local from "../../src/Local.js"
import * as Money from "../../src/Money.js"
import * as MTurkServer from "../../src/MTurkServer.js"
import { hitOf } from "../../src/mturk-server/ids.js"
import * as Store from "../../src/Store.js"
import * as Server from "../../src/server/Server.js"

/** What the SDK threw. */
export class Refused extends Data.TaggedError("Refused")<{
  readonly name: string
  readonly message: string
  readonly code: string | undefined
  readonly status: number | undefined
}> {}

const refusedBy = (error: unknown): Refused => {
  const text = (key: string): string | undefined => {
    const value = Predicate.hasProperty(error, key) ? error[key] : undefined
    return typeof value === "string" ? value : undefined
  }
  const metadata = Predicate.hasProperty(error, "$metadata") ? error.$metadata : undefined
  const status = Predicate.hasProperty(metadata, "httpStatusCode") ? metadata.httpStatusCode : undefined
  return new Refused({
    name: text("name") ?? "",
    message: text("message") ?? String(error),
    code: text("TurkErrorCode")?.replace("AWS.MechanicalTurk.", ""),
    status: typeof status === "number" ? status : undefined
  })
}

/** A worker's hold on one of a HIT's assignments, under MTurk's names. */
export interface Held {
  readonly agent: Agent
  readonly assignmentId: string
  readonly hitId: string
  readonly workerId: string
}

export interface Service {
  /** Such as `http://127.0.0.1:4321`. */
  readonly url: string
  /** A key pair of the requester `mturk`, and one of another. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly strangers: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** The real SDK, without retries, keeping to the service's clock. */
  readonly client: MTurkClient
  /** One call with the SDK. */
  readonly call: <A>(use: (client: MTurkClient) => Promise<A>) => Effect.Effect<A, Refused>
  /** The same with another client. */
  readonly callWith: <A>(
    config: MTurkClientConfig,
    use: (client: MTurkClient) => Promise<A>
  ) => Effect.Effect<A, Refused>
  /** The worker of this name takes whatever is free of the HITType, leases that are over being ended as in a round. */
  readonly accept: (worker: string, hitTypeId: string) => Effect.Effect<Held, NotEligible>
  readonly submit: (held: Held, answers: Answers) => Effect.Effect<void>
  readonly giveBack: (held: Held) => Effect.Effect<void>
}

export class Marketplace extends Context.Tag("effect-crowd/test/Marketplace")<Marketplace, Service>() {}

export const credentials = { accessKeyId: "AKIDCROWD", secretAccessKey: "the secret of the requester" }
export const strangers = { accessKeyId: "AKIDSTRANGER", secretAccessKey: "the secret of another requester" }

/** What opens its console. */
export const token = Redacted.make("the token of its console")

export interface Options {
  readonly balance?: number
  readonly mode?: "production" | "sandbox"
  readonly faults?: MTurkServer.Options["faults"]
  readonly store?: Layer.Layer<Store.Store, unknown>
  readonly local?: Local.Options
  /** Rarely by default: a test's clock would stop at each. */
  readonly every?: MTurkServer.Options["every"]
}

const held = (agent: Agent): Held => ({
  agent,
  assignmentId: agent.unit.slice("unit_".length),
  hitId: hitOf(agent.assignment),
  workerId: `A${agent.worker.slice("worker_".length)}`
})

const marketplace = Layer.scoped(
  Marketplace,
  Effect.gen(function* () {
    const { address } = yield* HttpServer.HttpServer
    const agents = yield* Agents
    const url = address._tag === "TcpAddress" ? `http://127.0.0.1:${address.port}` : ""
    const connect = (config: MTurkClientConfig) =>
      Effect.acquireRelease(
        Effect.sync(
          () => new MTurkClient({ endpoint: url, region: "us-east-1", credentials, maxAttempts: 1, ...config })
        ),
        (client) => Effect.sync(() => client.destroy())
      )
    const client = yield* connect({})
    /** Under a test's clock, the SDK's clock is wrong by as much as that one is. */
    const callOn = <A>(client: MTurkClient, use: (client: MTurkClient) => Promise<A>) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        client.config.systemClockOffset = now - Date.now()
        return Effect.tryPromise({ try: () => use(client), catch: refusedBy })
      })
    return {
      url,
      credentials,
      strangers,
      client,
      call: (use) => callOn(client, use),
      callWith: (config, use) => Effect.scoped(Effect.flatMap(connect(config), (client) => callOn(client, use))),
      accept: (worker, hitTypeId) => {
        const run = RunId.make(`run_${hitTypeId}`)
        return agents.endOverdue(run).pipe(
          Effect.zipRight(agents.register(run, { worker })),
          Effect.map(held),
          Effect.catchTags({
            TaskRunNotFound: Effect.die,
            InvalidProviderData: Effect.die,
            ProviderError: Effect.die,
            StoreError: Effect.die
          })
        )
      },
      submit: ({ agent }, answers) =>
        Effect.asVoid(Effect.orDie(agents.submit({ agent: agent.id, worker: agent.worker, answers }))),
      giveBack: ({ agent }) => Effect.asVoid(Effect.orDie(agents.return(agent.id)))
    }
  })
)

/** Signs what the server's pages are given. */
export const secret = Redacted.make("the secret of the server's pages")

/** With the crowd itself and its store beside it, for tests that look behind the service. */
export const layer = (options: Options = {}) => {
  const account = { account: { balance: Money.make(options.balance ?? 100_000) }, mode: options.mode }
  const crowd = MTurkServer.accounts(account).pipe(
    Layer.provideMerge(Local.layer(options.local ?? {})),
    Layer.provideMerge(options.store ?? Store.layerMemory)
  )
  const service = MTurkServer.layer({
    accessKeys: [
      { id: credentials.accessKeyId, secret: Redacted.make(credentials.secretAccessKey) },
      { id: strangers.accessKeyId, secret: Redacted.make(strangers.secretAccessKey), requester: "stranger" }
    ],
    ...account,
    secret,
    every: options.every ?? "365 days",
    faults: options.faults
  })
  const server = Server.layer({
    secret,
    token,
    routes: Layer.orDie(Layer.provide(service, crowd)),
    accepts: MTurkServer.accepts
  })
  const tasks = Layer.provide(MTurkServer.tasks({ secret }), crowd)
  const http = NodeHttpServer.layer(() => createServer(), { port: 0, host: "127.0.0.1" })
  return Layer.provideMerge(Layer.merge(server, marketplace), Layer.mergeAll(tasks, crowd, http))
}

/** A page in the HIT, with one field. */
export const htmlQuestion = (field = "label"): string =>
  `<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd"><HTMLContent><![CDATA[<!doctype html><form name="mturk_form"><input name="${field}"><button>Submit</button></form>]]></HTMLContent><FrameHeight>0</FrameHeight></HTMLQuestion>`

export const externalQuestion = (url: string): string =>
  `<ExternalQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2006-07-14/ExternalQuestion.xsd"><ExternalURL>${url.replaceAll("&", "&amp;")}</ExternalURL><FrameHeight>600</FrameHeight></ExternalQuestion>`
