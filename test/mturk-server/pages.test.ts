/** What a worker's browser asks for, over real HTTP. */
import * as SDK from "@aws-sdk/client-mturk"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { AgentId } from "../../src/Ids.js"
import { unitOf } from "../../src/mturk-server/ids.js"
import * as workerPages from "../../src/mturk-server/work/workerPages.js"
import * as Store from "../../src/Store.js"
import { Lobby, Work } from "../../src/server/WorkApi.js"
import * as breaking from "../support/breakingStore.js"
import * as steps from "../support/steps.js"
import { counting } from "../support/stores.js"
import * as samples from "./samples.js"
import { externalQuestion, htmlQuestion, layer, Marketplace, secret, token } from "./support.js"

interface Answer {
  readonly status: number
  readonly text: string
  readonly headers: Headers
}

const ask = (path: string, init: RequestInit = {}): Effect.Effect<Answer, never, Marketplace> =>
  Effect.flatMap(Marketplace, ({ url }) =>
    Effect.promise(async () => {
      const response = await fetch(new URL(path, url), { redirect: "manual", ...init })
      return { status: response.status, text: await response.text(), headers: response.headers }
    })
  )

const post = (path: string, fields: ReadonlyArray<readonly [string, string]>, headers: Record<string, string> = {}) =>
  ask(path, {
    method: "POST",
    body: new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers }
  })

/** As the worker's page does; the worker is who is at 127.0.0.1. */
const accept = (type: string) =>
  Effect.flatMap(
    ask(`/api/work/runs/run_${type}/agents`, {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/json" }
    }),
    ({ text }) => Schema.decodeUnknown(Schema.parseJson(Work))(text)
  )

const submittedAnswers = (id: string) =>
  Effect.gen(function* () {
    const { call } = yield* Marketplace
    const { Assignments = [] } = yield* call((c) => c.send(new SDK.ListAssignmentsForHITCommand({ HITId: id })))
    return Assignments.map(({ Answer }) => Answer)
  })

/** A task of an ExternalQuestion that the worker at 127.0.0.1 is at. */
const startedOf = (places: number) =>
  Effect.gen(function* () {
    const { id, type } = yield* samples.create({ Question: externalQuestion(external), MaxAssignments: places })
    const { frame } = yield* accept(type)
    const query = new URL(frame).searchParams
    return {
      id,
      type,
      assignment: query.get("assignmentId") ?? "",
      submitTo: `${query.get("turkSubmitTo")}/mturk/externalSubmit`
    }
  })

const external = "https://tasks.example.org/do?item=a%20b&lang=en#top"

