/** Signatures, what is wrong with a request, and what the service says of it. */
import { Sha256 } from "@aws-crypto/sha256-js"
import * as SDK from "@aws-sdk/client-mturk"
import { describe, expect, it } from "@effect/vitest"
import { SignatureV4 } from "@smithy/signature-v4"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
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
          headers: {
            host: new URL(url).host,
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": sent.target ?? target("GetAccountBalance")
          },
          body
        },
        { signingDate: new Date(now + (sent.ahead ?? 0) * 1000) }
      )
      const { host: _, ...rest } = sent.tamper?.(headers) ?? headers
      const response = await fetch(url, { method: "POST", headers: rest, body: sent.bodyAfter ?? body })
      const reply: unknown = JSON.parse(await response.text())
      return { status: response.status, type: response.headers.get("content-type"), reply }
    })
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
      const error = yield* Effect.flip(call((c) => c.send(new SDK.ListQualificationRequestsCommand({}))))
      expect([error.name, error.status, error.code]).toEqual(["RequestError", 400, "NotSupported"])
      expect(error.message).toContain("ListQualificationRequests is not offered by this service.")
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
