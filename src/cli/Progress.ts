/** How far long work is: one line rewritten on a terminal, a line now and then elsewhere. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import { clock, number, plain } from "./format.js"
import { paintOn, Screen } from "./Screen.js"

export interface Progress {
  /** How many are done, and what else there is to say. */
  readonly at: (done: number, note?: string) => Effect.Effect<void>
  /** Takes the rewritten line away. */
  readonly clear: Effect.Effect<void>
}

/** What was shown last. */
interface Shown {
  readonly done: number
  readonly note: string
  readonly at: number
}

/** On paper, a line at once, then at every tenth but not more than one a second, and at the end. */
const isDue = (last: Shown, { at: now, done, note }: Shown, total: number): boolean => {
  if (done <= last.done) return note !== last.note && now - last.at >= 1000
  const tenths = (n: number) => Math.floor((n * 10) / total)
  const since = now - last.at
  return done >= total || since >= 5000 || (since >= 1000 && tenths(done) > tenths(last.done))
}

const columnsOfText = 60

const clearLine = "\r\u001b[2K"

/** People are slower than machines. */
const speed = (perSecond: number): string => {
  const [count, unit] =
    perSecond >= 1 ? [perSecond, "s"] : perSecond >= 1 / 60 ? [perSecond * 60, "min"] : [perSecond * 3600, "h"]
  return `${number(Math.max(1, Math.round(count)))}/${unit}`
}

/** What is to be said of `done` of `total`, of which `before` were done when the clock started. */
export const describe = (done: number, total: number, before: number, elapsed: number): string => {
  const rate = elapsed === 0 ? 0 : ((done - before) * 1000) / elapsed
  const counted = `${number(done)}/${number(total)}`
  if (rate === 0 || done >= total) return counted
  return `${counted}, ${speed(rate)}, ${clock(((total - done) / rate) * 1000)} left`
}

const bar = (done: number, total: number, width: number): string => {
  const full = total === 0 ? width : Math.min(width, Math.floor((done / total) * width))
  return "█".repeat(full) + "░".repeat(width - full)
}

export const make = (
  label: string,
  options: { readonly total: number; readonly done: number }
): Effect.Effect<Progress, never, Screen> =>
  Effect.gen(function* () {
    const screen = yield* Screen
    const name = plain(label)
    const { err } = screen
    const paint = paintOn(screen, err)
    const { done: before, total } = options
    const start = yield* Clock.currentTimeMillis
    const width = Math.max(0, Math.min(20, err.columns - columnsOfText))
    const shown = yield* Ref.make<Shown>({ done: before, note: "", at: Number.NEGATIVE_INFINITY })
    const rewrite = (text: string, done: number) =>
      err.write(`${clearLine}${paint("dim", name)} ${paint("cyan", bar(done, total, width))} ${text}`)

    const at: Progress["at"] = (done, note = "") =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const counted = describe(done, total, before, now - start)
        const text = plain(note === "" ? counted : `${counted}; ${note}`)
        if (err.isTerminal) return rewrite(text, done)
        const next = { done, note, at: now }
        if (!isDue(yield* shown.get, next, total)) return
        yield* Ref.set(shown, next)
        err.write(`${name} ${text}\n`)
      })

    return { at, clear: Effect.sync(() => (err.isTerminal ? err.write(clearLine) : undefined)) }
  })
