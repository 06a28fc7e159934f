/** Signatures, what is wrong with a request, and what the service says of it. */
import { Sha256 } from "@aws-crypto/sha256-js"
import * as SDK from "@aws-sdk/client-mturk"
import { describe, expect, it } from "@effect/vitest"
import { SignatureV4 } from "@smithy/signature-v4"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import { makeContext } from "../../src/mturk-server/makeContext.js"
import { spoilt } from "../support/unprintable.js"
import * as samples from "./samples.js"
import { credentials, layer, Marketplace } from "./support.js"

const target = (operation: string) => `MTurkRequesterServiceV20170117.${operation}`

interface Sent {
  readonly body?: string
  readonly target?: string
  readonly service?: string
  /** Seconds by which the signer's clock is ahead. */
  readonly ahead?: number
  /** Changes the request after it was signed. */
  readonly tamper?: (headers: Record<string, string>) => Record<string, string>
  readonly bodyAfter?: string
  /** Such as `{ x: "1" }`. */
  readonly query?: Record<string, string>
  readonly headers?: Record<string, string>
}

/** A request signed by hand, to be spoilt. */
const sendSigned = (sent: Sent = {}) =>
  Effect.gen(function* () {
    const { url } = yield* Marketplace
    const now = yield* Clock.currentTimeMillis
    const body = sent.body ?? "{}"
    const signer = new SignatureV4({
      credentials,
      region: "us-east-1",
      service: sent.service ?? "mturk-requester",
      sha256: Sha256
    })
    return yield* Effect.promise(async () => {
      const { headers } = await signer.sign(
        {
          method: "POST",
          protocol: "http:",
          hostname: "",
          path: "/",
          query: sent.query ?? {},
          headers: {
            ...sent.headers,
            host: new URL(url).host,
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": sent.target ?? target("GetAccountBalance")
          },
          body
        },
        { signingDate: new Date(now + (sent.ahead ?? 0) * 1000) }
      )
      const { host: _, ...rest } = sent.tamper?.(headers) ?? headers
      const address = `${url}/${sent.query ? `?${new URLSearchParams(sent.query)}` : ""}`
      const response = await fetch(address, { method: "POST", headers: rest, body: sent.bodyAfter ?? body })
      const reply: unknown = JSON.parse(await response.text())
      return { status: response.status, type: response.headers.get("content-type"), reply }
    })
  })

