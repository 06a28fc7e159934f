/** What the first bytes of a data file give away: that all of it would be misread, and why. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type Bad, bad } from "../rows.js"
import { wideFault } from "./utf8.js"

/** By what the fields of a row are separated. @internal */
export type Separator = "," | ";" | "\t"

const headBytes = 16_384

const headOf = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>): Effect.Effect<Uint8Array, E, R> =>
  bytes.pipe(
    Stream.runFoldWhile(
      new Uint8Array(),
      (head) => head.length < headBytes,
      (head, chunk) => Buffer.concat([head, chunk])
    ),
    Effect.map((head) => head.subarray(0, headBytes))
  )

interface Line {
  readonly text: string
  readonly line: number
}

const linesOf = (head: Uint8Array): ReadonlyArray<Line> =>
  new TextDecoder()
    .decode(head)
    .split(/\r\n|\r|\n/)
    .map((text, i) => ({ text: text.trim(), line: i + 1 }))
    .filter(({ text }) => text !== "")

const withoutQuoted = (text: string): string => text.replace(/"[^"]*(?:"|$)/g, "")

const names: ReadonlyArray<readonly [separator: Separator, name: string]> = [
  [";", "semicolons"],
  ["\t", "tabs"],
  [",", "commas"]
]

/** How a batch says so. */
const batchAdvice: { readonly [Each in Separator]: string } = {
  ";": 'add "separator": ";" to task.json, or separate them by commas',
  "\t": 'call the file data.tsv, add "separator": "tab" to task.json, or separate them by commas',
  ",": 'call the file data.csv, and take "separator" out of task.json'
}

/** A header of one column is none where something else separates its names. */
const separatorFault = (lines: ReadonlyArray<Line>, { isBatch, separator }: Table): Bad | undefined => {
  const [header] = lines
  if (header === undefined) return undefined
  const unquoted = withoutQuoted(header.text)
  if (unquoted.includes(separator)) return undefined
  const other = names.find(([other]) => unquoted.includes(other))
  if (other === undefined) return undefined
  const advice = isBatch ? batchAdvice[other[0]] : "separate them by commas"
  return bad(header.line, `the columns are separated by ${other[1]}; ${advice}`)
}

/** @internal */
export const oneObjectALine = 'must be one object a line, such as {"text": "…"}'

/** One value over several lines: an array of all rows, or an object as people lay it out. */
const layoutFault = ([first, second]: ReadonlyArray<Line>): Bad | undefined => {
  if (first === undefined) return undefined
  const isSpread = /^\{$|^\{.*[,:[{]$/.test(first.text) && second !== undefined
  return first.text.startsWith("[") || isSpread ? bad(first.line, oneObjectALine) : undefined
}

interface Table {
  readonly _tag: "Table"
  readonly separator: Separator
  readonly isBatch: boolean
}

/** @internal */
export type Kind = { readonly _tag: "Lines" } | Table

/** The one thing that is wrong with the whole file, if there is such a thing. @internal */
export const fault = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>, kind: Kind): Effect.Effect<Bad | undefined, E, R> =>
  Effect.map(headOf(bytes), (head) => {
    const wide = wideFault(head)
    if (wide !== undefined) return bad(1, wide)
    const lines = linesOf(head)
    return kind._tag === "Lines" ? layoutFault(lines) : separatorFault(lines, kind)
  })
