/** Prolific's API over HTTP: finds the call, asks who is calling, lets it fail where it is to fail, checks both ways. */
import type { IncomingMessage, ServerResponse } from "node:http"
import { appPage } from "./app.js"
import { errorShapeOf, faultsOfReply } from "./contract.js"
import type { Fault, Faults } from "./faults.js"
import { type CallName, type Operation, type RawRequest, type Reply, Violation } from "./operations.js"
import { errorBody, Refused } from "./refusals.js"
import { find } from "./routes.js"
import type { World } from "./world.js"

/** A call that was made, for tests to look at. */
export interface CallRecord {
  readonly call: CallName
  readonly path: string
  readonly body: unknown
  readonly at: number
  /** What was answered; none where the connection was cut. */
  status: number | undefined
}

export interface Desk {
  readonly world: World
  readonly faults: Faults
  readonly calls: Array<CallRecord>
  /** What was not as the document has it. */
  readonly violations: Array<string>
  /** Calls about bonuses that are not answered yet. */
  readonly bonuses: Set<CallRecord>
}

const isAboutBonuses = (call: CallName): boolean => call.includes("bonus")

/** "We do not support concurrent requests" (FACTS §1 Rate limits). */
const watchBonuses = ({ bonuses, violations }: Desk, record: CallRecord, response: ServerResponse): void => {
  if (!isAboutBonuses(record.call)) return
  if (bonuses.size > 0) violations.push(`${record.call} while another call about bonuses is under way`)
  bonuses.add(record)
  for (const end of ["finish", "close"]) response.once(end, () => bonuses.delete(record))
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

const answerOf = ({ body, headers, status }: Reply): Answer => ({
  status,
  headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
  text: body === undefined ? "" : JSON.stringify(body)
})

const send = (response: ServerResponse, { headers, status, text }: Answer): void => {
  response.writeHead(status, headers).end(text)
}

const refusal = ({ switches }: World, call: CallName | undefined, error: Refused): Reply => {
  const documented = call === undefined ? "wrapped" : errorShapeOf(call)
  const shape = switches.errorShape === "documented" ? documented : switches.errorShape
  return { status: error.status, body: errorBody(shape, error) }
}

/** Does it, and answers as it would without any fault. */
const perform = ({ violations, world }: Desk, { call, run }: Operation, request: RawRequest): Reply => {
  try {
    const reply = run(world, request)
    violations.push(...faultsOfReply(call, reply.status, reply.body).map((fault) => `reply of ${call}: ${fault}`))
    return reply
  } catch (error) {
    if (error instanceof Violation) violations.push(...error.faults.map((fault) => `request of ${call}: ${fault}`))
    if (error instanceof Refused) return refusal(world, call, error)
    throw error
  }
}

const gatewayPage = (status: number) => `<html><head><title>${status}</title></head><body>nginx</body></html>`

const html = { "content-type": "text/html; charset=utf-8" }

const requireToken = ({ token }: World, authorization: string | undefined): void => {
  if (authorization !== `Token ${token}`) throw new Refused(401, "Invalid token.", 140_001)
}

const isPublic = (path: string): boolean => path.startsWith("/.well-known/")

/** What a fault makes of a call: done before it, or not at all; none: the connection is cut. */
const broken = (desk: Desk, fault: Fault, call: CallName, act: () => Reply): Answer | undefined => {
  switch (fault.kind) {
    case "drop":
      if (fault.after) act()
      return undefined
    case "refuse":
      return answerOf(refusal(desk.world, call, new Refused(fault.status, fault.detail ?? "Please try again later.")))
    case "redirect":
      return { status: fault.status, headers: { location: fault.to }, text: "" }
    case "break":
      if (fault.after) act()
      return { status: fault.status, headers: html, text: gatewayPage(fault.status) }
    case "garble":
      act()
      return { status: 200, headers: html, text: fault.text }
    case "slow":
      return answerOf(act())
  }
}

const answerCall = (desk: Desk, operation: Operation, request: RawRequest, response: ServerResponse): void => {
  const { call } = operation
  const path = `${request.url.pathname}${request.url.search}`
  const record: CallRecord = { call, path, body: request.body, at: desk.world.clock.now(), status: undefined }
  desk.calls.push(record)
  watchBonuses(desk, record, response)
  const act = () => perform(desk, operation, request)
  const fault = desk.faults.of(call)
  const answer = fault === undefined ? answerOf(act()) : broken(desk, fault, call, act)
  record.status = answer?.status
  const reply = () => (answer === undefined ? response.destroy() : send(response, answer))
  if (fault?.kind === "slow") setTimeout(reply, fault.ms).unref()
  else reply()
}

const textOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString("utf8")
}

const jsonOf = (text: string): unknown => {
  try {
    return text === "" ? undefined : JSON.parse(text)
  } catch {
    throw new Refused(400, "JSON parse error.")
  }
}

const answerApi = (desk: Desk, request: IncomingMessage, url: URL, text: string, response: ServerResponse): void => {
  const { world } = desk
  const found = find(request.method ?? "GET", url.pathname)
  if (found === "otherForm") {
    send(response, { status: 301, headers: { location: `${url.pathname}/${url.search}` }, text: "" })
    return
  }
  if (found === "otherMethod") throw new Refused(405, "Method not allowed.")
  if (!isPublic(url.pathname)) requireToken(world, request.headers.authorization)
  if (found === undefined) {
    desk.violations.push(`there is no ${request.method} ${url.pathname}`)
    throw new Refused(404, "Not found.")
  }
  const { operation, path } = found
  answerCall(desk, operation, { path, query: url.searchParams, url, body: jsonOf(text) }, response)
}

/** Answers a request to the API or to the participants' pages. */
export const answer = async (desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { world } = desk
  const url = new URL(request.url ?? "/", `http://${request.headers.host ?? "localhost"}`)
  const text = await textOf(request)
  world.clock.catchUp()
  const page = appPage(world, url, request.headers.cookie ?? "")
  if (page !== undefined) {
    send(response, { status: page.status, headers: { ...html, ...page.headers }, text: page.html })
    return
  }
  try {
    answerApi(desk, request, url, text, response)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    send(response, answerOf(refusal(world, undefined, error)))
  }
}
