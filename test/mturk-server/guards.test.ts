/** Qualifications that workers ask for, and what they see of HITs that need one. */
import * as SDK from "@aws-sdk/client-mturk"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { Lobby } from "../../src/server/WorkApi.js"
import * as sqlite from "../support/sqlite.js"
import * as samples from "./samples.js"
import { layer, Marketplace, strangers } from "./support.js"

const send = <A>(use: (client: SDK.MTurkClient) => Promise<A>) => Effect.flatMap(Marketplace, ({ call }) => call(use))

const codeOf = <A>(use: (client: SDK.MTurkClient) => Promise<A>) =>
  Effect.map(Effect.flip(send(use)), ({ code, name }) => code ?? name)

const created = (...input: Parameters<typeof samples.createQualification>) =>
  Effect.map(samples.createQualification(...input), ({ id }) => id)

/** A HIT for those who have the qualification. */
const guarded = (QualificationTypeId: string, more: Partial<SDK.QualificationRequirement> = {}) =>
  samples.create({ QualificationRequirements: [{ QualificationTypeId, Comparator: "Exists", ...more }] })

/** What the browser of who is at 127.0.0.1 asks for. */
const ask = (path: string, method = "GET") =>
  Effect.flatMap(Marketplace, ({ url }) =>
    Effect.promise(async () => {
      const response = await fetch(new URL(path, url), { method })
      return { status: response.status, text: await response.text() }
    })
  )

const me = "127.0.0.1"

const offer = (type: string) =>
  Effect.gen(function* () {
    const { text } = yield* ask("/api/work/lobby")
    const { offers } = yield* Schema.decodeUnknown(Schema.parseJson(Lobby))(text)
    return offers.find(({ run }) => run === `run_${type}`)
  })

const previewed = (type: string) => ask(`/frame/preview/run_${type}?assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE`)

const request = (type: string) => Effect.map(ask(`/api/work/qualifications/qual_${type}`, "POST"), ({ text }) => text)

const requests = (input: SDK.ListQualificationRequestsCommandInput = {}) =>
  Effect.map(
    send((c) => c.send(new SDK.ListQualificationRequestsCommand(input))),
    ({ QualificationRequests = [] }) => QualificationRequests
  )

const accepting =
  (QualificationRequestId = "", IntegerValue?: number) =>
  (c: SDK.MTurkClient) =>
    c.send(new SDK.AcceptQualificationRequestCommand({ QualificationRequestId, IntegerValue }))

const rejecting =
  (QualificationRequestId = "", Reason?: string) =>
  (c: SDK.MTurkClient) =>
    c.send(new SDK.RejectQualificationRequestCommand({ QualificationRequestId, Reason }))

const score = (QualificationTypeId: string, WorkerId: string) =>
  Effect.map(
    send((c) => c.send(new SDK.GetQualificationScoreCommand({ QualificationTypeId, WorkerId }))),
    ({ Qualification }) => Qualification?.IntegerValue
  )

const lacking = (status: string, reason: string | null = null) => [{ name: "Reads German", status, reason }]

