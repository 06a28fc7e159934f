import { describe, expect, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { ProviderError, Uncertain } from "../../src/CrowdError.js"
import type { Outward } from "../../src/Driver.js"
import { Token } from "../../src/Ids.js"
import { complete, pagewise } from "../../src/journal/pagewise.js"

const uncertain = new Uncertain({ token: Token.make("a"), operation: "launch", subject: "unit" })
const refused = new ProviderError({ reason: "Rejected", provider: "p", method: "launch", description: "no" })

const twoAtOnce: Outward<number, never> = {
  pageSize: 2,
  concurrency: 2,
  repeatableFor: Duration.zero,
  lookUp: Option.none(),
  send: () => Effect.succeed([])
}

/** Sends the numbers 1 to 12; the page that begins with 1 fails after one second, every other succeeds after three. */
const sendAll = <E extends { readonly _tag: string }>(error: E) =>
  Effect.gen(function* () {
    const ended = yield* Ref.make<ReadonlyArray<number>>([])
    const send = (page: ReadonlyArray<number>) =>
      page.includes(1)
        ? Effect.delay(Effect.fail(error), "1 second")
        : Effect.delay(
            Ref.update(ended, (all) => [...all, ...page]),
            "3 seconds"
          )
    const fiber = yield* Effect.fork(Effect.flip(Stream.runDrain(pagewise(Stream.range(1, 12), twoAtOnce, send))))
    yield* TestClock.adjust("1 minute")
    return { failure: yield* fiber, ended: yield* ended }
  })

describe("pagewise", () => {
  it.effect("lets a page end that is under way when another fails, and tells the failure then", () =>
    Effect.gen(function* () {
      const { ended, failure } = yield* sendAll(refused)
      expect(ended).toEqual(expect.arrayContaining([3, 4]))
      expect(ended).not.toContain(11)
      expect(failure).toBe(refused)
    })
  )

  it.effect("sends every other page when something in one is uncertain", () =>
    Effect.gen(function* () {
      const { ended, failure } = yield* sendAll(uncertain)
      expect(ended).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
      expect(failure).toBe(uncertain)
    })
  )

  it.effect("answers every page when none fails", () =>
    Effect.gen(function* () {
      const pages = yield* Stream.runCollect(
        pagewise(Stream.range(1, 5), twoAtOnce, (page) => Effect.succeed(page.length))
      )
      expect(Chunk.toReadonlyArray(pages)).toEqual([2, 2, 1])
    })
  )

  it.effect("fails rather with what concerns every order than with what is uncertain of one", () =>
    Effect.gen(function* () {
      const outcomes: ReadonlyArray<Either.Either<number, Uncertain | ProviderError>> = [
        Either.left(uncertain),
        Either.right(1),
        Either.left(refused)
      ]
      const failure = yield* Effect.flip(complete(outcomes))
      expect(failure).toBe(refused)
    })
  )
})
