/** Two people behind one address, and one person at two, over real HTTP. */
import { expect, layer } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import type { RunId } from "../../src/Ids.js"
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

const [home, office, denied] = ["127.0.1.1", "127.0.1.2", "127.0.1.66"]

/** Somebody at home with a unit in their hands. */
const holding = (title: string, rows = 3) =>
  Effect.gen(function* () {
    const run = yield* server.launched(task(title), rows)
    const ann = yield* at(home)
    const answer = yield* accept(ann, run.id)
    return { run, ann, answer, work: yield* asWork(answer), headers: cookiesOf(answer) }
  })

const told = ({ body, status }: Answer): unknown => ({ status, ...JSON.parse(body) })

/** As soon as the lobby, which looks once a second, has it. */
const offerOf = (visitor: Visitor, run: RunId, headers = {}) =>
  offersTo(visitor, { headers }).pipe(
    Effect.flatMap((offers) => Effect.fromNullable(offers.find((offer) => offer.run === run))),
    Effect.retry({ schedule: Schedule.spaced("100 millis"), times: 50 })
  )

const live = Layer.provideMerge(server.layer({ local: { deny: [`${denied}/32`] } }), sqlite.layer())

layer(live, { excludeTestServices: true })("two people behind one address", (it) => {
  it.scoped("an HttpOnly cookie tells browsers apart: whoever has it goes on, until the unit's deadline", () =>
    Effect.gen(function* () {
      const { ann, answer, headers, run, work } = yield* holding("cookie")
      const [cookie = ""] = answer.headers["set-cookie"] ?? []
      expect(cookie).toMatch(/^crowd_held_run_\w+=[\w.-]+; Max-Age=\d+; Path=\/;.*HttpOnly; SameSite=Strict$/i)
      const seconds = Number(/Max-Age=(\d+)/i.exec(cookie)?.[1])
      expect(seconds).toBeLessThanOrEqual(DateTime.distance(work.acceptedAt, work.deadline) / 1000)
      expect(seconds).toBeGreaterThan(0)
      const again = yield* Effect.flatMap(accept(ann, run.id, { headers }), asWork)
      expect(again.agent).toBe(work.agent)
      expect(yield* offerOf(ann, run.id, headers)).toMatchObject({ held: work.agent, heldElsewhere: false })
    })
  )

  it.scoped("somebody without it is told that this address holds the task, and may say that it is them", () =>
    Effect.gen(function* () {
      const { ann, run, work } = yield* holding("without")
      expect(told(yield* accept(ann, run.id))).toMatchObject({
        status: 409,
        _tag: "HeldByAddress",
        run: run.id,
        since: DateTime.toEpochMillis(work.acceptedAt),
        message: expect.stringContaining("say so")
      })
      expect(yield* offerOf(ann, run.id)).toMatchObject({ held: work.agent, heldElsewhere: true, refusal: null })
      const said = yield* mine(ann, run.id)
      expect((yield* asWork(said)).agent).toBe(work.agent)
      const again = yield* accept(ann, run.id, { headers: cookiesOf(said) })
      expect((yield* asWork(again)).agent).toBe(work.agent)
    })
  )

  it.scoped("whoever skips what they hold no more is told so too", () =>
    Effect.gen(function* () {
      const { ann, headers, run, work } = yield* holding("skip")
      const held = { "x-crowd-key": work.key, ...headers }
      expect((yield* change(ann, work, "return", { headers })).status).toBe(200)
      expect((yield* accept(ann, run.id)).status).toBe(200)
      const answer = yield* ann.ask("POST", `/api/work/agents/${work.agent}/skip`, { headers: held })
      expect(told(answer)).toMatchObject({ status: 409, _tag: "HeldByAddress" })
    })
  )

  it.scoped("no page of another site can say so", () =>
    Effect.gen(function* () {
      const { ann, run } = yield* holding("foreign")
      const answer = yield* mine(ann, run.id, { headers: { origin: "https://evil.example" } })
      expect(told(answer)).toMatchObject({ status: 403, _tag: "Foreign" })
      expect(answer.headers["set-cookie"]).toBeUndefined()
    })
  )

  it.scoped("whoever says so where nothing is held any more has the next one", () =>
    Effect.gen(function* () {
      const { ann, headers, run, work } = yield* holding("over")
      expect((yield* submit(ann, work, { label: "x" }, { headers })).status).toBe(200)
      expect((yield* Effect.flatMap(mine(ann, run.id), asWork)).agent).not.toBe(work.agent)
      expect(told(yield* accept(ann, run.id, { headers }))).toMatchObject({ _tag: "HeldByAddress" })
    })
  )

  it.scoped("a cookie that is forged, or of another run, tells of nobody", () =>
    Effect.gen(function* () {
      const { ann, headers, run } = yield* holding("forged")
      const other = yield* holding("another")
      const moved = other.headers.cookie.replace(/^[^=]*/, headers.cookie.replace(/=.*/, ""))
      for (const cookie of [headers.cookie.slice(0, -1), headers.cookie.replace(/=.*/, "=x.y.z"), moved]) {
        expect(told(yield* accept(ann, run.id, { headers: { cookie } }))).toMatchObject({ _tag: "HeldByAddress" })
      }
    })
  )
})

