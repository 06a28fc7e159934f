/** The workers' API over real HTTP: each answer it can give. */
import { expect, layer } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Agents, silentAfter } from "../../src/Agents.js"
import * as Batch from "../../src/Batch.js"
import * as Conductor from "../../src/Conductor.js"
import * as Crowd from "../../src/Crowd.js"
import type { AgentId } from "../../src/Ids.js"
import { Qualifications } from "../../src/Qualifications.js"
import { Requesters } from "../../src/Requesters.js"
import * as Store from "../../src/Store.js"
import { Changed, keyHeader } from "../../src/server/WorkApi.js"
import * as tables from "../../src/store/tables.js"
import type { Task } from "../../src/TaskRuns.js"
import { Workers } from "../../src/Workers.js"
import * as server from "../support/server.js"
import {
  type Answer,
  accept,
  asWork,
  change,
  cookiesOf,
  mine,
  offersTo,
  submit,
  type Visitor
} from "../support/serverVisitors.js"
import * as sqlite from "../support/sqlite.js"

const { task, visitorAt: at } = server

const launch = (batch: Batch.Batch) =>
  Effect.gen(function* () {
    const requester = yield* Effect.flatMap(Requesters, (requesters) => requesters.register("me", {}))
    return yield* Crowd.launch(batch, { requester: requester.id })
  })

const Tagged = Schema.parseJson(
  Schema.Struct({
    _tag: Schema.String,
    reason: Schema.optional(Schema.Unknown),
    message: Schema.optional(Schema.String)
  })
)

const problem = ({ body, status }: Answer) =>
  Effect.map(Schema.decodeUnknown(Tagged)(body), ({ _tag, reason }) => ({ status, _tag, reason }))

const expectProblem = (answer: Answer, status: number, _tag: string, reason?: unknown) =>
  Effect.map(problem(answer), (found) => expect(found).toEqual({ status, _tag, reason }))

const served = (options: server.Options = {}) => Layer.provideMerge(server.layer(options), sqlite.layer())

