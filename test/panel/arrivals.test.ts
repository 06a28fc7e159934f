/** Who is let in by a link, and who is not. */
import { createHash, createHmac } from "node:crypto"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { Agents } from "../../src/Agents.js"
import * as Panel from "../../src/Panel.js"
import * as PanelSettings from "../../src/PanelSettings.js"
import { type TaskRun, TaskRuns } from "../../src/TaskRuns.js"

import { link, secret, settings } from "../support/panel.js"
import { kit, launched, panel } from "./support.js"

const come = (run: TaskRun, data: unknown) => Effect.flatMap(Agents, (agents) => agents.register(run.id, data))

/** Why the link is refused. */
const refusal = (run: TaskRun, query: string) =>
  Effect.map(Effect.flip(come(run, { query })), (error) => {
    expect(error._tag).toBe("InvalidProviderData")
    return error.message
  })

const presets: ReadonlyArray<[PanelSettings.PresetName, string, string]> = [
  ["sona", "survey_code=1234", "survey_code=%SURVEY_CODE%"],
  ["besample", "response_id=r1", "response_id="],
  ["positly", "participantID=p&assignmentID=a", "participantID=p"],
  ["connect-link", "participantId=p&assignmentId=a&projectId=j", "participantId=p&projectId=j"],
  [
    "prolific-link",
    "PROLIFIC_PID=p&STUDY_ID=t&SESSION_ID=s",
    "PROLIFIC_PID={{%25PROLIFIC_PID%25}}&STUDY_ID=t&SESSION_ID=s"
  ]
]

describe("a panel's link", () => {
  it.effect.each(presets)(
    "of %s lets in who came by it, and nobody by one that was not filled in",
    ([name, good, bad]) =>
      Effect.gen(function* () {
        const run = yield* launched()
        const agent = yield* come(run, { query: `?${good}` })
        const [id, session] = Array.from(new URLSearchParams(good).values())
        expect(agent.workerName).toBe(id)
        expect(agent.remoteId).toEqual(Option.some(name === "prolific-link" ? "s" : (session ?? id)))
        yield* refusal(run, bad)
      }).pipe(Effect.provide(panel(name)))
  )

  const wrong: ReadonlyArray<[string, string]> = [
    ["sid=1", 'lacks "pid"'],
    ["pid=&sid=1", 'lacks "pid"'],
    ["PID=ada&sid=1", 'lacks "pid"'],
    ["pid=ada", 'lacks "sid"'],
    ["pid=%25SURVEY_CODE%25&sid=1", "was not filled in"],
    ["pid=%SURVEY_CODE%&sid=1", "was not filled in"],
    ["pid=%CAMPAIGN_ID%&sid=1", "was not filled in"],
    ["pid={{MW_ID}}&sid=1", "was not filled in"],
    ["pid=${e://Field/id}&sid=1", "was not filled in"],
    ["pid=[[id]]&sid=1", "was not filled in"],
    ["pid=TRACKINGID&sid=1", "was not filled in"],
    ["pid=…&sid=1", "was not filled in"],
    ["pid=ada&sid={{session}}", "was not filled in"],
    ["pid=ASSIGNMENT_ID_NOT_AVAILABLE&sid=1", "preview"],
    ["pid=undefined&sid=1", "preview"],
    ["pid=..&sid=1", "no id"],
    ["pid=ada&pid=bob&sid=1", "more than once"],
    [`pid=${"a".repeat(257)}&sid=1`, "longer than 256"],
    ["pid=a%00b&sid=1", "NUL"],
    ["pid=a%E2%80%AEb&sid=1", "control"],
    [`pid=ada&sid=1&gender=${"a".repeat(300)}`, "longer than 256"]
  ]

  it.effect.each(wrong)("%s is refused in words", ([query, words]) =>
    Effect.gen(function* () {
      const run = yield* launched()
      expect(yield* refusal(run, query)).toContain(words)
      expect(yield* Effect.flatMap(TaskRuns, (runs) => runs.counts(run.id))).toMatchObject({ assigned: 0 })
    }).pipe(Effect.provide(panel()))
  )

  it.effect("that is no text, or is longer than 8 KiB, is refused", () =>
    Effect.gen(function* () {
      const run = yield* launched()
      for (const data of [null, "pid=ada", { query: 1 }, { query: `pid=ada&sid=1&x=${"a".repeat(9_000)}` }]) {
        expect((yield* Effect.flip(come(run, data)))._tag).toBe("InvalidProviderData")
      }
    }).pipe(Effect.provide(panel()))
  )

  it.effect(
    "may have something of its own that is kept; the panel's own placeholders are filled in, whatever they look like",
    () =>
      Effect.gen(function* () {
        const run = yield* launched()
        const filled = { pid: "ada", sid: "1", study: "S", gender: "f" }
        for (const unfilled of [{ pid: "ID_HERE" }, { sid: "SESSION" }, { study: "@@S@@" }]) {
          expect(yield* refusal(run, link({ ...filled, ...unfilled }).query)).toContain("was not filled in")
        }
        expect((yield* come(run, link(filled))).details).toEqual(Option.some({ study: "S", gender: "f" }))
      }).pipe(Effect.provide(panel({ ...settings, link: "pid=ID_HERE&sid=SESSION&study=@@S@@&gender=f" })))
  )

  it.effect("keeps what was asked for, and nothing else", () =>
    Effect.gen(function* () {
      const run = yield* launched()
      const agent = yield* come(run, link({ pid: "ada", sid: "1", study: "S", gender: "f", age: "36" }))
      expect(agent.details).toEqual(Option.some({ study: "S", gender: "f" }))
    }).pipe(Effect.provide(panel()))
  )
})

