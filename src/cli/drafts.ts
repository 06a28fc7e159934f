/**
 * On a crowd without a test mode: what there is in place of an offer, a draft with what publishing it would cost, and that
 * nobody is paid unless that was asked for.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { shellWord } from "../internal/text.js"
import * as Money from "../Money.js"
import { Provider } from "../Provider.js"
import { Draft, type Summary, TaskRuns } from "../TaskRuns.js"
import { UsageError } from "./failure.js"
import * as format from "./format.js"
import * as Invocation from "./Invocation.js"

/** The words of a command that launches a batch. */
export const words = (command: string, batch: string, url: Option.Option<string>): string =>
  [command, shellWord(batch), ...Option.match(url, { onNone: () => [], onSome: (url) => ["--url", url] })].join(" ")

export interface Drafted {
  readonly draft: Draft
  /** What to type to publish it. */
  readonly publish: string
}

/**
 * What was drafted of the run by the command of these words; undefined where nothing is left to be published, or it
 * was.
 */
export const ofRun = ({ run, units }: Summary, words: string) =>
  Effect.gen(function* () {
    if (units.created === 0) return undefined
    const draft = yield* (yield* TaskRuns).draft(run)
    if (Option.isNone(draft)) return undefined
    return { draft: draft.value, publish: yield* Invocation.crowd(`${words} --live`) } satisfies Drafted
  })

export const toJson = Schema.encodeSync(Draft)

export const toText = ({ draft: { address, cost, total, trial }, publish }: Drafted): string => {
  const rows: ReadonlyArray<readonly [string, string]> = [
    ["draft", Option.getOrElse(address, () => "made")],
    ...Option.match(trial, { onNone: () => [], onSome: (url) => [["test study", url] as const] }),
    ["", ""],
    ...cost.map(({ amount, name }) => [format.plain(name), Money.format(amount)] as const),
    ["total", Money.format(total)]
  ]
  const width = Math.max(...rows.map(([label]) => label.length))
  return [
    "Nothing was published, and nothing is reserved. Publishing what is still to go out would cost:",
    "",
    format.table(rows, width),
    "",
    `To publish it: ${publish}`
  ].join("\n")
}

/** Fails where what the command does pays real money, and `--live` was not said. */
export const checkPayingAsked: Effect.Effect<void, UsageError, Provider> = Effect.flatMap(
  Provider,
  ({ isDraft, provider }) =>
    isDraft
      ? new UsageError({ message: `On ${provider} this pays real money, which has to be asked for: add --live.` })
      : Effect.void
)