describe("an HTMLQuestion", () => {
  it.scoped("is the page, with a query as MTurk gives it", () =>
    Effect.gen(function* () {
      const { id, type } = yield* samples.create({
        Question: samples.hit.Question.replace("<form", "<p>costs ${price} &amp; is < 5</p><form")
      })
      const { agent, frame } = yield* accept(type)
      const query = new URL(frame, "http://x").searchParams
      expect(query.get("hitId")).toBe(id)
      expect(query.get("assignmentId")).toMatch(/^[0-9A-Z]{30}$/)
      expect(query.get("workerId")).toMatch(/^A[A-Z0-9]+$/)
      expect(query.get("turkSubmitTo")).toContain(agent)
      const page = yield* ask(frame)
      expect(page.text).toContain("<p>costs ${price} &amp; is < 5</p>")
      expect(page.text).toContain('name="label"')
      expect(page.headers.get("content-security-policy")).toMatch(/^sandbox allow-scripts/)
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("in a preview has no assignment", () =>
    Effect.gen(function* () {
      const { id, type } = yield* samples.create()
      const inRun = yield* ask(`/frame/preview/run_${type}?assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE`)
      const sent = yield* ask(inRun.headers.get("location") ?? "")
      expect(sent.status).toBe(302)
      const query = new URL(sent.headers.get("location") ?? "", "http://x").searchParams
      expect(Object.fromEntries(query)).toEqual({ assignmentId: "ASSIGNMENT_ID_NOT_AVAILABLE", hitId: id })
      const page = yield* ask(sent.headers.get("location") ?? "")
      expect([page.status, page.text.includes('name="label"')]).toEqual([200, true])
    }).pipe(Effect.provide(layer()))
  )
})

describe("an HTMLQuestion in which nothing is filled in", () => {
  it.scoped("is refused to the worker in words, from our page and from its own form, and stays theirs", () =>
    Effect.gen(function* () {
      const { id, type } = yield* samples.create()
      const { agent, frame, key } = yield* accept(type)
      const query = new URL(frame, "http://x").searchParams
      const submitTo = `${query.get("turkSubmitTo")}/mturk/externalSubmit`
      const assignment = query.get("assignmentId") ?? ""
      const words = "Nothing is filled in. Answer what the task asks, then submit it."
      const ours = yield* ask(`/api/work/agents/${agent}/answers`, {
        method: "POST",
        body: '{"answers":{"label":""}}',
        headers: { "content-type": "application/json", "x-crowd-key": key }
      })
      expect([ours.status, JSON.parse(ours.text)]).toEqual([
        422,
        expect.objectContaining({ _tag: "NothingAnswered", message: words })
      ])
      const form = (label: string) =>
        post(submitTo, [
          ["assignmentId", assignment],
          ["label", label]
        ])
      const theirs = yield* form(" ")
      expect([theirs.status, theirs.text]).toEqual([422, expect.stringContaining(words)])
      expect(yield* submittedAnswers(id)).toEqual([])
      expect((yield* form("good")).status).toBe(200)
    }).pipe(Effect.provide(layer()))
  )
})

describe("an ExternalQuestion", () => {
  it.scoped("is opened at its address, whose own query stays", () =>
    Effect.gen(function* () {
      const { id, type } = yield* samples.create({ Question: externalQuestion(external) })
      const { frame } = yield* accept(type)
      expect(frame).toMatch(/^https:\/\/tasks\.example\.org\/do\?item=a%20b&lang=en&assignmentId=\w+&hitId=\w+&/)
      expect(frame.endsWith("#top")).toBe(true)
      expect(new URL(frame).searchParams.get("hitId")).toBe(id)
      const page = yield* ask(`/task/run_${type}`)
      expect(page.headers.get("content-security-policy")).toContain("frame-src 'self' http: https:")
    }).pipe(Effect.provide(layer()))
  )

  const started = startedOf(1)

  it.scoped("is given a key by the secret of the options (CROWD_SECRET), none of the database", () =>
    Effect.gen(function* () {
      const { submitTo } = yield* started
      const [, agent = "", key = ""] = /\/for\/(agent_\w+)\/([^/]+)\//.exec(submitTo) ?? []
      expect(workerPages.isKeyOf(secret, AgentId.make(agent), key)).toBe(true)
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("that sends it with fetch sees its success", () =>
    Effect.gen(function* () {
      const { assignment, submitTo } = yield* started
      const fields = [
        ["assignmentId", assignment],
        ["label", "good"]
      ] as const
      const answer = yield* post(submitTo, fields, {
        origin: "https://tasks.example.org",
        "sec-fetch-site": "cross-site"
      })
      expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([200, "*"])
      const unkeyed = yield* post("/mturk/externalSubmit", fields, {})
      expect(unkeyed.headers.get("access-control-allow-origin")).toBeNull()
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("that sends it as FormData, with fetch, is taken like any other; files are not", () =>
    Effect.gen(function* () {
      const { assignment, id, submitTo } = yield* started
      const headers = { origin: "null", "sec-fetch-site": "cross-site" }
      const body = new FormData()
      body.append("assignmentId", assignment)
      body.append("tags", "one")
      body.append("tags", "two")
      const withFile = new FormData()
      withFile.append("assignmentId", assignment)
      withFile.append("scan", new Blob(["a"]), "scan.png")
      const refused = yield* ask(submitTo, { method: "POST", body: withFile, headers })
      expect([refused.status, refused.text]).toEqual([415, expect.stringContaining("files are not taken")])
      const answer = yield* ask(submitTo, { method: "POST", body, headers })
      expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([200, "*"])
      expect((yield* submittedAnswers(id))[0]).toContain("<FreeText>two</FreeText>")
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("sends its form to turkSubmitTo, from another site; the answers are the requester's", () =>
    Effect.gen(function* () {
      const { assignment, id, submitTo } = yield* started
      const fromElsewhere = { origin: "null", "sec-fetch-site": "cross-site" }
      const fields = [
        ["assignmentId", assignment],
        ["label", 'a <b> & "c" \u{1f600}'],
        ["tags", "one"],
        ["tags", "two"],
        ["empty", ""]
      ] as const
      const answer = yield* post(submitTo, fields, fromElsewhere)
      expect(answer.status).toBe(200)
      expect(answer.text).toContain("parent.postMessage(")
      expect(yield* submittedAnswers(id)).toEqual([
        '<?xml version="1.0" encoding="UTF-8"?><QuestionFormAnswers xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/QuestionFormAnswers.xsd">' +
          '<Answer><QuestionIdentifier>label</QuestionIdentifier><FreeText>a &lt;b&gt; &amp; "c" \u{1f600}</FreeText></Answer>' +
          "<Answer><QuestionIdentifier>tags</QuestionIdentifier><FreeText>one</FreeText></Answer>" +
          "<Answer><QuestionIdentifier>tags</QuestionIdentifier><FreeText>two</FreeText></Answer>" +
          "<Answer><QuestionIdentifier>empty</QuestionIdentifier><FreeText></FreeText></Answer></QuestionFormAnswers>"
      ])
      expect((yield* post(submitTo, fields, fromElsewhere)).status).toBe(200)
      expect((yield* post(submitTo, [...fields, ["more", "x"]], fromElsewhere)).status).toBe(409)
      expect((yield* submittedAnswers(id)).length).toBe(1)
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("cannot submit for others, in a preview, or nothing", () =>
    Effect.gen(function* () {
      const { assignment, id, submitTo } = yield* started
      const market = yield* Marketplace
      const other = yield* samples.create({ Title: "Another" })
      const grace = yield* market.accept("grace", other.type)
      const label = ["label", "good"] as const
      const cases: ReadonlyArray<readonly [string, ReadonlyArray<readonly [string, string]>, number]> = [
        [submitTo, [["assignmentId", "ASSIGNMENT_ID_NOT_AVAILABLE"], label], 403],
        [submitTo, [["assignmentId", grace.assignmentId], label], 403],
        [submitTo, [label], 400],
        [submitTo, [["assignmentId", assignment]], 400],
        [submitTo, [["assignmentId", assignment], ["assignmentId", grace.assignmentId], label], 400],
        [submitTo.replace(/for\/agent_(.)/, "for/agent_7"), [["assignmentId", assignment], label], 403],
        [
          submitTo.replace(/\/[^/]+\/mturk\/externalSubmit$/, "/wrong/mturk/externalSubmit"),
          [["assignmentId", assignment], label],
          403
        ],
        ["/mturk/externalSubmit", [["assignmentId", grace.assignmentId], label], 403],
        ["/mturk/externalSubmit", [["assignmentId", "NOTHING"], label], 409],
        ["/mturk/externalSubmit", [["assignmentId", "' OR 1=1; <script>"], label], 409]
      ]
      for (const [to, fields, status] of cases) {
        const answer = yield* post(to, fields)
        expect([to, fields, answer.status]).toEqual([to, fields, status])
        expect(answer.headers.get("content-security-policy")).toMatch(/^sandbox/)
      }
      expect(yield* submittedAnswers(id)).toEqual([])
      expect(yield* submittedAnswers(other.id)).toEqual([])
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("may send its form to the plain path: the connection tells the worker", () =>
    Effect.gen(function* () {
      const { assignment, id } = yield* started
      expect(
        (yield* post("/mturk/externalSubmit", [
          ["assignmentId", assignment],
          ["label", "good"]
        ])).status
      ).toBe(200)
      expect((yield* submittedAnswers(id)).length).toBe(1)
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("of another site may not: its worker is whoever looks at that page", () =>
    Effect.gen(function* () {
      const { assignment, id } = yield* started
      const fields = [
        ["assignmentId", assignment],
        ["label", "good"]
      ] as const
      for (const headers of [{ "sec-fetch-site": "cross-site" }, { origin: "https://evil.example" }]) {
        expect((yield* post("/mturk/externalSubmit", fields, headers)).status).toBe(403)
      }
      expect(yield* submittedAnswers(id)).toEqual([])
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("of more than 1,000 fields is refused, and says so", () =>
    Effect.gen(function* () {
      const { assignment, id, submitTo } = yield* started
      const fields = Array.from({ length: 100_000 }, (_, i) => [i % 2 === 0 ? "a" : `f${i}`, "x"] as const)
      const answer = yield* post(submitTo, [["assignmentId", assignment], ...fields])
      expect(answer.status).toBe(413)
      expect(answer.text).toContain("100000 fields, and 1000 are taken at the most")
      expect(yield* submittedAnswers(id)).toEqual([])
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("answers that would be script to our page are text", () =>
    Effect.gen(function* () {
      const { assignment, submitTo } = yield* started
      const answer = yield* post(submitTo, [
        ["assignmentId", assignment],
        ["x", "</script><script>alert(1)</script>"]
      ])
      expect(answer.text).not.toContain("<script>alert")
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("forms of other sites reach no other path", () =>
    Effect.gen(function* () {
      const { type } = yield* started
      const answer = yield* post(`/api/work/runs/run_${type}/agents`, [["a", "b"]], { origin: "https://evil.example" })
      expect(answer.status).toBe(403)
    }).pipe(Effect.provide(layer()))
  )
})

describe("an assignment's id", () => {
  it.scoped("has MTurk's shape, and cannot be guessed from that of its HIT or of the one before", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const { id, type } = yield* samples.create({ MaxAssignments: 20 })
      const helds = yield* Effect.forEach(
        Array.from({ length: 20 }, (_, n) => `worker ${n}`),
        (worker) => market.accept(worker, type)
      )
      const names = helds.map(({ assignmentId }) => assignmentId)
      expect(names.every((name) => /^[0-9A-Z]{30}$/.test(name))).toBe(true)
      expect(names.some((name) => name.includes(id) || id.includes(name.slice(0, 6)))).toBe(false)
      expect(new Set(names.map((name) => name.slice(0, 10))).size).toBe(20)
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("is made with a random key of its HIT: twins made in one moment share nothing of it", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const { type } = yield* samples.create()
      yield* samples.create()
      const [one, other] = [yield* market.accept("ada", type), yield* market.accept("grace", type)]
      expect(one.hitId).not.toBe(other.hitId)
      expect(one.assignmentId.slice(0, 10)).not.toBe(other.assignmentId.slice(0, 10))
      expect(unitOf("a key", 0)).toBe(unitOf("a key", 0))
      expect(unitOf("a key", 0)).not.toBe(unitOf("another key", 0))
    }).pipe(Effect.provide(layer()))
  )

  const { read, store } = counting()
  it.scoped("is found by one read of one row, however many there are", () =>
    Effect.gen(function* () {
      const { assignment } = yield* startedOf(40)
      const before = read.rows
      const answer = yield* post("/mturk/externalSubmit", [["assignmentId", "0".repeat(30)]])
      expect([answer.status, read.rows - before]).toEqual([409, 0])
      const fields = [["assignmentId", assignment] as const, ["label", "good"] as const]
      expect((yield* post("/mturk/externalSubmit", fields)).status).toBe(200)
      expect(read.rows - before).toBeLessThanOrEqual(16)
    }).pipe(Effect.provide(layer({ store })))
  )
})

describe("the page of an HTMLQuestion", () => {
  it.scoped("is read once for its HIT, not for each who looks at it", () =>
    Effect.gen(function* () {
      const stepsOf = yield* steps.counting
      const page = `${"<p title=a>a text</p>".repeat(2_000)}<input name="label">`
      const Question = htmlQuestion("label").replace(/<input[^>]*>/, page)
      const { type } = yield* samples.create({ Question })
      const { type: other } = yield* samples.create({ Title: "Another" })
      const look = (type: string) => ask(`/frame/preview/run_${type}`, { redirect: "follow" })
      yield* look(other)
      expect((yield* look(other)).status).toBe(200)
      const first = yield* stepsOf(look(type))
      expect(yield* stepsOf(look(type))).toBeLessThan(first / 10)
      expect((yield* look(type)).text.length).toBeGreaterThan(page.length)
    }).pipe(Effect.provide(layer()))
  )
})

describe("the lobby", () => {
  const offered = Effect.flatMap(ask("/api/work/lobby"), ({ text }) =>
    Effect.map(Schema.decodeUnknown(Schema.parseJson(Lobby))(text), ({ offers }) => offers.map(({ run }) => run))
  )

  it.scoped("has a HITType again that gets another HIT after all of its HITs were decided", () =>
    Effect.gen(function* () {
      const { held, type } = yield* samples.submitted()
      yield* samples.approve(held)
      expect(yield* offered).toEqual([])
      expect((yield* samples.create()).type).toBe(type)
      yield* TestClock.adjust("2 seconds")
      expect(yield* offered).toEqual([`run_${type}`])
    }).pipe(Effect.provide(layer()))
  )
})

describe("messages", () => {
  it.scoped("are kept for the worker to read; unknown workers fail one by one", () =>
    Effect.gen(function* () {
      const { call } = yield* Marketplace
      const { type } = yield* samples.create({ Question: externalQuestion(external) })
      const workerId = new URL((yield* accept(type)).frame).searchParams.get("workerId") ?? ""
      const { NotifyWorkersFailureStatuses } = yield* call((c) =>
        c.send(
          new SDK.NotifyWorkersCommand({
            Subject: "Thank <you>",
            MessageText: "for & your work",
            WorkerIds: [workerId, "AUNKNOWN"]
          })
        )
      )
      expect(NotifyWorkersFailureStatuses).toEqual([
        {
          WorkerId: "AUNKNOWN",
          NotifyWorkersFailureCode: "HardFailure",
          NotifyWorkersFailureMessage: "There is no worker AUNKNOWN."
        }
      ])
      const { text } = yield* ask("/mturk/messages")
      expect(text).toContain("<h2>Thank &lt;you&gt;</h2><p>for &amp; your work</p>")
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("are the latest hundred, the last one first", () =>
    Effect.gen(function* () {
      const { call } = yield* Marketplace
      const { held } = yield* samples.submitted({}, "127.0.0.1")
      const write = (n: number) =>
        call((c) =>
          c.send(new SDK.NotifyWorkersCommand({ Subject: `number ${n}`, MessageText: "m", WorkerIds: [held.workerId] }))
        )
      yield* Effect.forEach(
        Array.from({ length: 101 }, (_, n) => n),
        write,
        { discard: true }
      )
      const { text } = yield* ask("/mturk/messages")
      const shown = Array.from(text.matchAll(/<h2>number (\d+)/g), ([, n]) => Number(n))
      expect(shown).toEqual(Array.from({ length: 100 }, (_, n) => 100 - n))
    }).pipe(Effect.provide(layer()))
  )

  it.scoped(
    "say in words what a worker can do when the store fails; where it is, only the log and the console have",
    () =>
      Effect.gen(function* () {
        const logged: Array<string> = []
        const store = breaking.make(Store.layerMemory)
        const log = Logger.make(({ message }) => void logged.push(String(message)))
        yield* Effect.gen(function* () {
          yield* samples.submitted({}, "127.0.0.1")
          yield* store.broken("gone")
          const { headers, status, text } = yield* ask("/mturk/messages")
          expect(status).toBe(503)
          expect(headers.get("content-type")).toMatch(/^text\/plain/)
          expect(text).toBe(
            "The server cannot reach what it keeps just now. What you typed stays on your page: wait a moment, then try again."
          )
          expect(JSON.stringify([...headers])).not.toContain(breaking.place)
          const { call } = yield* Marketplace
          const refused = yield* Effect.flip(call((c) => c.send(new SDK.GetAccountBalanceCommand({}))))
          expect(JSON.stringify(refused)).not.toContain(breaking.place)
          const told = yield* ask("/api/console/runs", {
            headers: { authorization: `Bearer ${Redacted.value(token)}` }
          })
          expect(told.text).toContain(breaking.place)
        }).pipe(
          Effect.provide(layer({ store: store.layer })),
          Effect.provide(Logger.replace(Logger.defaultLogger, log))
        )
        expect(logged).toEqual([breaking.gone.message])
      })
  )
})
