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