layer(served(), { excludeTestServices: true })("by address", (it) => {
  it.scoped("accept twice is the same agent, and the key is good for it alone", () =>
    Effect.gen(function* () {
      const run = yield* server.launched(task("twice"), 3)
      const [ann, bob] = [yield* at("127.0.1.1"), yield* at("127.0.1.2")]
      const answer = yield* accept(ann, run.id)
      const first = yield* asWork(answer)
      const again = yield* Effect.flatMap(accept(ann, run.id, { headers: cookiesOf(answer) }), asWork)
      expect(again.agent).toBe(first.agent)
      const other = yield* Effect.flatMap(accept(bob, run.id), asWork)
      expect(other.agent).not.toBe(first.agent)

      const mine = { label: "mine" }
      yield* expectProblem(yield* submit(bob, { agent: first.agent, key: other.key }, mine), 403, "NotYourAgent")
      yield* expectProblem(yield* submit(bob, first, mine), 403, "NotYourAgent")
      yield* expectProblem(yield* submit(ann, { ...first, key: first.key.slice(0, -1) }, mine), 403, "NotYourAgent")
      yield* expectProblem(yield* submit(ann, { ...first, key: "forged" }, mine), 403, "NotYourAgent")
      const [, signature = ""] = first.key.split(".")
      const renamed = { ...first, key: `${other.key.split(".")[0]}.${signature}` }
      yield* expectProblem(yield* submit(ann, renamed, mine), 403, "NotYourAgent")
      const keyless = yield* ann.ask("POST", `/api/work/agents/${first.agent}/answers`, { json: { answers: mine } })
      expect(keyless.status).toBe(400)
      const agents = yield* Agents
      expect((yield* agents.get(first.agent)).status).toBe("accepted")
    })
  )

  it.scoped("submits once: again is the same, other answers are not", () =>
    Effect.gen(function* () {
      const run = yield* server.launched(task("submit"), 1)
      const ann = yield* at("127.0.1.3")
      const work = yield* Effect.flatMap(accept(ann, run.id), asWork)
      const answers = { label: "yes", nested: { deep: [1, "ünï"] } }
      for (let i = 0; i < 2; i++) expect((yield* submit(ann, work, answers)).status).toBe(200)
      yield* expectProblem(yield* submit(ann, work, { label: "no" }), 409, "AlreadySubmitted")
      const agents = yield* Agents
      expect((yield* agents.get(work.agent)).answers).toEqual(Option.some(answers))
      yield* expectProblem(yield* accept(ann, run.id), 409, "NotEligible", { _tag: "NothingLeft" })
    })
  )

  const fields = [
    '<input type="hidden" name="id" value="${text}"><input type="hidden" name="boxes">',
    '<input name="label"><textarea name="note"></textarea>',
    '<input type="checkbox" name="tag" value="a"><input type="checkbox" name="tag" value="b">'
  ].join("")

  it.scoped("refuses work without any answer where the form has fields, in words; the unit stays the worker's", () =>
    Effect.gen(function* () {
      const run = yield* server.launched(task("unanswered"), 1, fields)
      const ann = yield* at("127.0.1.30")
      const work = yield* Effect.flatMap(accept(ann, run.id), asWork)
      const empty = [
        {},
        { label: "", note: " \n" },
        { tag: [], label: null },
        { id: "row 0", boxes: "" },
        { id: ["row 0"], label: ["", ""] }
      ]
      for (const answers of empty) {
        const refused = yield* submit(ann, work, answers)
        yield* expectProblem(refused, 422, "NothingAnswered")
        const { message } = yield* Schema.decodeUnknown(Tagged)(refused.body)
        expect(message).toBe("Nothing is filled in. Answer what the task asks, then submit it.")
      }
      const agents = yield* Agents
      expect((yield* agents.get(work.agent)).answers).toEqual(Option.none())
      expect((yield* submit(ann, work, { id: "row 0", tag: "b" })).status).toBe(200)
    })
  )

  it.scoped(
    "takes one answer for work, also false, 0, a hidden field that a script filled in and a pressed button",
    () =>
      Effect.gen(function* () {
        const filled = [
          { note: "n" },
          { tag: ["a"] },
          { id: "row 9" },
          { boxes: "[]" },
          { more: false },
          { more: 0 },
          { go: "1" }
        ]
        const run = yield* server.launched(task("answered"), filled.length, fields)
        const ann = yield* at("127.0.1.31")
        for (const answers of filled) {
          const work = yield* Effect.flatMap(accept(ann, run.id), asWork)
          expect((yield* submit(ann, work, answers)).status, JSON.stringify(answers)).toBe(200)
        }
      })
  )

  it.scoped(
    "takes work without an answer of a page that asks for none, and knows the fields of a row's own markup",
    () =>
      Effect.gen(function* () {
        const ann = yield* at("127.0.1.32")
        const asks = (title: string, template: string, other: Partial<Task> = {}) =>
          Effect.gen(function* () {
            const run = yield* server.launched(task(title, other), 1, template)
            const work = yield* Effect.flatMap(accept(ann, run.id), asWork)
            return (yield* submit(ann, work, {})).status
          })
        expect(yield* asks("seen", '<p>${text}</p><button type="submit" name="seen" value="1">Seen</button>')).toBe(200)
        expect(yield* asks("told", '<input type="hidden" name="id" value="${text}">')).toBe(200)
        expect(yield* asks("script", "<p>${text}</p><script>makeFields()</script>")).toBe(200)
        expect(yield* asks("drawn", '<input type="hidden" name="boxes">')).toBe(422)
        const run = yield* Effect.flatMap(
          Batch.fromRows({
            name: "markup",
            task: task("markup", { markup: ["form"] }),
            template: "${form}",
            rows: [{ form: "<select name=a><option></option></select>" }]
          }),
          launch
        )
        const work = yield* Effect.flatMap(accept(ann, run.id), asWork)
        yield* expectProblem(yield* submit(ann, work, { a: "" }), 422, "NothingAnswered")
      })
  )

  it.scoped("keeps an answer that is named __proto__, sent as JSON or as a form", () =>
    Effect.gen(function* () {
      const run = yield* server.launched(task("named"), 2, "<p>${text}</p><input name=__proto__>")
      const ann = yield* at("127.0.1.34")
      const agents = yield* Agents
      const named: unknown = JSON.parse('{"__proto__":"own"}')
      const kept = (agent: AgentId) =>
        Effect.map(agents.get(agent), ({ answers }) => JSON.stringify(Option.getOrNull(answers)))
      const first = yield* Effect.flatMap(accept(ann, run.id), asWork)
      expect((yield* submit(ann, first, named)).status).toBe(200)
      const second = yield* Effect.flatMap(accept(ann, run.id), asWork)
      const submitTo = new URL(new URL(second.frame, "http://x").searchParams.get("turkSubmitTo") ?? "").pathname
      yield* ann.ask("POST", `${submitTo}/mturk/externalSubmit`, {
        raw: `assignmentId=${second.agent}&__proto__=own`,
        headers: { "content-type": "application/x-www-form-urlencoded" }
      })
      expect([yield* kept(first.agent), yield* kept(second.agent)]).toEqual([
        '{"__proto__":"own"}',
        '{"__proto__":"own"}'
      ])
    })
  )

  it.scoped("refuses an empty form that the page sends by itself, in words", () =>
    Effect.gen(function* () {
      const run = yield* server.launched(task("forms"), 1, fields)
      const ann = yield* at("127.0.1.33")
      const work = yield* Effect.flatMap(accept(ann, run.id), asWork)
      const submitTo = new URL(new URL(work.frame, "http://x").searchParams.get("turkSubmitTo") ?? "").pathname
      const send = (form: string) =>
        ann.ask("POST", `${submitTo}/mturk/externalSubmit`, {
          raw: `assignmentId=${work.agent}&${form}`,
          headers: { "content-type": "application/x-www-form-urlencoded" }
        })
      const refused = yield* send("label=&note=&id=row+0")
      expect([refused.status, refused.body]).toEqual([422, expect.stringContaining("Nothing is filled in.")])
      expect((yield* send("label=x")).status).toBe(200)
    })
  )

  it.scoped("says why there is no unit", () =>
    Effect.gen(function* () {
      const limited = yield* server.launched(task("limited", { maxUnitsPerWorker: Option.some(1) }), 3)
      const wanted = { name: "careful", comparator: "exists" as const, value: 1 }
      const qualified = yield* server.launched(task("qualified", { qualifications: [wanted] }), 1)
      const pairs = yield* server.launched(task("pairs", { unitsPerAssignment: 2 }), 1)
      const ann = yield* at("127.0.1.4")
      const work = yield* Effect.flatMap(accept(ann, limited.id), asWork)
      yield* submit(ann, work, { label: "x" })
      const overLimit = { _tag: "OverWorkerLimit", limit: 1 }
      yield* expectProblem(yield* accept(ann, limited.id), 409, "NotEligible", overLimit)
      const lacks = { _tag: "LacksQualification", qualification: "careful" }
      yield* expectProblem(yield* accept(ann, qualified.id), 409, "NotEligible", lacks)
      const half = yield* Effect.flatMap(accept(ann, pairs.id), asWork)
      yield* submit(ann, half, { label: "x" })
      yield* expectProblem(yield* accept(ann, pairs.id), 409, "NotEligible", { _tag: "AlreadyWorked" })

      const workers = yield* Workers
      const { id } = yield* workers.findByName("127.0.1.4")
      const offers = yield* offersTo(ann)
      const refusals = new Map(offers.map(({ run, refusal }) => [run, refusal]))
      expect(refusals.get(limited.id)).toEqual(overLimit)
      expect(refusals.get(qualified.id)).toEqual(lacks)

      const qualifications = yield* Qualifications
      yield* qualifications.create("careful", "reads twice")
      yield* qualifications.grant("careful", id, 1)
      expect((yield* accept(ann, qualified.id)).status).toBe(200)
      yield* workers.block(id, { requester: limited.requester }, "enough")
      yield* expectProblem(yield* accept(ann, limited.id), 409, "NotEligible", { _tag: "Blocked" })
      yield* expectProblem(yield* accept(ann, "run_0"), 404, "TaskRunNotFound")
    })
  )

  it.scoped("starts, gives back, comes late", () =>
    Effect.gen(function* () {
      const run = yield* server.launched(task("changes"), 1)
      const brief = yield* server.launched(task("brief", { duration: Duration.millis(1) }), 1)
      const [ann, bob] = [yield* at("127.0.1.5"), yield* at("127.0.1.6")]
      const work = yield* Effect.flatMap(accept(ann, run.id), asWork)
      for (const what of ["start", "heartbeat", "disconnect", "start", "return", "return"] as const) {
        expect((yield* change(ann, work, what)).status).toBe(200)
      }
      yield* expectProblem(yield* change(ann, work, "start"), 409, "InvalidTransition")
      yield* expectProblem(yield* change(ann, work, "heartbeat"), 409, "InvalidTransition")
      yield* expectProblem(yield* submit(ann, work, {}), 409, "InvalidTransition")
      const next = yield* Effect.flatMap(accept(bob, run.id), asWork)
      yield* expectProblem(yield* change(ann, next, "return"), 403, "NotYourAgent")
      yield* expectProblem(yield* change(ann, { agent: next.agent, key: work.key }, "return"), 403, "NotYourAgent")

      const late = yield* Effect.flatMap(accept(ann, brief.id), asWork)
      const agents = yield* Agents
      yield* Effect.repeat(agents.endOverdue(brief.id), { until: (ended) => ended > 0, times: 1000 })
      yield* expectProblem(yield* submit(ann, late, {}), 409, "InvalidTransition")
      expect((yield* accept(bob, brief.id)).status).toBe(200)
    })
  )

  it.scoped("notices whose heartbeat stopped, and that it is there again", () =>
    Effect.gen(function* () {
      const run = yield* server.launched(task("heartbeats"), 2)
      const [ann, bob] = [yield* at("127.0.1.20"), yield* at("127.0.1.21")]
      const held = yield* Effect.forEach([ann, bob], (visitor) => Effect.flatMap(accept(visitor, run.id), asWork))
      const [works, other] = held
      if (works === undefined || other === undefined) return expect.unreachable()
      const beat = (visitor: Visitor, work: typeof works) =>
        Effect.flatMap(change(visitor, work, "heartbeat"), ({ body }) =>
          Effect.map(Schema.decodeUnknown(Schema.parseJson(Changed))(body), ({ status }) => status)
        )
      expect(yield* beat(ann, works)).toBe("in_task")
      expect(yield* beat(bob, other)).toBe("in_task")
      yield* expectProblem(yield* change(bob, works, "heartbeat"), 403, "NotYourAgent")

      const agents = yield* Agents
      const store = yield* Store.Store
      const statuses = Effect.map(
        Effect.forEach([works, other], ({ agent }) => agents.get(agent)),
        (all) => all.map(({ status }) => status)
      )
      yield* Conductor.round(run.id)
      expect(yield* statuses).toEqual(["in_task", "in_task"])
      const long = DateTime.subtractDuration(yield* DateTime.now, silentAfter)
      yield* store.update(tables.heartbeats, { ids: [works.agent], set: { heardAt: long } })
      yield* Conductor.round(run.id)
      expect(yield* statuses).toEqual(["disconnected", "in_task"])
      expect(yield* beat(ann, works)).toBe("in_task")
      yield* Conductor.round(run.id)
      expect(yield* statuses).toEqual(["in_task", "in_task"])
    })
  )

  it.scoped("listens to no other site, to no word on addresses, and to JSON only", () =>
    Effect.gen(function* () {
      const run = yield* server.launched(task("origins"), 2)
      const [ann, port] = [yield* at("127.0.1.7"), yield* server.port]
      const foreign = [
        { origin: "https://evil.example" },
        { origin: "null" },
        { "sec-fetch-site": "cross-site", origin: `http://127.0.0.1:${port}` },
        { "sec-fetch-site": "same-site" }
      ]
      for (const headers of foreign) yield* expectProblem(yield* accept(ann, run.id, { headers }), 403, "Foreign")
      const form = { "content-type": "application/x-www-form-urlencoded" }
      yield* expectProblem(yield* accept(ann, run.id, { headers: form }), 415, "NoJson")
      const spoofed = { "x-forwarded-for": "127.0.1.8", forwarded: "for=127.0.1.8" }
      const own = { origin: `http://127.0.0.1:${port}`, "sec-fetch-site": "same-origin" }
      const work = yield* Effect.flatMap(accept(ann, run.id, { headers: { ...spoofed, ...own } }), asWork)
      const agents = yield* Agents
      expect((yield* agents.get(work.agent)).workerName).toBe("127.0.1.7")
      const large = yield* submit(ann, work, { text: "x".repeat(1_100_000) })
      yield* expectProblem(large, 400, "InvalidAnswers")
      yield* expectProblem(yield* submit(ann, work, { text: "x".repeat(2_300_000) }), 413, "TooLarge")
      yield* expectProblem(yield* ann.ask("POST", "/api/work/name", { json: { name: "Ann" } }), 400, "InvalidName")
    })
  )
})

