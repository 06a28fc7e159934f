import { describe, expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Ids from "../../Ids.js"
import { Requesters } from "../../Requesters.js"
import type { Suite } from "../Suite.js"
import { make, refusal } from "./kit.js"

export const requesters: Suite<never> = {
  run: (test, harness) => {
    const kit = make(harness)
    const args = kit.harness.registerArgs ?? {}

    describe("Requesters", () => {
      test("MUST answer the same requester for the same name", () =>
        Effect.gen(function* () {
          const requesters = yield* Requesters
          const name = yield* kit.unique("requester")
          const first = yield* requesters.register(name, args)
          expect(first.name).toBe(name)
          expect((yield* requesters.register(name, args)).id).toBe(first.id)
        }))

      test("MUST make one requester of two registrations at once", () =>
        Effect.gen(function* () {
          const requesters = yield* Requesters
          const name = yield* kit.unique("requester")
          const [a, b] = yield* Effect.all([requesters.register(name, args), requesters.register(name, args)], {
            concurrency: 2
          })
          expect(a.id).toBe(b.id)
        }))

      test("MUST find a requester by id and by name", () =>
        Effect.gen(function* () {
          const requesters = yield* Requesters
          const made = yield* kit.requester
          expect(yield* requesters.get(made.id)).toEqual(made)
          expect(yield* requesters.findByName(made.name)).toEqual(made)
        }))

      test("MUST publish args that fit its own registerArgs", () =>
        Effect.gen(function* () {
          const { registerArgs } = yield* Requesters
          yield* Schema.decodeUnknown(registerArgs)(args)
        }))

      test("MUST refuse args that do not fit registerArgs, and make nobody", () =>
        Effect.gen(function* () {
          const requesters = yield* Requesters
          const name = yield* kit.unique("requester")
          const wrong = kit.harness.wrongRegisterArgs ?? null
          yield* refusal(requesters.register(name, wrong), "InvalidRegisterArgs")
          yield* refusal(requesters.findByName(name), "RequesterNotFound")
        }))

      test("MUST confirm that a requester is registered", () =>
        Effect.gen(function* () {
          const requesters = yield* Requesters
          const made = yield* kit.requester
          expect(yield* requesters.isRegistered(made.id)).toBe(true)
        }))

      test("MUST say RequesterNotFound of an id it does not know", () =>
        Effect.gen(function* () {
          const requesters = yield* Requesters
          const nobody = yield* Ids.requesterId
          yield* refusal(requesters.get(nobody), "RequesterNotFound")
          yield* refusal(requesters.isRegistered(nobody), "RequesterNotFound")
        }))

      test("MUST list every requester once, oldest first", () =>
        Effect.gen(function* () {
          const requesters = yield* Requesters
          const a = yield* kit.requester
          yield* kit.pass("10 millis")
          const b = yield* kit.requester
          const ids = [...(yield* Stream.runCollect(requesters.list))].map(({ id }) => id)
          expect(ids.filter((id) => id === a.id || id === b.id)).toEqual([a.id, b.id])
        }))
    })
  }
}
