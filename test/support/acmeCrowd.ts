/**
 * The crowd of README's provider: a marketplace of studies over HTTP. A study has places, whose number only goes up;
 * whoever takes one is sent to the requester's pages by the study's link, under ids of which only the marketplace knows
 * whose they are. Who left or let their time pass is told in its lists alone.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { listening } from "./listening.js"

export const key = "acme-key"

const pageSize = 2

const Draft = Schema.Struct({
  reference: Schema.String,
  title: Schema.String,
  cents: Schema.Int,
  seconds: Schema.Number,
  link: Schema.String
})

interface Study extends Schema.Schema.Type<typeof Draft> {
  readonly id: string
  status: "draft" | "open" | "stopped"
  places: number
}

interface Submission {
  readonly id: string
  readonly study: Study
  readonly person: string
  readonly takenAt: number
  status: "active" | "finished" | "paid" | "refused" | "left" | "late"
  changedAt: number
}

const Places = Schema.Struct({ places: Schema.Int })
const Status = Schema.Struct({ status: Schema.Literal("open", "stopped") })
const Arrival = Schema.Struct({ name: Schema.String })
const Leaving = Schema.Struct({ status: Schema.Literal("finished", "left") })
const Fault = Schema.Struct({ kind: Schema.String, fault: Schema.Literal("lose", "refuse") })

const Order = Schema.Struct({
  reference: Schema.String,
  kind: Schema.Literal("approve", "reject", "bonus"),
  submission: Schema.String,
  cents: Schema.optional(Schema.Int)
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

/** Ids that say nothing of what they name. */
const idsOf = (kind: string) => {
  const ids = new Map<string, string>()
  return (name: string) => {
    const id = ids.get(name) ?? `${kind}-${ids.size}`
    ids.set(name, id)
    return id
  }
}

/** Its studies, and who has a place in them. */
const market = () => {
  const studies = new Map<string, Study>()
  const submissions = new Map<string, Submission>()
  const personOf = idsOf("person")

  const change = (submission: Submission, status: Submission["status"]) =>
    Object.assign(submission, { status, changedAt: Date.now() })

  const submissionsOf = (study: Study): ReadonlyArray<Submission> => {
    const all = [...submissions.values()].filter((submission) => submission.study === study)
    for (const submission of all) {
      const isOver = submission.takenAt + study.seconds * 1000 <= Date.now()
      if (submission.status === "active" && isOver) change(submission, "late")
    }
    return all
  }

  const taken = (study: Study): number =>
    submissionsOf(study).filter(({ status }) => status !== "left" && status !== "late").length

  const hasRoom = (study: Study): boolean => study.status === "open" && taken(study) < study.places

  const draft = (asked: typeof Draft.Type): Study => {
    const study: Study = { ...asked, id: `study-${studies.size}`, status: "draft", places: 0 }
    studies.set(study.id, study)
    return study
  }

  const take = (study: Study, person: string): Submission => {
    if (!hasRoom(study)) throw new Refusal(404)
    const now = Date.now()
    const id = `submission-${submissions.size}`
    const submission: Submission = { id, study, person, takenAt: now, status: "active", changedAt: now }
    submissions.set(id, submission)
    return submission
  }

  /** Whoever is at work in the study already is sent there again. */
  const arrive = (study: Study, name: string) => {
    const person = personOf(name)
    const isTheirs = (submission: Submission) => submission.person === person && submission.status === "active"
    const submission = submissionsOf(study).find(isTheirs) ?? take(study, person)
    const words = { person, study: study.id, submission: submission.id }
    return { link: Object.entries(words).reduce((link, [word, id]) => link.replace(`{${word}}`, id), study.link) }
  }

  /** Work that is late counts as long as nobody else has the place. */
  const leave = (submission: Submission, status: "finished" | "left") => {
    const [active] = submissionsOf(submission.study).filter((one) => one === submission)
    const isInTime = active?.status === "active"
    const isLate = active?.status === "late" && status === "finished" && hasRoom(submission.study)
    if (!isInTime && !isLate) throw new Refusal(409)
    change(submission, status)
  }

  const page = (study: Study, after: string) => {
    const all = submissionsOf(study).filter(({ status }) => status !== "active")
    const from = after === "" ? 0 : Number(after)
    const until = from + pageSize
    const told = all.slice(from, until).map(({ changedAt, study, takenAt, ...submission }) => ({
      ...submission,
      takenAt: new Date(takenAt),
      changedAt: new Date(changedAt)
    }))
    return { submissions: told, next: until < all.length ? String(until) : null }
  }

  return {
    draft,
    arrive,
    leave,
    page,
    decide: (submission: Submission, status: "paid" | "refused") => {
      if (submission.status === "active") throw new Refusal(425)
      change(submission, status)
    },
    study: (id: string) => known(studies.get(id)),
    submission: (id: string) => known(submissions.get(id)),
    byReference: (reference: string | null) => [...studies.values()].filter((study) => study.reference === reference)
  }
}