const behindProxy = served({
  local: { proxies: ["127.0.2.0/24"], allow: ["10.0.0.0/8", "127.0.0.0/8"], deny: ["10.6.6.0/24", "127.0.1.66/32"] }
})

layer(behindProxy, { excludeTestServices: true })("behind a proxy, with lists", (it) => {
  it.scoped("takes the word of the proxy only, and lets in whom the lists let in", () =>
    Effect.gen(function* () {
      const run = yield* server.launched(task("proxied"), 5)
      const [proxy, direct] = [yield* at("127.0.2.1"), yield* at("127.0.1.1")]
      const as = (address: string) => ({ headers: { "x-forwarded-for": address } })
      const agents = yield* Agents
      const nameOf = (answer: Answer) =>
        Effect.flatMap(asWork(answer), ({ agent }) => Effect.map(agents.get(agent), ({ workerName }) => workerName))
      expect(yield* nameOf(yield* accept(proxy, run.id, as("10.1.2.3")))).toBe("10.1.2.3")
      expect(yield* nameOf(yield* accept(proxy, run.id, as("6.6.6.6, ::ffff:10.1.2.4")))).toBe("10.1.2.4")
      expect(yield* nameOf(yield* accept(direct, run.id, as("10.1.2.5")))).toBe("127.0.1.1")
      yield* expectProblem(yield* accept(proxy, run.id, as("10.6.6.1")), 403, "Unwelcome", "denied")
      yield* expectProblem(yield* accept(proxy, run.id, as("192.0.2.1")), 403, "Unwelcome", "not_allowed")
      yield* expectProblem(yield* accept(proxy, run.id, as("nonsense")), 403, "Unwelcome", "unreadable")
      const banned = yield* at("127.0.1.66")
      yield* expectProblem(yield* accept(banned, run.id), 403, "Unwelcome", "denied")
      const { frame } = yield* Effect.flatMap(mine(direct, run.id), asWork)
      expect((yield* direct.ask("GET", frame)).status).toBe(200)
      expect((yield* banned.ask("GET", frame)).status).toBe(403)
    })
  )
})