layer(live, { excludeTestServices: true })("one person at two addresses", (it) => {
  it.scoped("whoever has the cookie keeps the unit they hold at another address", () =>
    Effect.gen(function* () {
      const { headers, run, work } = yield* holding("moved")
      const elsewhere = yield* at(office)
      expect(yield* offerOf(elsewhere, run.id, headers)).toMatchObject({ held: work.agent, heldElsewhere: false })
      expect((yield* change(elsewhere, work, "heartbeat", { headers })).status).toBe(200)
      expect(told(yield* change(elsewhere, work, "heartbeat"))).toMatchObject({ status: 403, _tag: "NotYourAgent" })
      const again = yield* Effect.flatMap(accept(elsewhere, run.id, { headers }), asWork)
      expect(again).toMatchObject({ agent: work.agent, worker: work.worker })
      const skipped = yield* elsewhere.ask("POST", `/api/work/agents/${work.agent}/skip`, {
        headers: { ...headers, "x-crowd-key": again.key }
      })
      const other = yield* asWork(skipped)
      expect(other).toMatchObject({ worker: work.worker })
      expect(other.agent).not.toBe(work.agent)
      const sent = yield* submit(elsewhere, other, { label: "x" }, { headers: cookiesOf(skipped) })
      expect(sent.status).toBe(200)
    })
  )

  it.scoped("once it is submitted, they are who is at that address", () =>
    Effect.gen(function* () {
      const { ann, headers, run, work } = yield* holding("submitted")
      expect((yield* submit(ann, work, { label: "x" }, { headers })).status).toBe(200)
      const next = yield* Effect.flatMap(accept(yield* at(office), run.id, { headers }), asWork)
      expect(next.worker).not.toBe(work.worker)
    })
  )

  it.scoped("where nobody may take part from, they keep nothing", () =>
    Effect.gen(function* () {
      const { headers, run, work } = yield* holding("denied")
      const elsewhere = yield* at(denied)
      const unwelcome = { status: 403, _tag: "Unwelcome" }
      expect(told(yield* accept(elsewhere, run.id, { headers }))).toMatchObject(unwelcome)
      expect(told(yield* mine(elsewhere, run.id, { headers }))).toMatchObject(unwelcome)
      expect(told(yield* submit(elsewhere, work, {}, { headers }))).toMatchObject(unwelcome)
    })
  )

  it.scoped("at the address of somebody who is blocked, they keep nothing", () =>
    Effect.gen(function* () {
      const { headers, run, work } = yield* holding("blocked")
      const elsewhere = yield* at(office)
      const workers = yield* Workers
      const blocked = yield* Effect.orElse(workers.findByName(office), () =>
        Effect.zipRight(accept(elsewhere, run.id), workers.findByName(office))
      )
      yield* workers.block(blocked.id, { requester: run.requester }, "spam")
      expect(told(yield* change(elsewhere, work, "heartbeat", { headers }))).toMatchObject({ _tag: "NotYourAgent" })
      const refused = yield* accept(elsewhere, run.id, { headers })
      expect(told(refused)).toMatchObject({ status: 409, _tag: "NotEligible", reason: { _tag: "Blocked" } })
      expect(yield* offerOf(elsewhere, run.id, headers)).toMatchObject({ held: null, refusal: { _tag: "Blocked" } })
      yield* workers.unblock(blocked.id, { requester: run.requester })
      expect((yield* change(elsewhere, work, "heartbeat", { headers })).status).toBe(200)
    })
  )
})