describe("somebody who came", () => {
  it.effect("is the same agent by the same link again, and on a second device, whatever its session", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* launched()
      const ada = link({ pid: "ada", sid: "1" })
      const first = yield* agents.register(run.id, ada)
      for (const data of [ada, ada, link({ pid: "ada", sid: "2" })]) {
        const again = yield* agents.register(run.id, data)
        expect([again.id, again.repeated]).toEqual([first.id, true])
      }
      expect(yield* Effect.flatMap(TaskRuns, (runs) => runs.counts(run.id))).toMatchObject({ assigned: 1, launched: 2 })
    }).pipe(Effect.provide(panel()))
  )

  it.effect("who has handed in sees that by the same link, and gets another unit by another", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* launched()
      const first = yield* agents.register(run.id, link({ pid: "ada", sid: "1" }))
      yield* agents.submit({ agent: first.id, worker: first.worker, answers: { a: "1" } })
      expect((yield* agents.register(run.id, link({ pid: "ada", sid: "1" }))).id).toBe(first.id)
      expect((yield* agents.register(run.id, link({ pid: "ada", sid: "2" }))).id).not.toBe(first.id)
    }).pipe(Effect.provide(panel()))
  )

  it.effect("who went on with it by another session is the same by it when they have handed in", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* launched()
      const [phone, desk] = [link({ pid: "ada", sid: "1" }), link({ pid: "ada", sid: "2" })]
      const first = yield* agents.register(run.id, phone)
      expect((yield* agents.register(run.id, desk)).id).toBe(first.id)
      expect(yield* refusal(run, "pid=eve&sid=2")).toContain("somebody else's")
      yield* agents.submit({ agent: first.id, worker: first.worker, answers: { a: "1" } })
      for (const again of [desk, phone, desk]) expect((yield* agents.register(run.id, again)).id).toBe(first.id)
    }).pipe(Effect.provide(panel()))
  )

  it.effect("keeps their session: with another's id beside it the link is refused, and nobody loses their unit", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* launched()
      const ada = yield* agents.register(run.id, link({ pid: "ada", sid: "1" }))
      expect(yield* refusal(run, "pid=eve&sid=1")).toContain("somebody else's")
      expect((yield* agents.get(ada.id)).status).toBe("accepted")
      yield* agents.submit({ agent: ada.id, worker: ada.worker, answers: { a: "1" } })
      expect(yield* refusal(run, "pid=eve&sid=1")).toContain("somebody else's")
    }).pipe(Effect.provide(panel()))
  )

  it.effect("where visits have no names, has one visit to a run", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* launched()
      const first = yield* agents.register(run.id, { query: "survey_code=1234" })
      yield* agents.submit({ agent: first.id, worker: first.worker, answers: { a: "1" } })
      expect((yield* agents.register(run.id, { query: "survey_code=1234" })).id).toBe(first.id)
    }).pipe(Effect.provide(panel("sona")))
  )
})

