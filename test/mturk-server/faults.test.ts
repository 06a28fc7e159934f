import * as SDK from "@aws-sdk/client-mturk"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/TestClock"
import * as TestServices from "effect/TestServices"
import * as Faults from "../../src/mturk-server/Faults.js"
import * as samples from "./samples.js"
import { layer, Marketplace } from "./support.js"

const listed = Effect.gen(function* () {
  const { call } = yield* Marketplace
  return yield* call((c) => c.send(new SDK.ListHITsCommand({})))
})

const withScript = <A, E>(
  test: (script: Effect.Effect.Success<typeof Faults.scripted>) => Effect.Effect<A, E, Marketplace>
) => Effect.flatMap(Faults.scripted, (script) => Effect.provide(test(script), layer({ faults: script.faults })))

describe("faults", () => {
  it.scoped("DropBefore does nothing, DropAfter does it; neither answers", () =>
    withScript(({ add }) =>
      Effect.gen(function* () {
        yield* add("CreateHIT", Faults.dropBefore, Faults.dropAfter)
        const before = yield* Effect.flip(samples.create())
        expect([before.name, before.status]).toEqual(["TimeoutError", undefined])
        expect((yield* listed).HITs).toEqual([])
        yield* Effect.flip(samples.create())
        expect((yield* listed).NumResults).toBe(1)
        yield* samples.create()
        expect((yield* listed).NumResults).toBe(2)
      })
    )
  )

  it.scoped("Throttle, ServerError and Unavailable are what the SDK knows them as", () =>
    withScript(({ add }) =>
      Effect.gen(function* () {
        yield* add("ListHITs", Faults.throttle, Faults.serverError, Faults.unavailable, undefined)
        const throttled = yield* Effect.flip(listed)
        expect([throttled.name, throttled.status]).toEqual(["ThrottlingException", 400])
        const failed = yield* Effect.flip(listed)
        expect([failed.name, failed.status]).toEqual(["ServiceFault", 500])
        const unavailable = yield* Effect.flip(listed)
        expect([unavailable.name, unavailable.status]).toEqual(["SyntaxError", 503])
        yield* listed
      })
    )
  )

  it.scoped("the SDK sends again on its own what was dropped after it was done", () =>
    withScript(({ add }) =>
      Effect.gen(function* () {
        const { callWith } = yield* Marketplace
        yield* add("CreateHIT", Faults.dropAfter)
        yield* callWith({ maxAttempts: 3 }, (c) => c.send(new SDK.CreateHITCommand(samples.hit)))
        expect((yield* listed).NumResults).toBe(2)
      })
    )
  )

  it.scoped("EmptyPage leads on to the entries, at the start and in the middle", () =>
    withScript(({ add }) =>
      Effect.gen(function* () {
        const { call } = yield* Marketplace
        yield* Effect.forEach([1, 2, 3], () => samples.create())
        yield* add("ListHITs", Faults.emptyPage, undefined, Faults.emptyPage)
        const sizes: Array<number | undefined> = []
        let NextToken: string | undefined
        do {
          const page = yield* call((c) => c.send(new SDK.ListHITsCommand({ MaxResults: 2, NextToken })))
          expect(page.HITs?.length).toBe(page.NumResults)
          sizes.push(page.NumResults)
          NextToken = page.NextToken
        } while (NextToken !== undefined)
        expect(sizes).toEqual([0, 2, 0, 1, 0])
      })
    )
  )

  it.scoped("Delay answers later", () =>
    withScript(({ add }) =>
      Effect.gen(function* () {
        yield* add("ListHITs", Faults.delay("2 minutes"))
        const waiting = yield* Effect.fork(listed)
        const asleep = Effect.zipRight(TestServices.provideLive(Effect.sleep("5 millis")), TestClock.sleeps())
        yield* Effect.repeat(asleep, { until: (sleeps) => [...sleeps].some((at) => at === 120_000) })
        expect(Option.isNone(yield* Fiber.poll(waiting))).toBe(true)
        yield* TestClock.adjust("2 minutes")
        expect((yield* Fiber.join(waiting)).NumResults).toBe(0)
      })
    )
  )

  it.effect("by chance are the same with the same seed, in about the asked shares", () =>
    Effect.gen(function* () {
      const draw = (seed: number) => {
        const faults = Faults.seeded({ seed, shares: { throttle: 0.1, dropBefore: 0.1, dropAfter: 0.2 } })
        return Effect.forEach(Array.from({ length: 1000 }), () =>
          Effect.map(faults("CreateHIT"), Option.match({ onNone: () => "none", onSome: ({ _tag }) => _tag }))
        )
      }
      const first = yield* draw(1)
      expect(yield* draw(1)).toEqual(first)
      expect(yield* draw(2)).not.toEqual(first)
      const share = (tag: string) => first.filter((one) => one === tag).length / 1000
      expect(Math.abs(share("DropAfter") - 0.2)).toBeLessThan(0.05)
      expect(Math.abs(share("none") - 0.6)).toBeLessThan(0.05)
    })
  )

  it.effect("by chance can be for some operations only", () =>
    Effect.gen(function* () {
      const faults = Faults.seeded({ seed: 1, shares: { throttle: 1 }, operations: ["SendBonus"] })
      expect(yield* faults("SendBonus")).toEqual(Option.some(Faults.throttle))
      expect(yield* faults("CreateHIT")).toEqual(Option.none())
    })
  )
})
