/** How many new names visitors from one address may take. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { TooManyNames } from "../CrowdError.js"
import { boundedMap } from "../internal/boundedMap.js"

const hour = 3_600_000

/** Of so many addresses it is known what they took; each process knows for itself. */
const addressesAtMost = 10_000

export interface NewNames {
  /** Takes a name for somebody at this address; one that is not given after all does not count. */
  readonly taking: <A, E, R>(address: string, take: Effect.Effect<A, E, R>) => Effect.Effect<A, E | TooManyNames, R>
}

export const make = (perHour: number): NewNames => {
  const taken = boundedMap<ReadonlyArray<number>>(addressesAtMost)
  const within = (address: string, now: number) => (taken.get(address) ?? []).filter((at) => at > now - hour)
  return {
    taking: (address, take) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const before = within(address, now)
        if (before.length >= perHour) return yield* new TooManyNames({ address, perHour })
        taken.set(address, [...before, now])
        const giveBack = Effect.sync(() => {
          const all = [...(taken.get(address) ?? [])]
          all.splice(all.indexOf(now), 1)
          taken.set(address, all)
        })
        return yield* Effect.onError(take, () => giveBack)
      })
  }
}
