/** Links that are made up by the hundred, and links that Prolific signs. */
import { describe, expect, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { decodeJwt, decodeProtectedHeader, generateKeyPair, type JWTPayload, SignJWT } from "jose"
import { Agents, Ids } from "../../src/index.js"
import type { ProviderData } from "../../src/Prolific.js"
import * as arrivals from "../../src/prolific/arrivals.js"
import type { Client } from "../../src/prolific/client.js"
import { later } from "../support/clocks.js"
import { callsOf, on, task } from "./onProlific.js"
import { dataOf, out } from "./participants.js"

const api = "http://127.0.0.1:1"

/** A client whose calls never come back, and how many there are. */
const silent = () => {
  const begun: Array<string> = []
  const call: Client["call"] = (method) =>
    Effect.suspend(() => {
      begun.push(method)
      return Effect.never
    })
  const client: Client = { call, callWithHeaders: () => Effect.never, as: () => client }
  return { begun, client }
}

const environment = {
  api,
  app: api,
  pages: Option.none(),
  token: Redacted.make("token"),
  workspace: Option.none(),
  project: Option.none()
}

const run = Effect.gen(function* () {
  return {
    id: yield* Ids.runId,
    provider: "prolific",
    requester: yield* Ids.requesterId,
    name: "mood",
    digest: "digest",
    task,
    setup: Option.some({
      api,
      study: "65fe5c837109",
      codes: { completed: "A", noWork: "B" },
      rates: { fee: "0.3333", vat: "0.2" },
      currency: "GBP"
    }),
    createdAt: yield* DateTime.now
  }
})

describe("forged links by the hundred", () => {
  it.scopedLive("are asked about four at once, and sent away where a hundred wait", () =>
    Effect.gen(function* () {
      const { begun, client } = silent()
      const arrive = yield* arrivals.make({ client, environment, secureLinks: false, workspace: Effect.succeed("w") })
      const ours = yield* run
      const forge = (n: number) =>
        Effect.gen(function* () {
          const submission = `65fe5c837109${String(n).padStart(12, "0")}`
          const { confirm } = yield* arrive({ participant: "60fe5c837109", study: "65fe5c837109", submission }, ours)
          yield* confirm?.(ours) ?? Effect.void
        })
      const fibers = yield* Effect.forEach(
        Array.from({ length: 300 }, (_, n) => n),
        (n) => Effect.fork(forge(n))
      )
      yield* Effect.yieldNow()
      yield* Effect.sleep("50 millis")
      const ended = yield* Effect.forEach(fibers, Fiber.poll)
      const sentAway = ended.filter(Option.isSome).map(({ value }) => Exit.isFailure(value) && String(value.cause))
      expect(begun.length).toBe(4)
      expect(sentAway.length).toBe(300 - 104)
      expect(sentAway.every((words) => words !== false && words.includes("too many people"))).toBe(true)
      yield* Fiber.interruptAll(fibers)
      const next = yield* Effect.fork(forge(1_000))
      yield* Effect.sleep("20 millis")
      expect(begun.length).toBe(5)
      yield* Fiber.interrupt(next)
    })
  )
})

const secure = { options: { secureLinks: true } }

const register = (id: Ids.RunId, data: ProviderData) =>
  Effect.flatMap(Agents.Agents, (agents) => agents.register(id, data))

const refused = (id: Ids.RunId, data: ProviderData) =>
  Effect.map(Effect.flip(register(id, data)), (error) => {
    expect(error._tag).toBe("InvalidProviderData")
    return error.message
  })

/** The same token, said otherwise and signed by somebody else who names the same key. */
const forged = (token: string, claims: JWTPayload = {}) =>
  Effect.promise(async () => {
    const { privateKey } = await generateKeyPair("RS256")
    const { kid = "" } = decodeProtectedHeader(token)
    return new SignJWT({ ...decodeJwt(token), ...claims }).setProtectedHeader({ alg: "RS256", kid }).sign(privateKey)
  })

describe("links that Prolific signs", () => {
  it.scopedLive(
    "let in whoever comes with the token of their own submission, in time",
    on(
      (double) =>
        Effect.gen(function* () {
          const { run, study } = yield* out(double, 2)
          const data = dataOf(double.people.arrive(study.id).link)
          expect(yield* register(run, data)).toMatchObject({ workerName: data.participant })
          const { link } = double.people.arrive(study.id)
          expect(yield* later("3 minutes", refused(run, dataOf(link)))).toContain("expired")
        }),
      secure
    )
  )

  it.scopedLive(
    "without a token, with another's, or signed by anybody else let nobody in, and Prolific is not asked",
    on(
      (double) =>
        Effect.gen(function* () {
          const { run, study } = yield* out(double, 2)
          const [mine, other] = [
            dataOf(double.people.arrive(study.id).link),
            dataOf(double.people.arrive(study.id).link)
          ]
          const { participant, submission, token = "" } = mine
          expect(yield* refused(run, { participant, study: study.id, submission })).toContain("not signed")
          expect(yield* refused(run, { ...mine, token: other.token })).toContain("not signed by Prolific")
          expect(yield* refused(run, { ...mine, participant: other.participant })).toContain("for another")
          expect(yield* refused(run, { ...mine, token: yield* forged(token) })).toContain("not signed by Prolific")
          const unsigned = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${token.split(".")[1]}.`
          expect(yield* refused(run, { ...mine, token: unsigned })).toContain("not signed by Prolific")
          expect(callsOf(double, "GET /api/v1/submissions/{id}/")).toBe(0)
        }),
      secure
    )
  )
})