const byName = served({ local: { identify: "name", secret: Redacted.make("names are signed with this") } })

layer(byName, { excludeTestServices: true })("by name", (it) => {
  it.scoped("a name is chosen once and proven by its cookie", () =>
    Effect.gen(function* () {
      const run = yield* server.launched(task("named"), 5)
      const someone = yield* at("127.0.1.1")
      const choose = (name: string, headers: Record<string, string> = {}) =>
        someone.ask("POST", "/api/work/name", { json: { name }, headers })
      yield* expectProblem(yield* accept(someone, run.id), 401, "NameNeeded")
      const chosen = yield* choose("Ann")
      expect(chosen.status).toBe(200)
      const [header = ""] = chosen.headers["set-cookie"] ?? []
      expect(header).toMatch(/^crowd_worker=[^;]+;.*HttpOnly.*SameSite=Strict/i)
      const [cookie = ""] = header.split(";")
      yield* expectProblem(yield* choose("ann"), 409, "NameTaken")
      expect((yield* choose("Ann", { cookie })).status).toBe(200)
      yield* expectProblem(yield* choose("\u202e"), 400, "InvalidName")

      const work = yield* Effect.flatMap(accept(someone, run.id, { headers: { cookie } }), asWork)
      const forged = cookie.slice(0, -1)
      yield* expectProblem(yield* accept(someone, run.id, { headers: { cookie: forged } }), 401, "NameNeeded")
      yield* expectProblem(yield* submit(someone, work, {}), 403, "NotYourAgent")
      const bob = yield* choose("Bob")
      const [bobs = ""] = (bob.headers["set-cookie"] ?? []).map((header) => header.split(";")[0])
      yield* expectProblem(yield* submit(someone, work, {}, { headers: { cookie: bobs } }), 403, "NotYourAgent")
      const elsewhere = yield* at("127.0.1.9")
      const sent = yield* submit(elsewhere, work, { label: "x" }, { headers: { cookie, [keyHeader]: work.key } })
      expect(sent.status).toBe(200)
    })
  )
})