describe("a qualification that a worker asks for", () => {
  it.scoped("is granted at once where it is AutoGranted, with its AutoGrantedValue, and opens the HIT", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const id = yield* created({ AutoGranted: true, AutoGrantedValue: 7 })
      const { type } = yield* guarded(id, { Comparator: "EqualTo", IntegerValues: [7] })
      expect(yield* offer(type)).toMatchObject({
        yours: 0,
        refusal: { _tag: "LacksQualification" },
        lacks: lacking("open")
      })
      expect(yield* request(id)).toBe('{"status":"granted"}')
      expect(yield* offer(type)).toMatchObject({ yours: 1, refusal: null, lacks: [] })
      const { workerId } = yield* market.accept(me, type)
      expect(yield* score(id, workerId)).toBe(7)
      expect(yield* requests()).toEqual([])
      expect(yield* request(id)).toBe('{"status":"granted"}')
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("is worth 1 where nothing else is said of AutoGranted", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const id = yield* created({ AutoGranted: true })
      const { type } = yield* guarded(id, { Comparator: "EqualTo", IntegerValues: [1] })
      yield* request(id)
      yield* market.accept(me, type)
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("waits in ListQualificationRequests where it is not, until AcceptQualificationRequest grants it", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const id = yield* created()
      const { type } = yield* guarded(id)
      expect(yield* request(id)).toBe('{"status":"asked"}')
      expect(yield* request(id)).toBe('{"status":"asked"}')
      expect(yield* offer(type)).toMatchObject({ yours: 0, lacks: lacking("asked") })
      const [waiting, ...others] = yield* requests({ QualificationTypeId: id })
      expect(others).toEqual([])
      expect(waiting).toMatchObject({ QualificationTypeId: id, SubmitTime: new Date(0) })
      const theirs = { credentials: strangers }
      expect(
        (yield* market.callWith(theirs, (c) => c.send(new SDK.ListQualificationRequestsCommand({})))).NumResults
      ).toBe(0)
      const notTheirs = yield* Effect.flip(market.callWith(theirs, accepting(waiting?.QualificationRequestId)))
      expect(notTheirs.code).toBe("QualificationRequestDoesNotExist")
      yield* send(accepting(waiting?.QualificationRequestId, 42))
      expect(yield* requests()).toEqual([])
      const { workerId } = yield* market.accept(me, type)
      expect([workerId, yield* score(id, workerId)]).toEqual([waiting?.WorkerId, 42])
      expect(yield* codeOf(accepting(waiting?.QualificationRequestId))).toBe("InvalidQualificationRequestState")
      expect(yield* codeOf(rejecting(waiting?.QualificationRequestId))).toBe("InvalidQualificationRequestState")
    }).pipe(Effect.provide(layer({ store: sqlite.layer() })))
  )

  it.scoped("is granted or refused, where both are asked for at once: whichever is answered with success", () =>
    Effect.gen(function* () {
      for (let n = 0; n < 20; n++) {
        const id = yield* created({ Name: `Reads ${n}` })
        yield* request(id)
        const [waiting] = yield* requests({ QualificationTypeId: id })
        const both = [
          send(accepting(waiting?.QualificationRequestId)),
          send(rejecting(waiting?.QualificationRequestId))
        ]
        const [accepted, rejected] = yield* Effect.forEach(n % 2 === 0 ? both : both.reverse(), Effect.either, {
          concurrency: "unbounded"
        }).pipe(Effect.map((all) => (n % 2 === 0 ? all : all.reverse()).map(Either.isRight)))
        expect([accepted, rejected].filter(Boolean)).toEqual([true])
        const scored = yield* Effect.either(score(id, waiting?.WorkerId ?? ""))
        expect(Either.isRight(scored)).toBe(accepted)
        expect(yield* request(id)).toBe(accepted ? '{"status":"granted"}' : '{"status":"refused"}')
      }
    }).pipe(Effect.provide(layer({ store: sqlite.layer() })))
  )

  it.scoped("is refused by RejectQualificationRequest, whose reason the worker reads, and is asked for once", () =>
    Effect.gen(function* () {
      const id = yield* created()
      const { type } = yield* guarded(id)
      yield* request(id)
      const [waiting] = yield* requests()
      yield* send(rejecting(waiting?.QualificationRequestId, "Read <aloud> first"))
      expect(yield* requests()).toEqual([])
      expect(yield* offer(type)).toMatchObject({ yours: 0, lacks: lacking("refused", "Read <aloud> first") })
      yield* TestClock.adjust("300 days")
      expect(yield* request(id)).toBe('{"status":"refused"}')
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("may be asked for again after its RetryDelayInSeconds, and not before", () =>
    Effect.gen(function* () {
      const id = yield* created({ RetryDelayInSeconds: 60 })
      yield* request(id)
      const [waiting] = yield* requests()
      yield* send(rejecting(waiting?.QualificationRequestId))
      yield* TestClock.adjust("59 seconds")
      expect(yield* request(id)).toBe('{"status":"refused"}')
      yield* TestClock.adjust("1 second")
      expect(yield* request(id)).toBe('{"status":"asked"}')
      expect(yield* requests()).toHaveLength(1)
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("is not there where it was deleted, is inactive, or never was; nor are its requests", () =>
    Effect.gen(function* () {
      const inactive = yield* created({ Name: "Inactive", QualificationTypeStatus: "Inactive" })
      const id = yield* created()
      yield* request(id)
      const [waiting] = yield* requests()
      yield* send((c) => c.send(new SDK.DeleteQualificationTypeCommand({ QualificationTypeId: id })))
      expect(yield* requests()).toEqual([])
      expect(yield* codeOf(accepting(waiting?.QualificationRequestId))).toBe("QualificationRequestDoesNotExist")
      expect(yield* codeOf(accepting("x".repeat(70_000)))).toBe("InvalidParameterValue")
      expect(yield* codeOf((c) => c.send(new SDK.ListQualificationRequestsCommand({ QualificationTypeId: id })))).toBe(
        "QualificationTypeDoesNotExist"
      )
      for (const gone of [id, inactive, "UNKNOWN"]) {
        expect((yield* ask(`/api/work/qualifications/qual_${gone}`, "POST")).status).toBe(404)
      }
    }).pipe(Effect.provide(layer()))
  )
})

/** Neither previewed nor accepted, until the qualification that is AutoGranted is asked for. */
const opensOnceGranted = (id: string, type: string) =>
  Effect.gen(function* () {
    const market = yield* Marketplace
    expect((yield* previewed(type)).status).toBe(404)
    expect((yield* Effect.flip(market.accept(me, type))).reason._tag).toBe("LacksQualification")
    yield* request(id)
    expect(yield* offer(type)).toMatchObject({ yours: 1, preview: true })
    expect((yield* previewed(type)).status).toBe(200)
  })

describe("ActionsGuarded", () => {
  it.scoped("Accept: who lacks the qualification sees the HIT and its preview, and cannot accept it", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const { type } = yield* guarded(yield* created(), { ActionsGuarded: "Accept" })
      expect(yield* offer(type)).toMatchObject({ yours: 0, preview: true, refusal: { _tag: "LacksQualification" } })
      const page = yield* previewed(type)
      expect([page.status, page.text.includes('name="label"')]).toEqual([200, true])
      expect((yield* Effect.flip(market.accept(me, type))).reason._tag).toBe("LacksQualification")
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("PreviewAndAccept: they see that it is on offer, and neither preview nor accept it", () =>
    Effect.gen(function* () {
      const id = yield* created({ AutoGranted: true })
      const { type } = yield* guarded(id, { ActionsGuarded: "PreviewAndAccept" })
      expect(yield* offer(type)).toMatchObject({ yours: 0, preview: false, lacks: lacking("open") })
      yield* opensOnceGranted(id, type)
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("DiscoverPreviewAndAccept: it is hidden from them, and neither previewed nor accepted", () =>
    Effect.gen(function* () {
      const id = yield* created({ AutoGranted: true })
      const { type } = yield* guarded(id, { ActionsGuarded: "DiscoverPreviewAndAccept" })
      expect(yield* offer(type)).toBeUndefined()
      yield* opensOnceGranted(id, type)
    }).pipe(Effect.provide(layer()))
  )

  it.scoped(
    "of several that are not met the strictest holds; those that are met, and the marketplace's own, hide nothing",
    () =>
      Effect.gen(function* () {
        const [german, french] = [yield* created({ AutoGranted: true }), yield* created({ Name: "Reads French" })]
        const system = "000000000000000000L0"
        const { type } = yield* samples.create({
          QualificationRequirements: [
            { QualificationTypeId: german, Comparator: "Exists", ActionsGuarded: "DiscoverPreviewAndAccept" },
            { QualificationTypeId: french, Comparator: "Exists", ActionsGuarded: "PreviewAndAccept" },
            {
              QualificationTypeId: system,
              Comparator: "GreaterThan",
              IntegerValues: [99],
              ActionsGuarded: "DiscoverPreviewAndAccept"
            }
          ]
        })
        expect(yield* offer(type)).toBeUndefined()
        yield* request(german)
        expect(yield* offer(type)).toMatchObject({ preview: false, lacks: [{ name: "Reads French", status: "open" }] })
      }).pipe(Effect.provide(layer()))
  )

  it.scoped("leaves to whoever is at work what they have, though they lose the qualification", () =>
    Effect.gen(function* () {
      const market = yield* Marketplace
      const id = yield* created({ AutoGranted: true })
      const { type } = yield* guarded(id, { ActionsGuarded: "DiscoverPreviewAndAccept" })
      yield* request(id)
      const { agent, workerId } = yield* market.accept(me, type)
      yield* send((c) =>
        c.send(new SDK.DisassociateQualificationFromWorkerCommand({ QualificationTypeId: id, WorkerId: workerId }))
      )
      expect(yield* offer(type)).toMatchObject({ held: agent.id })
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("is PreviewAndAccept where only the old RequiredToPreview is set, and else Accept", () =>
    Effect.gen(function* () {
      const id = yield* created()
      const old = yield* guarded(id, { RequiredToPreview: true })
      const plain = yield* guarded(id)
      expect([(yield* offer(old.type))?.preview, (yield* offer(plain.type))?.preview]).toEqual([false, true])
    }).pipe(Effect.provide(layer()))
  )
})
