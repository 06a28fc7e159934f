import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"

const lf = 10
const cr = 13

/** Says on which line (from 1) a byte is; asked with offsets that do not go back. @internal */
export interface LineCounter {
  readonly add: (chunk: Uint8Array) => void
  /** The line of the byte at `offset`; where line breaks begin right there, the first line after them. */
  readonly after: (offset: number) => number
  /** The line of the last byte before `offset`; a line break belongs to the line that it ends. */
  readonly before: (offset: number) => number
}

/** Counts LF, CRLF and CR. @internal */
export const makeLineCounter = (): LineCounter => {
  /** Where the lines begin that nobody has asked for yet. */
  let starts: Array<number> = []
  let line = 1
  let total = 0
  let last = 0
  const add = (chunk: Uint8Array) => {
    for (const byte of chunk) {
      total++
      if (byte === lf && last === cr && starts.at(-1) === total - 1) starts.pop()
      if (byte === lf || byte === cr) starts.push(total)
      last = byte
    }
  }
  const pass = (offset: number) => {
    let passed = 0
    while ((starts[passed] ?? Number.POSITIVE_INFINITY) <= offset) passed++
    starts = starts.slice(passed)
    line += passed
  }
  return {
    add,
    after: (offset) => {
      pass(offset)
      let ahead = 0
      for (let at = offset; (starts[ahead] ?? Number.POSITIVE_INFINITY) <= at + 2; ahead++) at = starts[ahead] ?? at
      return line + ahead
    },
    before: (offset) => {
      pass(offset - 1)
      return line
    }
  }
}

/** Takes the UTF-8 byte order mark off. @internal */
export const withoutBom = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>): Stream.Stream<Uint8Array, E, R> =>
  bytes.pipe(
    Stream.mapAccum(new Uint8Array(0), (start: Uint8Array | undefined, chunk): [Uint8Array | undefined, Uint8Array] => {
      if (start === undefined) return [undefined, chunk]
      const both = join(start, chunk)
      if (both.length < 3) return [both, new Uint8Array(0)]
      return [undefined, both[0] === 0xef && both[1] === 0xbb && both[2] === 0xbf ? both.subarray(3) : both]
    })
  )

/** @internal */
export const join = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** @internal */
export const utf8 = (bytes: Uint8Array): Either.Either<string, string> =>
  Either.try({ try: () => decoder.decode(bytes), catch: () => "is not UTF-8 text; save the file as UTF-8" })
