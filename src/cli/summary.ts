/** A run at a glance, for people and for programs. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Fault } from "../CrowdError.js"
import { UnitStatus as Statuses, type UnitStatus } from "../States.js"
import { type Lacking, type Summary, TaskRuns } from "../TaskRuns.js"
import * as drafts from "./drafts.js"
import * as format from "./format.js"
import * as Invocation from "./Invocation.js"
import { type Paint, paintOn, print, Screen, type Style } from "./Screen.js"
import { Session } from "./Session.js"

export interface Written {
  readonly path: string
  readonly count: number
}

const labelWidth = 13

const styles: Record<UnitStatus, Style> = {
  created: "dim",
  launched: "cyan",
  assigned: "cyan",
  completed: "yellow",
  accepted: "green",
  soft_rejected: "yellow",
  rejected: "red",
  expired: "dim"
}

export const total = ({ units }: Pick<Summary, "units">): number => Object.values(units).reduce((sum, n) => sum + n, 0)

export const decided = ({ units }: Pick<Summary, "units">): number =>
  units.accepted + units.soft_rejected + units.rejected + units.expired

const present = ({ units }: Summary): ReadonlyArray<UnitStatus> =>
  Statuses.literals.filter((status) => units[status] > 0)

/** `launched 12, accepted 48`. */
export const inWords = (summary: Summary): string =>
  present(summary)
    .map((status) => `${status} ${format.number(summary.units[status])}`)
    .join(", ")

const barWidth = 20

/** How much of the run is decided, whatever else its units are. */
export const progress = (summary: Summary): string => {
  const all = total(summary)
  const share = all === 0 ? 0 : Math.floor((decided(summary) * 100) / all)
  const full = Math.floor((share * barWidth) / 100)
  return `${"━".repeat(full)}${"─".repeat(barWidth - full)} ${share} %`
}

const states = (summary: Summary, paint: Paint): ReadonlyArray<readonly [string, string]> => {
  const digits = format.number(total(summary)).length
  const counts = present(summary).map(
    (status) => [status, paint(styles[status], format.number(summary.units[status]).padStart(digits))] as const
  )
  return [...counts, ["decided", progress(summary)]]
}

const times = ({ cost, hourlyWage, medianTime }: Summary): ReadonlyArray<readonly [string, string]> => {
  if (Option.isNone(medianTime)) return []
  const wage = Option.filter(hourlyWage, () => medianTime.value >= 1000)
  return [
    ["median time", format.clock(medianTime.value)],
    [
      "hourly wage",
      Option.match(wage, {
        onNone: () => "none to speak of, answers came at once",
        onSome: (minor) => format.money(minor, cost)
      })
    ]
  ]
}

export const toText = (summary: Summary, results: Option.Option<Written>, paint: Paint): string => {
  const { cost } = summary
  const money = (minor: number) => format.money(minor, cost)
  const amounts = [cost.rewards, cost.bonuses, cost.fees, cost.total].map(money)
  const width = Math.max(...amounts.map(({ length }) => length))
  const [rewards = "", bonuses = "", fees = "", sum = ""] = amounts.map((text) => text.padStart(width))
  const blank: readonly [string, string] = ["", ""]
  const rows = [
    ["assignments", format.number(summary.assignments)],
    ["units", format.number(total(summary))],
    ["workers", format.number(summary.workers)],
    blank,
    ...states(summary, paint),
    blank,
    ["rewards", rewards],
    ["bonuses", bonuses],
    ["fees", fees],
    ["total", paint("bold", sum)],
    blank,
    ...times(summary),
    ...Option.match(results, {
      onNone: () => [],
      onSome: ({ count, path }) => [["results", `${path} (${format.count(count, "row")})`] as const]
    })
  ] satisfies ReadonlyArray<readonly [string, string]>
  const title = `${paint("bold", format.plain(summary.name))}  ${summary.run}  ${summary.provider}, ${summary.mode}`
  return `${title}\n\n${format.table(rows, labelWidth)}`.trimEnd()
}

export const toJson = (
  { assignments, cost, mode, provider, run, surplus, units, workers }: Summary,
  results: Option.Option<Written> = Option.none()
) => ({
  run,
  provider,
  mode,
  assignments,
  units,
  workers,
  ...(surplus === 0 ? {} : { surplus }),
  cost,
  ...Option.match(results, { onNone: () => ({}), onSome: ({ path }) => ({ results: path }) })
})

/** Prints a result: as it is in JSON, or as its text. */
export const answer = (json: unknown, text: (paint: Paint) => string): Effect.Effect<void, never, Session | Screen> =>
  Effect.gen(function* () {
    const session = yield* Session
    const screen = yield* Screen
    yield* print(session.json ? JSON.stringify(json) : text(paintOn(screen, screen.out)))
  })

/** `3 rows lack an answer`. */
export const lackingInWords = (rows: number): string =>
  `${format.count(rows, "row")} ${rows === 1 ? "lacks" : "lack"} an answer`

/** Why there is more to review than there are units, and what to do about it. */
export const surplusInWords = (surplus: number): string =>
  `${format.count(surplus, "submission")} more than the units handed in: the crowd took more work than was asked for. Approve or reject ${surplus === 1 ? "it" : "them"} like any other; what is approved is paid, and is in the results.`

/** What is told beside the run's own figures. */
export interface Beside {
  readonly results?: Written | undefined
  readonly relaunched?: Lacking | undefined
  /** Of the batch that was launched. */
  readonly warnings?: ReadonlyArray<Fault> | undefined
  readonly drafted?: drafts.Drafted | undefined
  /** By which people come. */
  readonly link?: string | undefined
}

/** What to do with a link by which people come. */
export const linkInWords = (link: string): string =>
  link.includes("=…")
    ? `Give the panel this link, with its own placeholder for each …:\n${link}`
    : `Give the panel this link:\n${link}`

/** Prints the run as it is, with how many of its rows lack an answer that nothing on offer will bring. */
export const show = (summary: Summary, { drafted, link, relaunched, results, warnings = [] }: Beside = {}) =>
  Effect.gen(function* () {
    const { rows } = yield* (yield* TaskRuns).lacking(summary.run)
    const next = yield* Invocation.crowd(`relaunch ${summary.run}`)
    const written = Option.fromNullable(results)
    const json = {
      ...toJson(summary, written),
      ...(rows === 0 ? {} : { rowsLackingAnswers: rows }),
      ...(relaunched === undefined ? {} : { relaunched }),
      ...(warnings.length === 0 ? {} : { warnings }),
      ...(drafted === undefined ? {} : { draft: drafts.toJson(drafted.draft) }),
      ...(link === undefined ? {} : { link })
    }
    const surplus = summary.surplus === 0 ? "" : `\n\n${surplusInWords(summary.surplus)}`
    const lacking = rows === 0 ? "" : `\n\n${lackingInWords(rows)}. To launch them again: ${next}`
    const draft = drafted === undefined ? "" : `\n\n${drafts.toText(drafted)}`
    const come = link === undefined ? "" : `\n\n${linkInWords(link)}`
    yield* answer(json, (paint) => `${toText(summary, written, paint)}${surplus}${lacking}${draft}${come}`)
  })
