/** What a proof shows: a table of its seconds, and how it stands to what is asked. */
import { doneIn, gapsOf, ownersAt, type Span, twice } from "./ownership.js"
import type { Proof } from "./prove.js"

const overlap = (a: Span, b: Span): number => Math.max(0, Math.min(a.to, b.to) - Math.max(a.from, b.from))

const secondsOf = ({ from, to }: Span): ReadonlyArray<Span> =>
  Array.from({ length: Math.ceil((to - from) / 1000) }, (_, second) => ({
    from: from + second * 1000,
    to: from + (second + 1) * 1000
  }))

/** Each second: the owner of each run, `-` where it had none, and how much was done. */
export const table = (proof: Proof): ReadonlyArray<string> =>
  secondsOf(proof.during).map((second, n) => {
    const owners = proof.runs.map((run) => ownersAt(proof.ownership, run, second).join("") || "-")
    const done = (what: "rounds" | "calls") => String(doneIn(proof.members, what, second)).padStart(4)
    const event = proof.events.find(({ from, to }) => from <= second.from && second.from < to)
    return `${String(n).padStart(4)} s  ${owners.map((name) => name.padEnd(3)).join("")} ${done("rounds")} rounds ${done("calls")} calls  ${event?.name ?? ""}`
  })

/** The share of the time in which no run had two owners. */
export const single = ({ during, ownership }: Proof): number => {
  const shared = twice(ownership).toSorted((a, b) => a.from - b.from)
  let until = during.from
  let twofold = 0
  for (const { from, to } of shared) {
    twofold += overlap({ from: Math.max(from, until), to }, during)
    until = Math.max(until, to)
  }
  return 1 - twofold / (during.to - during.from)
}

/** The longest time, in seconds, for which a run had no owner, by event; an outage of Postgres apart. */
export const longestGaps = (proof: Proof): ReadonlyMap<string, number> =>
  new Map(
    proof.events.map((event) => {
      const apart = { from: event.from, to: event.from + 1000 * event.apart }
      const gaps = proof.runs.flatMap((run) => gapsOf(proof.ownership, run, event))
      const lengths = gaps.map((gap) => gap.to - gap.from - overlap(gap, apart))
      return [event.name, Math.max(0, ...lengths) / 1000]
    })
  )

/** What is asked and does not hold, in words. */
export const faults = (proof: Proof): ReadonlyArray<string> => [
  ...proof.wrong,
  ...(single(proof) >= 0.99 ? [] : [`in ${(100 * (1 - single(proof))).toFixed(1)} % of the time a run had two owners`]),
  ...[...longestGaps(proof)].flatMap(([event, gap]) =>
    gap <= 10 ? [] : [`${event}: a run had no owner for ${gap.toFixed(1)} s`]
  )
]