/** What the crowd answers. */
const make = () => {
  const { arrive, byReference, decide, draft, leave, page, study, submission } = market()
  const orders: Array<Order & { readonly id: string }> = []
  const faults: Array<typeof Fault.Type> = []

  const perform = (order: Order) => {
    const about = submission(order.submission)
    if (order.kind !== "bonus") decide(about, order.kind === "approve" ? "paid" : "refused")
    const done = { ...order, id: `${order.kind}-${orders.length}` }
    orders.push(done)
    return { id: done.id }
  }

  /** Does what is asked, unless it is told to refuse this time. A lost answer is none. */
  const tried = (kind: string, act: () => unknown): unknown => {
    const index = faults.findIndex((fault) => fault.kind === kind)
    const fault = index < 0 ? undefined : faults.splice(index, 1)[0]?.fault
    if (fault === "refuse") throw new Refusal(409)
    const answer = act()
    return fault === "lose" ? undefined : answer
  }

  const raise = (study: Study, { places }: typeof Places.Type) =>
    tried("launch", () => {
      study.places = Math.max(study.places, places)
      return null
    })

  const turn = (study: Study, { status }: typeof Status.Type) =>
    tried(status === "stopped" ? "expire" : "open", () => {
      study.status = status
      return null
    })

  return (method: string, { pathname, searchParams }: URL, body: unknown): unknown => {
    const [, collection, id = "", part] = pathname.split("/")
    switch (`${method} /${collection}${part === undefined ? "" : `/${part}`}`) {
      case "GET /account":
        return { name: "a lab" }
      case "GET /studies":
        return byReference(searchParams.get("reference"))
      case "POST /studies":
        return draft(Schema.decodeUnknownSync(Draft)(body))
      case "PUT /studies/places":
        return raise(study(id), Schema.decodeUnknownSync(Places)(body))
      case "PUT /studies/status":
        return turn(study(id), Schema.decodeUnknownSync(Status)(body))
      case "GET /studies/submissions":
        return page(study(id), searchParams.get("after") ?? "")
      case "GET /orders":
        return orders.filter(({ reference }) => reference === searchParams.get("reference"))
      case "POST /orders":
        return tried(Schema.decodeUnknownSync(Order)(body).kind, () => perform(Schema.decodeUnknownSync(Order)(body)))
      case "POST /runs/arrivals":
        return arrive(known(byReference(id)[0]), Schema.decodeUnknownSync(Arrival)(body).name)
      case "POST /submissions":
        leave(submission(id), Schema.decodeUnknownSync(Leaving)(body).status)
        return null
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

/** What its people do, and what its sandbox is told. */
const isOpen = (path: string) => path.startsWith("/submissions/") || path.startsWith("/runs/") || path === "/faults"

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
  const port = yield* listening(createServer((request, response) => void answer(request, response)))
  return `http://127.0.0.1:${port}`
})
