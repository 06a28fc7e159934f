/** The crowd of README's provider: a marketplace over HTTP that decides who gets which place, and pages what it tells. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"

export const key = "acme-key"

const pageSize = 2

interface Place {
  readonly id: string
  readonly job: string
  closed: boolean
}

interface Work {
  readonly id: string
  readonly place: Place
  readonly worker: string
  readonly heldAt: number
  readonly until: number
  status: "held" | "sent" | "paid" | "refused" | "dropped" | "late"
  answers: unknown
  changedAt: number
}

const Job = Schema.Struct({ title: Schema.String, seconds: Schema.Number })
const Arrival = Schema.Struct({ worker: Schema.String })
const Leaving = Schema.Struct({ status: Schema.Literal("sent", "dropped"), answers: Schema.Unknown })
const Fault = Schema.Struct({ kind: Schema.String, fault: Schema.Literal("lose", "refuse") })
const Order = Schema.Struct({
  token: Schema.String,
  kind: Schema.String,
  job: Schema.optional(Schema.String),
  place: Schema.optional(Schema.String),
  work: Schema.optional(Schema.String)
})
type Order = typeof Order.Type

/** Answers with a status other than 200. */
class Refusal extends Error {
  constructor(readonly status: number) {
    super(`refused with ${status}`)
  }
}

const known = <A>(found: A | undefined): A => {
  if (found === undefined) throw new Refusal(404)
  return found
}

/** What the crowd holds, and what it does with it. */
const make = () => {
  const jobs = new Map<string, typeof Job.Type>()
  const places = new Map<string, Place>()
  const works = new Map<string, Work>()
  const orders: Array<Order & { readonly id: string }> = []
  const faults: Array<typeof Fault.Type> = []

  const change = (work: Work, status: Work["status"]) => Object.assign(work, { status, changedAt: Date.now() })

  const worksOf = (place: Place): ReadonlyArray<Work> => {
    const all = [...works.values()].filter((work) => work.place === place)
    for (const work of all) if (work.status === "held" && work.until <= Date.now()) change(work, "late")
    return all
  }

  const isTaken = (place: Place) => worksOf(place).some(({ status }) => status !== "dropped" && status !== "late")

  const arrive = (job: string, worker: string) => {
    const { seconds } = known(jobs.get(job))
    const held = [...works.values()].find(
      (work) => work.place.job === job && work.worker === worker && work.status === "held"
    )
    const place = held?.place ?? [...places.values()].find((one) => one.job === job && !one.closed && !isTaken(one))
    if (place === undefined) throw new Refusal(404)
    const now = Date.now()
    const work = held ?? {
      id: `work-${works.size}`,
      place,
      worker,
      heldAt: now,
      until: now + seconds * 1000,
      status: "held" as const,
      answers: null,
      changedAt: now
    }
    works.set(work.id, work)
    return { worker, place: place.id, work: work.id }
  }

  const told = (place: Place) => ({
    id: place.id,
    status: place.closed ? "closed" : isTaken(place) ? "taken" : "open",
    works: worksOf(place).map(({ answers, changedAt, heldAt, id, status, worker }) => ({
      id,
      worker,
      status,
      answers,
      heldAt: new Date(heldAt),
      changedAt: new Date(changedAt)
    }))
  })

  const page = (job: string, after: string) => {
    const all = [...places.values()].filter((place) => place.job === job)
    const from = after === "" ? 0 : Number(after)
    const until = from + pageSize
    return { places: all.slice(from, until).map(told), next: until < all.length ? String(until) : null }
  }

  const perform = (order: Order): string => {
    const id = `${order.kind}-${orders.length}`
    if (order.kind === "launch") places.set(id, { id, job: known(order.job), closed: false })
    if (order.kind === "expire") known(places.get(order.place ?? "")).closed = true
    if (order.kind === "approve") change(known(works.get(order.work ?? "")), "paid")
    if (order.kind === "reject") change(known(works.get(order.work ?? "")), "refused")
    orders.push({ ...order, id })
    return id
  }

  const faultOf = ({ kind }: Order) => {
    const index = faults.findIndex((fault) => fault.kind === kind)
    return index < 0 ? undefined : faults.splice(index, 1)[0]?.fault
  }

  /** A lost answer is none. */
  const order = (asked: Order): { readonly id: string } | undefined => {
    const fault = faultOf(asked)
    if (fault === "refuse") throw new Refusal(409)
    const id = perform(asked)
    return fault === "lose" ? undefined : { id }
  }

  const leave = (id: string, { answers, status }: typeof Leaving.Type) => {
    const work = known(works.get(id))
    if (work.status !== "held") throw new Refusal(409)
    Object.assign(change(work, status), { answers })
    return null
  }

  return (method: string, { pathname, searchParams }: URL, body: unknown): unknown => {
    const [, collection, id = "", part] = pathname.split("/")
    switch (`${method} /${collection}${part === undefined ? "" : `/${part}`}`) {
      case "GET /account":
        return { name: "a lab" }
      case "PUT /jobs":
        jobs.set(id, Schema.decodeUnknownSync(Job)(body))
        return null
      case "GET /jobs/places":
        return page(id, searchParams.get("after") ?? "")
      case "POST /jobs/works":
        return arrive(id, Schema.decodeUnknownSync(Arrival)(body).worker)
      case "POST /works":
        return leave(id, Schema.decodeUnknownSync(Leaving)(body))
      case "GET /orders":
        return orders.filter(({ token }) => token === searchParams.get("token"))
      case "POST /orders":
        return order(Schema.decodeUnknownSync(Order)(body))
      case "POST /faults":
        faults.push(Schema.decodeUnknownSync(Fault)(body))
        return null
      default:
        throw new Refusal(404)
    }
  }
}

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  let text = ""
  for await (const chunk of request.setEncoding("utf8")) text += chunk
  return text === "" ? undefined : JSON.parse(text)
}

const isOpen = (path: string) => path.startsWith("/works/") || path.endsWith("/works") || path === "/faults"

/** Starts the crowd, until the scope closes. Its address is the answer. */
export const start: Effect.Effect<string, never, Scope.Scope> = Effect.gen(function* () {
  const crowd = make()
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", "http://acme")
    const mayAsk = isOpen(url.pathname) || request.headers.authorization === `Bearer ${key}`
    if (!mayAsk) return response.writeHead(401).end()
    try {
      const answered = crowd(request.method ?? "", url, await bodyOf(request))
      if (answered === undefined) return request.socket.destroy()
      return response.setHeader("content-type", "application/json").end(JSON.stringify(answered))
    } catch (error) {
      return response.writeHead(error instanceof Refusal ? error.status : 400).end(String(error))
    }
  }
  const server = yield* Effect.acquireRelease(
    Effect.async<ReturnType<typeof createServer>>((resume) => {
      const made = createServer((request, response) => void answer(request, response))
      made.listen(0, "127.0.0.1", () => resume(Effect.succeed(made)))
    }),
    (made) => Effect.sync(() => made.close().closeAllConnections())
  )
  const address = server.address()
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
})
