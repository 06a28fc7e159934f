/** What a failure was made from: there for logs, in no JSON, and without what was sent. */
import { inspect } from "node:util"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { CrowdError, ProviderError, StoreError } from "../../src/CrowdError.js"

const made = {
  ProviderError: (cause?: unknown) =>
    new ProviderError({ reason: "Unavailable", provider: "acme", method: "launch", description: "no answer", cause }),
  StoreError: (cause?: unknown) => new StoreError({ reason: "Failed", operation: "put", description: "no", cause })
}

/** All that can be reached from it, hidden or not. */
const reachable = (value: unknown): string => inspect(value, { depth: 20, showHidden: true, getters: true })

const secret = "Bearer of a secret"

describe.each(["ProviderError", "StoreError"] as const)("the cause of a %s", (tag) => {
  const inner = Object.assign(new TypeError("fetch failed", { cause: new Error("ECONNREFUSED 127.0.0.1") }), {
    code: 7
  })
  const error = made[tag](inner)

  it("is there, with name, message, stack, code and its own cause, and shows in Cause.pretty", () => {
    expect(error.cause).toMatchObject({ name: "TypeError", message: "fetch failed", code: 7, stack: inner.stack })
    const pretty = Cause.pretty(Cause.fail(error), { renderErrorCause: true })
    expect(pretty).toContain("[cause]: TypeError: fetch failed")
    expect(pretty).toContain("[cause]: Error: ECONNREFUSED 127.0.0.1")
  })

  it("is in no JSON, and what was decoded has none", () => {
    const encoded = Schema.encodeSync(CrowdError)(error)
    expect(encoded).toStrictEqual(Schema.encodeSync(CrowdError)(made[tag]()))
    expect(encoded).not.toHaveProperty("cause")
    expect(JSON.stringify(error)).toBe(JSON.stringify(made[tag]()))
    expect(Schema.decodeSync(CrowdError)(encoded).cause).toBeUndefined()
    expect("cause" in made[tag]()).toBe(false)
  })

  it.effect("never holds request headers, whatever client made it", () =>
    Effect.gen(function* () {
      const client = yield* HttpClient.HttpClient
      const request = HttpClientRequest.get("http://127.0.0.1:1/x", { headers: { authorization: secret } })
      const refused = yield* Effect.flip(client.execute(request))
      expect(reachable(refused)).toContain(secret)
      const ofOthers = Object.assign(new Error("no", { cause: { message: "inner", config: { headers: [secret] } } }), {
        request: { _header: secret }
      })
      for (const cause of [refused, ofOthers, { message: "odd", headers: secret }, { headers: secret }]) {
        expect(reachable(made[tag](cause))).not.toContain(secret)
        expect(reachable(made[tag](cause).cause)).toContain("Error")
      }
      expect(made[tag](refused).cause).toMatchObject({ name: "RequestError", message: refused.message })
    }).pipe(Effect.provide(FetchHttpClient.layer))
  )

  it("may be a text, and ends where causes go round", () => {
    expect(made[tag]("a text").cause).toBe("a text")
    const round: { message: string; cause?: unknown } = { message: "round" }
    round.cause = round
    expect(reachable(made[tag](round))).toContain("round")
  })
})
