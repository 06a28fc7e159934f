/** Calls that fail: the next ones that are named, or a share of all of them, by the seed. */
import type { CallName } from "./operations.js"
import type { Detail } from "./refusals.js"

export type Fault =
  /** Said no before anything was done, with an error of theirs. */
  | { readonly kind: "refuse"; readonly status: number; readonly detail?: Detail | undefined }
  /** A gateway's page and a 5xx, before or after it was done. */
  | { readonly kind: "break"; readonly status: number; readonly after: boolean }
  /** The connection is cut, before or after it was done. */
  | { readonly kind: "drop"; readonly after: boolean }
  /** Done, and answered so many real milliseconds later. */
  | { readonly kind: "slow"; readonly ms: number }
  /** Done, and answered with this in place of JSON. */
  | { readonly kind: "garble"; readonly text: string }
  /** Sent elsewhere before anything was done. */
  | { readonly kind: "redirect"; readonly status: 301 | 302 | 307 | 308; readonly to: string }

export interface Storm {
  /** Which share of calls fails, between 0 and 1. */
  readonly share: number
  readonly seed: number
  readonly kinds?: ReadonlyArray<Fault> | undefined
}

/** What a network and a busy service do: what was done cannot be told from what was not. */
export const ordinary: ReadonlyArray<Fault> = [
  { kind: "break", status: 503, after: false },
  { kind: "break", status: 502, after: true },
  { kind: "drop", after: false },
  { kind: "drop", after: true },
  { kind: "refuse", status: 429 }
]

/** Numbers in [0, 1) from a seed (mulberry32). */
const randomFrom = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    const a = Math.imul(state ^ (state >>> 15), state | 1)
    const b = a ^ (a + Math.imul(a ^ (a >>> 7), a | 61))
    return ((b ^ (b >>> 14)) >>> 0) / 4_294_967_296
  }
}

export const makeFaults = () => {
  const planned: Array<{ readonly call: CallName; readonly fault: Fault; times: number }> = []
  let storm: (() => Fault | undefined) | undefined

  return {
    /** The next calls of this name fail so. */
    next: (call: CallName, fault: Fault, times = 1): void => {
      planned.push({ call, fault, times })
    },
    /** From now on a share of all calls fails; none, without. */
    storm: (weather?: Storm): void => {
      if (weather === undefined) {
        storm = undefined
        return
      }
      const random = randomFrom(weather.seed)
      const kinds = weather.kinds ?? ordinary
      storm = () => (random() < weather.share ? kinds[Math.floor(random() * kinds.length)] : undefined)
    },
    of: (call: CallName): Fault | undefined => {
      const plan = planned.find((one) => one.call === call && one.times > 0)
      if (plan === undefined) return storm?.()
      plan.times -= 1
      return plan.fault
    }
  }
}

export type Faults = ReturnType<typeof makeFaults>
