/** A service of a few lines behind real HTTP: what each test says it answers, and every call it got. */
import * as http from "node:http"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Money, Requesters, TaskRuns, Units } from "../../src/index.js"
import * as MTurk from "../../src/MTurk.js"
import * as Store from "../../src/Store.js"
import { listening } from "../support/listening.js"

export interface Call {
  readonly operation: string
  readonly body: Readonly<Record<string, unknown>>
}

/**
 * What is answered: a body, with status 200 where there is none; or the connection is cut; or nothing ever comes. Where
 * there is a service behind: its own answer; or it acts, and the answer is lost.
 */
export type Reply =
  | { readonly status?: number; readonly body?: unknown; readonly html?: string }
  | "drop"
  | "silence"
  | "forward"
  | "lose"

export type Answer = (body: Call["body"], nth: number) => Reply

export interface Wire {
  readonly url: string
  readonly calls: Array<Call>
  /** Calls whose connection the client closed before they were answered. */
  readonly aborted: Array<string>
  readonly on: (operation: string, answer: Answer) => void
  readonly of: (operation: string) => ReadonlyArray<Call["body"]>
}

const Body = Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.Unknown }))

export const ok = (body: unknown = {}): Reply => ({ body })

export const refuse = (code: string, message = "no"): Reply => ({
  status: 400,
  body: { __type: "RequestError", Message: `${message} (1624047673908)`, TurkErrorCode: `AWS.MechanicalTurk.${code}` }
})

export const throttle: Reply = { status: 400, body: { __type: "ThrottlingException", message: "Rate exceeded" } }

/** A HIT as lists show it; `times` are seconds since 1970. */
export const hit = (id: string, more: Readonly<Record<string, unknown>> = {}) => ({
  HITId: id,
  HITStatus: "Assignable",
  NumberOfAssignmentsPending: 0,
  NumberOfAssignmentsAvailable: 1,
  NumberOfAssignmentsCompleted: 0,
  Expiration: 4_000_000_000,
  ...more
})

export const answersXml = (answers: Readonly<Record<string, string>>) =>
  `<?xml version="1.0"?><QuestionFormAnswers xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/QuestionFormAnswers.xsd">${Object.entries(
    answers
  )
    .map(
      ([name, text]) => `<Answer><QuestionIdentifier>${name}</QuestionIdentifier><FreeText>${text}</FreeText></Answer>`
    )
    .join("")}</QuestionFormAnswers>`

export const assignment = (id: string, worker: string, more: Readonly<Record<string, unknown>> = {}) => ({
  AssignmentId: id,
  WorkerId: worker,
  HITId: "H",
  AssignmentStatus: "Submitted",
  AcceptTime: 1_700_000_000,
  SubmitTime: 1_700_000_060,
  Answer: answersXml({ label: "good" }),
  ...more
})

const send = (response: http.ServerResponse, reply: Exclude<Reply, string>) => {
  const html = reply.html
  response.writeHead(reply.status ?? 200, {
    "content-type": html === undefined ? "application/x-amz-json-1.1" : "text/html"
  })
  response.end(html ?? JSON.stringify(reply.body ?? {}))
}

const textOf = async (request: http.IncomingMessage): Promise<string> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString("utf8")
}

/** Passes the call on as it is: its signature has to stay good. */
const pass = (
  request: http.IncomingMessage,
  text: string,
  to: string,
  then: (answer: http.IncomingMessage) => void
) => {
  const headers = { ...request.headers, "content-length": Buffer.byteLength(text) }
  const onward = http.request(to, { method: "POST", headers }, then)
  onward.on("error", () => request.socket.destroy())
  onward.end(text)
}

const defaults = (): ReadonlyArray<readonly [string, Answer]> => {
  let made = 0
  return [
    ["CreateHITType", () => ok({ HITTypeId: "TYPE" })],
    ["CreateHITWithHITType", () => ok({ HIT: hit(`HIT${++made}`) })],
    ["GetAccountBalance", () => ok({ AvailableBalance: "10000.00" })]
  ]
}

