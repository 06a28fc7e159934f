/** Where the command writes: results to `out`, everything for people beside them to `err`. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { harmless } from "../internal/text.js"

export interface Sink {
  readonly write: (text: string) => void
  readonly isTerminal: boolean
  readonly columns: number
}

export interface Service {
  readonly out: Sink
  readonly err: Sink
  readonly isColoured: (sink: Sink) => boolean
  /** Whether there is somebody to answer questions. */
  readonly asks: boolean
}

export class Screen extends Context.Tag("effect-crowd/cli/Screen")<Screen, Service>() {}

const sinkOf = (stream: NodeJS.WriteStream): Sink => ({
  write: (text) => {
    stream.write(text)
  },
  isTerminal: stream.isTTY === true,
  columns: stream.columns ?? 80
})

/** Colours go to terminals, unless NO_COLOR (https://no-color.org) says otherwise. */
export const coloursFrom =
  (env: NodeJS.ProcessEnv) =>
  (sink: Sink): boolean =>
    sink.isTerminal && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb"

export const layerProcess: Layer.Layer<Screen> = Layer.sync(Screen, () => ({
  out: sinkOf(process.stdout),
  err: sinkOf(process.stderr),
  isColoured: coloursFrom(process.env),
  asks: process.stdin.isTTY === true && process.stdout.isTTY === true
}))

/** What the command itself colours; the rest of a text is made harmless. */
const colours = /(\u001b\[[\d;]*m)/

/** As this sink may show it, whoever wrote it: the only control characters are the command's own colours. */
const shownOn = ({ isColoured }: Service, sink: Sink, text: string): string =>
  isColoured(sink)
    ? text
        .split(colours)
        .map((part, i) => (i % 2 === 1 ? part : harmless(part)))
        .join("")
    : harmless(text)

/** One line, or several, of results. */
export const print = (text: string): Effect.Effect<void, never, Screen> =>
  Effect.map(Screen, (screen) => screen.out.write(`${shownOn(screen, screen.out, text)}\n`))

/** One line, or several, about what is going on. */
export const say = (text: string): Effect.Effect<void, never, Screen> =>
  Effect.map(Screen, (screen) => screen.err.write(`${shownOn(screen, screen.err, text)}\n`))

const codes = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39], cyan: [36, 39] } as const

export type Style = keyof typeof codes

export type Paint = (style: Style, text: string) => string

export const paintOn =
  ({ isColoured }: Service, sink: Sink): Paint =>
  (style, text) => {
    const [on, off] = codes[style]
    return isColoured(sink) ? `\u001b[${on}m${text}\u001b[${off}m` : text
  }