const proved = (algorithm: "hmac-sha256" | "checksum", over: "query" | ReadonlyArray<string>) => ({
  id: "pid",
  session: "sid",
  proof: { parameter: "sig", algorithm, over }
})

const key = Redacted.value(secret)
const hmac = (text: string) => createHmac("sha256", key).update(text)

/** As a panel makes them: the query with its proof. */
const signed: ReadonlyArray<[string, PanelSettings.Given, string]> = [
  [
    "a signature over the query in hex",
    proved("hmac-sha256", "query"),
    `?pid=ada&x=%20&sid=1&sig=${hmac("pid=ada&x=%20&sid=1").digest("hex")}`
  ],
  [
    "a signature over the query in base64, in the middle of it",
    proved("hmac-sha256", "query"),
    `?sig=${hmac("pid=ada&sid=1").digest("base64")}&pid=ada&sid=1`
  ],
  [
    "a signature over two parameters in base64url",
    proved("hmac-sha256", ["sid", "pid"]),
    `?pid=ada&sid=1&other=2&sig=${hmac("sid=1&pid=ada").digest("base64url")}`
  ],
  [
    "a checksum",
    proved("checksum", ["pid", "sid"]),
    `?pid=ada&sid=1&sig=${createHash("sha256").update(`pid=ada&sid=1${key}`).digest("hex").toUpperCase()}`
  ]
]

describe.each(signed)("a link with %s", (_, settings, query) => {
  it.effect("lets in, is the same agent when it is replayed, and lets in nobody when it is forged", () =>
    Effect.gen(function* () {
      const agents = yield* Agents
      const run = yield* launched()
      const ada = yield* agents.register(run.id, { query })
      expect(ada.workerName).toBe("ada")
      expect((yield* agents.register(run.id, { query })).id).toBe(ada.id)
      const forgeries = [
        query.replace("pid=ada", "pid=eve"),
        query.replace("sid=1", "sid=2"),
        query.replace(/&?sig=[^&]*/, ""),
        query.replace(/sig=[^&]*/, "sig="),
        query.replace(/sig=(.)/, (_, first: string) => `sig=${first === "a" ? "b" : "a"}`),
        `${query}&pid=eve`,
        `${query}&sig=00`,
        `${query}&sig=`,
        `?pid=eve&${query.slice(1)}`
      ]
      for (const forged of forgeries) yield* refusal(run, forged)
      expect(yield* Effect.flatMap(TaskRuns, (runs) => runs.counts(run.id))).toMatchObject({ assigned: 1 })
    }).pipe(Effect.provide(panel(settings)))
  )

  it.effect("lets in nobody where the secret is another", () => {
    const other = Panel.layer({ settings, secret: Redacted.make("another secret of a panel") })
    return Effect.gen(function* () {
      const run = yield* launched()
      yield* refusal(run, query)
    }).pipe(Effect.provide(other), Effect.provide(panel(settings)))
  })
})

it("a proof that leaves out who comes is refused in the settings", () => {
  const given = { id: "pid", session: "sid", proof: { parameter: "sig", algorithm: "checksum", over: ["pid"] } }
  expect(Either.isLeft(PanelSettings.decode(given))).toBe(true)
})

it.effect("a run is not set up where its links cannot be checked, or nothing says how people come", () =>
  Effect.gen(function* () {
    const error = yield* Effect.flip(kit.opened())
    expect(error).toMatchObject({ _tag: "ProviderError", reason: "Rejected" })
  }).pipe(
    (effect) =>
      Effect.zipRight(
        Effect.provide(effect, Panel.layer({ settings: proved("checksum", "query") })),
        Effect.provide(effect, Panel.layer())
      ),
    Effect.provide(panel())
  )
)
