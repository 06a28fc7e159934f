/** Who had which run when, by what the processes told. */
import type { Member } from "./fleet.js"

export interface Span {
  readonly from: number
  readonly to: number
}

/** A process that has told nothing for longer did not run, and so conducted nothing. */
const silence = 1_000

/** When the process conducted the run: from one report to the last without a pause between them. */
const spansOf = ({ reports }: Member, run: string): ReadonlyArray<Span> => {
  const spans: Array<Span> = []
  let open: Span | undefined
  for (const { at, owned } of reports) {
    const has = owned.includes(run)
    if (open !== undefined && (!has || at - open.to > silence)) {
      spans.push(open)
      open = undefined
    }
    if (has) open = { from: open?.from ?? at, to: at }
  }
  return open === undefined ? spans : [...spans, open]
}

const both = (a: Span, b: Span): Span => ({ from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) })

const isSome = ({ from, to }: Span): boolean => from < to

export interface Ownership {
  /** By run. */
  readonly spans: ReadonlyMap<string, ReadonlyArray<Span & { readonly member: Member }>>
}

export const ownershipOf = (members: ReadonlyArray<Member>, runs: ReadonlyArray<string>): Ownership => ({
  spans: new Map(
    runs.map((run) => [run, members.flatMap((member) => spansOf(member, run).map((span) => ({ ...span, member })))])
  )
})

/** Who had the run at some time of this second. */
export const ownersAt = ({ spans }: Ownership, run: string, second: Span): ReadonlyArray<string> => [
  ...new Set((spans.get(run) ?? []).filter((span) => isSome(both(span, second))).map(({ member }) => member.name))
]

/** How much the processes did meanwhile. */
export const doneIn = (members: ReadonlyArray<Member>, what: "rounds" | "calls", { from, to }: Span): number => {
  const doneBy = (at: number, { reports }: Member) => reports.findLast((report) => report.at <= at)?.[what] ?? 0
  return members.reduce((sum, member) => sum + doneBy(to, member) - doneBy(from, member), 0)
}

/** When two processes had one run. */
export const twice = ({ spans }: Ownership): ReadonlyArray<Span> =>
  [...spans.values()].flatMap((of) =>
    of.flatMap((one, i) =>
      of.slice(i + 1).flatMap((other) => {
        const shared = both(one, other)
        return one.member !== other.member && isSome(shared) ? [shared] : []
      })
    )
  )

/** The times in which a run had no owner, all of them within this one. */
export const gapsOf = ({ spans }: Ownership, run: string, within: Span): ReadonlyArray<Span> => {
  const owned = [...(spans.get(run) ?? [])].sort((a, b) => a.from - b.from)
  const gaps: Array<Span> = []
  let until = within.from
  for (const span of owned) {
    if (span.from > until) gaps.push(both({ from: until, to: span.from }, within))
    until = Math.max(until, span.to)
  }
  gaps.push(both({ from: until, to: within.to }, within))
  return gaps.filter(isSome)
}
