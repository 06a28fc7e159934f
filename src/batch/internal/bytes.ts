import * as Either from "effect/Either"
import * as Stream from "effect/Stream"

const lf = 10
const cr = 13

/** Says on which line (from 1) the byte at an offset is; asked with offsets that do not go back. @internal */
export interface LineCounter {
  readonly add: (chunk: Uint8Array) => void
  readonly lineOf: (offset: number) => number
}

/** Counts LF, CRLF and CR. @internal */
export const makeLineCounter = (): LineCounter => {
  let starts: Array<number> = []
  let head = 0
  let line = 1
  let total = 0
  let last = 0
  return {
    add: (chunk) => {
      starts = starts.slice(head)
      head = 0
      for (const byte of chunk) {
        total++
        if (byte === lf && last === cr && starts.at(-1) === total - 1) starts.pop()
        if (byte === lf || byte === cr) starts.push(total)
        last = byte
      }
    },
    lineOf: (offset) => {
      const before = head
      while ((starts[head] ?? Number.POSITIVE_INFINITY) <= offset) head++
      line += head - before
      return line
    }
  }
}

/** Takes the UTF-8 byte order mark off a file's bytes. @internal */
export const withoutBom = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>): Stream.Stream<Uint8Array, E, R> =>
  Stream.mapAccum(bytes, true, (first, chunk) => [
    false,
    first && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? chunk.subarray(3) : chunk
  ])

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** @internal */
export const utf8 = (bytes: Uint8Array): Either.Either<string, string> =>
  Either.try({ try: () => decoder.decode(bytes), catch: () => "is not UTF-8 text; save the file as UTF-8" })