describe("an answer", () => {
  it.scoped("has an x-amzn-requestid of its own, whether it is a reply or an error", () =>
    Effect.gen(function* () {
      const { call, url } = yield* Marketplace
      const reply = yield* call((c) => c.send(new SDK.GetAccountBalanceCommand({})))
      const again = yield* call((c) => c.send(new SDK.GetAccountBalanceCommand({})))
      const [first, second] = [reply, again].map(({ $metadata }) => $metadata.requestId)
      expect([first, second]).toEqual([
        expect.stringMatching(/^[0-9a-f-]{36}$/),
        expect.stringMatching(/^[0-9a-f-]{36}$/)
      ])
      expect(second).not.toBe(first)
      const headers = { "x-amz-target": target("GetAccountBalance") }
      const refused = yield* Effect.promise(() => fetch(url, { method: "POST", headers, body: "{}" }))
      expect([refused.status, refused.headers.get("x-amzn-requestid")?.length]).toEqual([400, 36])
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("is the same for a POST to /?x=1, signed with it", () =>
    Effect.gen(function* () {
      expect((yield* sendSigned({ query: { x: "1", a: "b c" } })).status).toBe(200)
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("to a body that is gzip or aws-chunked says what is wrong with it", () =>
    Effect.gen(function* () {
      const refused = { __type: "SerializationException" }
      const gzip = yield* sendSigned({ headers: { "content-encoding": "gzip" } })
      expect(gzip).toMatchObject({
        status: 400,
        reply: { ...refused, message: 'The body is sent as "gzip". Send it as plain JSON, without a Content-Encoding.' }
      })
      const streaming = { "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" }
      const chunked = yield* sendSigned({ tamper: (headers) => ({ ...headers, ...streaming }) })
      expect(chunked.reply).toMatchObject({ ...refused, message: expect.stringContaining("aws-chunked") })
    }).pipe(Effect.provide(layer()))
  )
})

describe("a signature", () => {
  it.scoped("by a registered key is accepted", () =>
    Effect.gen(function* () {
      const answer = yield* sendSigned()
      expect(answer).toEqual({
        status: 200,
        type: "application/x-amz-json-1.1",
        reply: { AvailableBalance: "1000.00", OnHoldBalance: "0.00" }
      })
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("that is missing, cut short, of another service or another scheme is refused", () =>
    Effect.gen(function* () {
      const withAuthorization = (change: (value: string) => string) => (headers: Record<string, string>) => ({
        ...headers,
        authorization: change(headers["authorization"] ?? "")
      })
      const cases: ReadonlyArray<readonly [Sent, string]> = [
        [{ tamper: ({ authorization: _, ...rest }) => rest }, "MissingAuthenticationTokenException"],
        [{ tamper: withAuthorization((value) => value.slice(0, -10)) }, "IncompleteSignatureException"],
        [
          { tamper: withAuthorization((value) => value.replace("AWS4-HMAC-SHA256", "Bearer")) },
          "IncompleteSignatureException"
        ],
        [
          { tamper: withAuthorization((value) => value.replace("AKIDCROWD", "AKIDNOBODY")) },
          "UnrecognizedClientException"
        ],
        [
          { tamper: withAuthorization((value) => value.replace("us-east-1", "eu-west-1")) },
          "InvalidSignatureException"
        ],
        [{ tamper: withAuthorization((value) => value.replace("host;", "")) }, "InvalidSignatureException"],
        [{ tamper: withAuthorization((value) => value.replace(/;x-amz-target/, "")) }, "InvalidSignatureException"],
        [{ service: "sns" }, "InvalidSignatureException"],
        [{ bodyAfter: '{"MaxResults":100}' }, "InvalidSignatureException"],
        [{ tamper: (headers) => ({ ...headers, "x-amz-target": target("ListHITs") }) }, "InvalidSignatureException"],
        [
          { tamper: (headers) => ({ ...headers, "x-amz-content-sha256": "0".repeat(64) }), bodyAfter: "[]" },
          "InvalidSignatureException"
        ]
      ]
      for (const [sent, type] of cases) {
        const { reply, status } = yield* sendSigned(sent)
        expect([sent, status, reply]).toEqual([sent, 400, { __type: type, message: expect.any(String) }])
      }
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("over headers that were not sent, such as SignedHeaders=__proto__, is refused as other nonsense is", () =>
    Effect.gen(function* () {
      for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty", "x-none", "%00", "é"]) {
        const tamper = ({ authorization = "", ...rest }: Record<string, string>) => ({
          ...rest,
          authorization: authorization.replace(";x-amz-target", `;x-amz-target;${name}`)
        })
        const { reply, status } = yield* sendSigned({ tamper })
        expect([name, status, reply]).toEqual([
          name,
          400,
          { __type: "InvalidSignatureException", message: expect.any(String) }
        ])
      }
      const query = Object.fromEntries([["__proto__", "1"]])
      expect((yield* sendSigned({ query })).status).toBeLessThan(500)
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("holds for five minutes, either way", () =>
    Effect.gen(function* () {
      for (const [ahead, status] of [
        [-299, 200],
        [299, 200],
        [-301, 400],
        [301, 400]
      ] as const) {
        expect([ahead, (yield* sendSigned({ ahead })).status]).toEqual([ahead, status])
      }
    }).pipe(Effect.provide(layer()), (test) => Effect.zipRight(TestClock.adjust("1 day"), test))
  )

  it.scoped("of the SDK with a wrong secret is refused", () =>
    Effect.gen(function* () {
      const { callWith } = yield* Marketplace
      const wrong = { ...credentials, secretAccessKey: "another" }
      const error = yield* Effect.flip(
        callWith({ credentials: wrong }, (c) => c.send(new SDK.GetAccountBalanceCommand({})))
      )
      expect([error.name, error.status]).toEqual(["InvalidSignatureException", 400])
      const unknown = { ...credentials, accessKeyId: "AKIDNOBODY" }
      const nobody = yield* Effect.flip(
        callWith({ credentials: unknown }, (c) => c.send(new SDK.GetAccountBalanceCommand({})))
      )
      expect(nobody.name).toBe("UnrecognizedClientException")
    }).pipe(Effect.provide(layer()))
  )
})

describe("a request", () => {
  it.scoped("that breaks constraints is told each of them", () =>
    Effect.gen(function* () {
      const { call } = yield* Marketplace
      const bonus = yield* Effect.flip(
        call((c) =>
          c.send(new SDK.SendBonusCommand({ WorkerId: "A1", AssignmentId: "A1", BonusAmount: "0.9752", Reason: "x" }))
        )
      )
      expect([bonus.name, bonus.message]).toEqual([
        "ValidationException",
        "1 validation error detected: Value '0.9752' at 'bonusAmount' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[0-9]+(\\.)?[0-9]{0,2}$"
      ])
      const several = yield* sendSigned({
        target: target("ListReviewableHITs"),
        body: JSON.stringify({ Status: "Odd", MaxResults: 101, HITTypeId: "lower" })
      })
      expect(several.reply).toEqual({
        __type: "ValidationException",
        message:
          "3 validation errors detected: Value 'lower' at 'hITTypeId' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[A-Z0-9]+$; Value 'Odd' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Reviewable, Reviewing]; Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100"
      })
      const missing = yield* sendSigned({ target: target("GetHIT"), body: '{"HITId":null}' })
      expect(missing.reply).toEqual({
        __type: "ValidationException",
        message:
          "1 validation error detected: Value null at 'hITId' failed to satisfy constraint: Member must not be null"
      })
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("that is not JSON, of the wrong types, or of no operation is refused", () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<readonly [Sent, string]> = [
        [{ body: "{" }, "SerializationException"],
        [{ body: "[]", target: target("GetHIT") }, "SerializationException"],
        [{ body: '{"MaxResults":"ten"}', target: target("ListHITs") }, "SerializationException"],
        [{ target: target("NoSuchOperation") }, "UnknownOperationException"],
        [{ target: "GetAccountBalance" }, "UnknownOperationException"],
        [{ target: target("toString") }, "UnknownOperationException"]
      ]
      for (const [sent, type] of cases) {
        const { reply, status } = yield* sendSigned(sent)
        expect([sent, status, reply]).toEqual([sent, 400, { __type: type, message: expect.any(String) }])
      }
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("that holds JSON of which no text can be made is refused, wherever it stands", () =>
    Effect.gen(function* () {
      const requirement = { QualificationTypeId: "Q", Comparator: "In", LocaleValues: [{ Country: "US" }] }
      const requests = [
        ["GetHIT", { HITId: "ABC" }],
        ["ListAssignmentsForHIT", { HITId: "ABC", AssignmentStatuses: ["Submitted"] }],
        ["CreateHIT", { ...samples.hit, QualificationRequirements: [requirement] }],
        ["SendBonus", { WorkerId: "A1", AssignmentId: "A1", BonusAmount: "0.97", Reason: "x" }]
      ] as const
      for (const [operation, request] of requests) {
        for (const body of spoilt(request).map((value) => JSON.stringify(value))) {
          const { reply, status } = yield* sendSigned({ target: target(operation), body })
          expect([body, status, reply]).toEqual([body, 400, expect.objectContaining({ __type: expect.any(String) })])
        }
      }
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("may have null members and members that nobody knows", () =>
    Effect.gen(function* () {
      const body = '{"NextToken":null,"MaxResults":null,"Unknown":{"a":1}}'
      const { reply, status } = yield* sendSigned({ target: target("ListHITs"), body })
      expect([status, reply]).toEqual([200, { NumResults: 0, HITs: [] }])
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("for an operation that is not offered is told so", () =>
    Effect.gen(function* () {
      const { call } = yield* Marketplace
      const error = yield* Effect.flip(
        call((c) => c.send(new SDK.ListReviewPolicyResultsForHITCommand({ HITId: "ABC" })))
      )
      expect([error.name, error.status, error.code]).toEqual(["RequestError", 400, "NotSupported"])
      expect(error.message).toContain("ListReviewPolicyResultsForHIT is not offered by this service.")
    }).pipe(Effect.provide(layer()))
  )
})

describe("an error", () => {
  it.scoped("is a RequestError in the recorded form; the sandbox says that it is one", () =>
    Effect.gen(function* () {
      const read = sendSigned({ target: target("GetHIT"), body: '{"HITId":"3PR3"}' })
      const now = yield* Clock.currentTimeMillis
      expect(yield* read).toEqual({
        status: 400,
        type: "application/x-amz-json-1.1",
        reply: {
          __type: "RequestError",
          Message: `Hit 3PR3 does not exist. (${now} s)`,
          TurkErrorCode: "AWS.MechanicalTurk.HITDoesNotExist"
        }
      })
    }).pipe(Effect.provide(layer({ mode: "sandbox" })), (test) =>
      Effect.zipRight(TestClock.setTime(1_624_047_673_908), test)
    )
  )

  it.scoped("is an instance of the SDK's own class", () =>
    Effect.gen(function* () {
      const { client } = yield* Marketplace
      client.config.systemClockOffset = -Date.now()
      const error = yield* Effect.promise(() =>
        client.send(new SDK.GetHITCommand({ HITId: "NOTHING" })).then(
          () => undefined,
          (error: unknown) => error
        )
      )
      expect(error).toBeInstanceOf(SDK.RequestError)
    }).pipe(Effect.provide(layer()))
  )
})

describe("dates", () => {
  it.scoped("are whole seconds since 1970", () =>
    Effect.gen(function* () {
      const { id } = yield* samples.create()
      const { reply } = yield* sendSigned({ target: target("GetHIT"), body: JSON.stringify({ HITId: id }) })
      expect(reply).toMatchObject({ HIT: { CreationTime: 1_624_047_673, Expiration: 1_624_047_673 + 86_400 } })
    }).pipe(Effect.provide(layer()), (test) => Effect.zipRight(TestClock.setTime(1_624_047_673_908), test))
  )
})

describe("what the model says of values", () => {
  it.scoped("is said of a wrong enum in an optional list, which is named", () =>
    Effect.gen(function* () {
      const { id } = yield* samples.create()
      const { reply } = yield* sendSigned({
        target: target("ListAssignmentsForHIT"),
        body: JSON.stringify({ HITId: id, AssignmentStatuses: ["Submitted", "Done"] })
      })
      expect(reply).toEqual({
        __type: "ValidationException",
        message:
          "1 validation error detected: Value 'Done' at 'assignmentStatuses.2.member' failed to satisfy constraint: Member must satisfy enum value set: [Submitted, Approved, Rejected]"
      })
    }).pipe(Effect.provide(layer()))
  )

  it.scoped("is said of 16 integers and 31 locales", () =>
    Effect.gen(function* () {
      const named = (requirement: Partial<SDK.QualificationRequirement>) =>
        samples.create({
          QualificationRequirements: [
            { QualificationTypeId: "00000000000000000071", Comparator: "In" as const, ...requirement }
          ]
        })
      const integers = yield* Effect.flip(named({ IntegerValues: Array.from({ length: 16 }, (_, n) => n) }))
      expect([integers.name, integers.message]).toEqual([
        "ValidationException",
        expect.stringContaining(
          "integerValues' failed to satisfy constraint: Member must have length less than or equal to 15"
        )
      ])
      const locales = yield* Effect.flip(named({ LocaleValues: Array.from({ length: 31 }, () => ({ Country: "US" })) }))
      expect(locales.message).toContain(
        "localeValues' failed to satisfy constraint: Member must have length less than or equal to 30"
      )
      yield* named({ LocaleValues: Array.from({ length: 30 }, () => ({ Country: "US" })) })
    }).pipe(Effect.provide(layer()))
  )

  it.scoped(
    "and layouts without a layout, more places than there can be, and pages that collect nothing are refused",
    () =>
      Effect.gen(function* () {
        const refused = (input: Partial<SDK.CreateHITCommandInput>) =>
          Effect.map(Effect.flip(samples.create(input)), ({ code, message }) => `${code}: ${message}`)
        expect(yield* refused({ HITLayoutParameters: [{ Name: "a", Value: "b" }] })).toMatch(
          /^InvalidParameterValue: .*HITLayoutId/
        )
        expect(yield* refused({ MaxAssignments: 10_001 })).toMatch(/^InvalidParameterValue: .*10000.*several HITs/)
        const page = samples.hit.Question.replace(/<input name="label">/, "<crowd-input name='label'></crowd-input>")
        expect(yield* refused({ Question: page })).toMatch(/^InvalidParameterValue: .*crowd-.*ExternalQuestion/)
        yield* samples.create({ Question: page.replace("<crowd-input", "<input type=hidden name=x><crowd-input") })
        const fields = Array.from({ length: 1_001 }, (_, i) => `<input name=f${i}>`).join("")
        const many = samples.hit.Question.replace(/<input name="label">/, fields)
        expect(yield* refused({ Question: many })).toMatch(/^InvalidParameterValue: .*1001 names.*1000/)
      }).pipe(Effect.provide(layer()))
  )
})

describe("UpdateNotificationSettings", () => {
  it.scoped("is taken and kept, and the log says once that nothing is delivered", () => {
    const lines: Array<string> = []
    const logger = Logger.make<unknown, void>(({ message }) => void lines.push(String(message)))
    return Effect.gen(function* () {
      const { call } = yield* Marketplace
      const { type } = yield* samples.create()
      const notification = {
        Destination: "https://sqs.us-east-1.amazonaws.com/1/q",
        Transport: "SQS" as const,
        Version: "2006-05-05",
        EventTypes: ["AssignmentSubmitted" as const]
      }
      const update = (input: Partial<SDK.UpdateNotificationSettingsCommandInput>) =>
        call((c) => c.send(new SDK.UpdateNotificationSettingsCommand({ HITTypeId: type, ...input })))
      yield* update({ Notification: notification, Active: true })
      yield* update({ Active: false })
      expect((yield* Effect.flip(update({}))).code).toBe("InvalidParameterValue")
      const { rows } = yield* makeContext(Option.none())
      expect(Option.getOrThrow(yield* rows.notifications.get(type))).toEqual({
        notification: Option.some(notification),
        active: false
      })
      expect(lines.filter((line) => line.includes("delivers nothing"))).toHaveLength(1)
    }).pipe(Effect.provide(Layer.provideMerge(layer(), Logger.replace(Logger.defaultLogger, logger))))
  })
})
