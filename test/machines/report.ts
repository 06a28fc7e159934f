/** What a proof shows: a table of its seconds, and how it stands to what is asked. */
import { doneIn, gapsOf, ownersAt, type Span, twice } from "./ownership.js"
import type { Proof } from "./prove.js"
import type { Event } from "./script.js"

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

const shareOf = (proof: Proof, is: (second: Span) => boolean): number => {
  const seconds = secondsOf(proof.during)
  return seconds.filter(is).length / seconds.length
}

/** The share of the seconds in which no run had two owners. */
export const single = (proof: Proof): number => {
  const shared = twice(proof.ownership)
  return shareOf(proof, (second) => !shared.some((span) => overlap(span, second) > 0))
}

/** For how long a run had two owners at a time, at most; in seconds. */
export const longestTwice = ({ ownership }: Proof): number =>
  Math.max(0, ...twice(ownership).map(({ from, to }) => to - from)) / 1000

/** Where all of the gap, or most of it, lies. */
const eventOf = ({ events }: Proof, gap: Span): Event | undefined =>
  events.toSorted((a, b) => overlap(b, gap) - overlap(a, gap))[0]

/** The longest time, in seconds, for which a run had no owner, by event; an outage of Postgres apart. */
export const longestGaps = (proof: Proof): ReadonlyMap<string, number> => {
  const { during, events, ownership, runs } = proof
  const longest = new Map(events.map(({ name }) => [name, 0]))
  for (const gap of runs.flatMap((run) => gapsOf(ownership, run, during))) {
    const event = eventOf(proof, gap)
    if (event === undefined) continue
    const outage = { from: event.from, to: event.from + 1000 * event.apart }
    const seconds = (gap.to - gap.from - overlap(gap, outage)) / 1000
    longest.set(event.name, Math.max(longest.get(event.name) ?? 0, seconds))
  }
  return longest
}

/** How much was done in a second, of those in which each run had an owner from beginning to end. */
export const whenOwned = (proof: Proof, what: "rounds" | "calls"): number => {
  const isOwned = (second: Span) => proof.runs.every((run) => gapsOf(proof.ownership, run, second).length === 0)
  const owned = secondsOf(proof.during).filter(isOwned)
  return owned.reduce((sum, second) => sum + doneIn(proof.members, what, second), 0) / owned.length
}

/** What is asked and does not hold, in words. */
export const faults = (proof: Proof): ReadonlyArray<string> => [
  ...proof.wrong,
  ...(single(proof) >= 0.99
    ? []
    : [`in ${(100 * (1 - single(proof))).toFixed(1)} % of the seconds a run had two owners`]),
  ...[...longestGaps(proof)].flatMap(([event, gap]) =>
    gap <= 10 ? [] : [`${event}: a run had no owner for ${gap.toFixed(1)} s`]
  )
]
