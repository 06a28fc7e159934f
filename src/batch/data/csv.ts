import { type CsvError, Parser } from "csv-parse"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import { type Bad, bad, maxRowBytes, tooLarge } from "../rows.js"
import type { Separator } from "./firstBytes.js"
import { makeLineCounter } from "./lineCounter.js"
import { utf8, withoutBom } from "./utf8.js"

/** One record of a CSV file with the line that it begins on. @internal */
export interface CsvRecord {
  readonly _tag: "Record"
  readonly fields: ReadonlyArray<string>
  readonly line: number
}

const breaksIn = (field: string): number => field.match(/\r\n|\r|\n/g)?.length ?? 0

const ascii = /^[\u0000-\u007f]*$/

/** Fields come as Latin-1, one character a byte, so that nothing is lost before it is known to be UTF-8. */
const decodeField = (field: string): Either.Either<string, string> =>
  ascii.test(field) ? Either.right(field) : utf8(Buffer.from(field, "latin1"))

const decodeRecord = (raw: ReadonlyArray<string>, line: number): CsvRecord | Bad =>
  Either.match(Either.all(raw.map(decodeField)), {
    onLeft: (message) => bad(line, `a field of this row ${message}`),
    onRight: (fields) => ({ _tag: "Record", fields, line })
  })

const unchecked = "Rows after it were not checked"

const quoteFaults: { readonly [code: string]: string } = {
  INVALID_OPENING_QUOTE:
    "a quote in the middle of a field that does not begin with one; put the field in quotes and double those inside it",
  CSV_INVALID_CLOSING_QUOTE: `the quoted field that begins here is followed by other text; double the quotes inside it. ${unchecked}`,
  CSV_QUOTE_NOT_CLOSED: `the quoted field that begins here is never closed; close it, or double the quotes inside it. ${unchecked}`
}

const number = (value: unknown): number => (typeof value === "number" ? value : 0)

/** What is wrong with a record that has not one field for each name. @internal */
export const raggedness = (record: CsvRecord, names: ReadonlyArray<string>): ReadonlyArray<Bad> => {
  const counted = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`
  const [has, named] = [counted(record.fields.length, "field"), counted(names.length, "column")]
  return record.fields.length === names.length ? [] : [bad(record.line, `has ${has}, but the header names ${named}`)]
}

/** Feeds csv-parse chunk by chunk and takes what it found. */
const makeReader = (separator: Separator) => {
  const lines = makeLineCounter()
  let found: Array<CsvRecord | Bad> = []
  let stopped = false
  let written = 0
  let recordEnd = 0
  let emptyLines = 0
  let lastBad = 0

  const onRecord = (record: Array<string>, info: { readonly bytes: number; readonly empty_lines: number }) => {
    const line = lines.lineOf(info.bytes - 1) - record.reduce((sum, field) => sum + breaksIn(field), 0)
    const size = info.bytes - recordEnd
    recordEnd = info.bytes
    emptyLines = info.empty_lines
    found.push(size > maxRowBytes ? tooLarge(line) : decodeRecord(record, line))
    return null
  }

  const onError = (error: CsvError | undefined): undefined => {
    const skipped = error?.column === 0 ? number(error.empty_lines) - emptyLines : 0
    const line = lines.lineOf(number(error?.bytes)) + skipped
    if (line !== lastBad) found.push(bad(line, quoteFaults[error?.code ?? ""] ?? `cannot be read: ${error?.message}`))
    lastBad = line
    emptyLines = number(error?.empty_lines)
    recordEnd = number(error?.bytes)
    if (error !== undefined && error.code !== "INVALID_OPENING_QUOTE") throw error
    return undefined
  }

  const parser = new Parser({
    bom: false,
    delimiter: separator,
    encoding: "latin1",
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_record: onRecord,
    on_skip: onError
  })
  parser.on("error", () => {
    stopped = true
  })

  const take = () => {
    const taken = { found, stopped }
    found = []
    return taken
  }

  const write = (chunk: Uint8Array) =>
    Effect.async<ReturnType<typeof take>>((resume) => {
      lines.add(chunk)
      written += chunk.length
      parser.write(chunk, (error) => {
        stopped = stopped || error instanceof Error
        if (!stopped && written - recordEnd > maxRowBytes + chunk.length) {
          stopped = true
          const { line, message } = tooLarge(lines.lineOf(recordEnd))
          found.push(bad(line, `${message}. ${unchecked}`))
        }
        resume(Effect.sync(take))
      })
    })

  const end = Effect.async<ReturnType<typeof take>>((resume) => {
    if (stopped) return resume(Effect.sync(take))
    parser.once("close", () => resume(Effect.sync(take)))
    parser.resume()
    parser.end()
  })

  return { write, end }
}

/**
 * The records of a CSV file (RFC 4180; LF, CRLF or CR; blank lines do not count) and what is wrong in it. Nothing is
 * read after a quoted field that does not end properly.
 *
 * @internal
 */
export const records = <E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>,
  separator: Separator = ","
): Stream.Stream<CsvRecord | Bad, E, R> =>
  Stream.suspend(() => {
    const reader = makeReader(separator)
    return withoutBom(bytes).pipe(
      Stream.mapEffect(reader.write),
      Stream.takeUntil(({ stopped }) => stopped),
      Stream.concat(Stream.fromEffect(reader.end)),
      Stream.mapConcat(({ found }) => found)
    )
  })