/** What stands between a client and a service, or is one: then it knows how to make HITTypes and HITs, and has money. */
const between = (upstream?: string): Effect.Effect<Wire, never, Scope.Scope> =>
  Effect.gen(function* () {
    const calls: Array<Call> = []
    const aborted: Array<string> = []
    const answers = new Map(upstream === undefined ? defaults() : [])
    const serve = async (request: http.IncomingMessage, response: http.ServerResponse) => {
      const operation = String(request.headers["x-amz-target"]).split(".").at(-1) ?? ""
      const text = await textOf(request)
      const body = Schema.decodeSync(Body)(text)
      calls.push({ operation, body })
      const nth = calls.filter((call) => call.operation === operation).length
      const reply =
        answers.get(operation)?.(body, nth) ?? (upstream === undefined ? refuse("Unknown", operation) : "forward")
      response.on("close", () => {
        if (!response.writableFinished) aborted.push(operation)
      })
      if (reply === "drop") request.socket.destroy()
      else if (reply === "forward") {
        pass(request, text, upstream ?? "", (answer) => {
          response.writeHead(answer.statusCode ?? 500, answer.headers)
          answer.pipe(response)
        })
      } else if (reply === "lose") pass(request, text, upstream ?? "", () => request.socket.destroy())
      else if (reply !== "silence") send(response, reply)
    }
    const server = http.createServer((request, response) => {
      serve(request, response).catch(() => request.socket.destroy())
    })
    const port = yield* listening(server)
    return {
      url: `http://127.0.0.1:${port}`,
      calls,
      aborted,
      on: (operation, answer) => {
        answers.set(operation, answer)
      },
      of: (operation) => calls.filter((call) => call.operation === operation).map(({ body }) => body)
    }
  })

export const make = between()

/** Calls pass through, but for those a test answers itself. */
export const proxy = (upstream: string) => between(upstream)

export const credentials: MTurk.Credentials = { accessKeyId: "AKIATEST", secretAccessKey: Redacted.make("secret") }

/** The layer on a wire of its own, with a memory of its own. */
export const over = (wire: Wire, options: MTurk.Options = {}) =>
  Layer.provideMerge(MTurk.layer({ endpoint: wire.url, credentials, ...options }), Store.layerMemory)

/** A test on a wire of its own. */
export const on =
  <A, E>(
    test: (wire: Wire) => Effect.Effect<A, E, MTurk.Provides | Store.Store>,
    options?: MTurk.Options
  ): (() => Effect.Effect<A, unknown, Scope.Scope>) =>
  () =>
    Effect.flatMap(make, (wire) => Effect.provide(test(wire), over(wire, options)))

/** Who pays. */
export const requester = Effect.flatMap(Requesters.Requesters, (requesters) => requesters.register("me", {}))

/** A run of so many rows, not launched; each has its number, or this value. */
export const opened = (
  rows = 1,
  task: Partial<TaskRuns.Task> = {},
  template = "<p>${n}</p><input name='label'>",
  value?: string
) =>
  Effect.gen(function* () {
    const runs = yield* TaskRuns.TaskRuns
    const me = yield* Effect.flatMap(Requesters.Requesters, (requesters) => requesters.register("me", {}))
    const run = yield* runs.open({
      requester: me.id,
      name: "wire",
      digest: "digest",
      template,
      task: {
        ...TaskRuns.taskDefaults,
        title: "On the wire",
        reward: Money.make(5),
        maxUnitsPerWorker: Option.none(),
        ...task
      }
    })
    const ready = yield* runs.setup(run.id)
    yield* runs.addRows(
      run.id,
      0,
      Array.from({ length: rows }, (_, n) => ({ n: value ?? String(n) }))
    )
    return ready
  })

/** A run whose units are all on offer, and its units. */
export const launched = (rows = 1, task: Partial<TaskRuns.Task> = {}) =>
  Effect.gen(function* () {
    const units = yield* Units.Units
    const run = yield* opened(rows, task)
    yield* Stream.runDrain(units.launch(run.id))
    return { run, units: [...(yield* Stream.runCollect(units.list(run.id)))] }
  })

/** Lets the list of what is over show these HITs of the run, each with its assignments. */
export const show = (
  wire: Wire,
  shown: ReadonlyArray<{
    readonly unit: Units.Unit
    readonly assignments: ReadonlyArray<unknown>
    readonly hit?: object
  }>
) => {
  const idOf = (unit: Units.Unit) => Option.getOrElse(unit.remoteId, () => "")
  const all = shown.map(({ hit: more, unit }) =>
    hit(idOf(unit), {
      HITStatus: "Reviewable",
      NumberOfAssignmentsAvailable: 0,
      RequesterAnnotation: unit.id,
      ...more
    })
  )
  const page = (from: number) => ({
    HITs: all.slice(from, from + 100),
    ...(from + 100 < all.length ? { NextToken: String(from + 100) } : {})
  })
  wire.on("ListReviewableHITs", ({ NextToken, Status }) =>
    ok(Status === "Reviewable" ? page(Number(NextToken ?? 0)) : { HITs: [] })
  )
  wire.on("ListHITs", ({ NextToken }) => ok(page(Number(NextToken ?? 0))))
  wire.on("ListAssignmentsForHIT", ({ HITId }) =>
    ok({ Assignments: shown.find(({ unit }) => idOf(unit) === HITId)?.assignments ?? [] })
  )
}
