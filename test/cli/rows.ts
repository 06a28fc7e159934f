/** Input data that is hard to carry unchanged: BOM, CRLF, quotes, embedded newlines, emoji. */
import { stringify } from "csv-stringify/sync"

const pieces = [
  "plain",
  "with, comma",
  '"quoted" and ""twice""',
  "two\nlines",
  "two\r\nlines",
  " spaces around ",
  "emoji 👩🏽‍🚀🇺🇳 and e\u0301",
  "=SUM(A1:A2)",
  "<b>&amp;</b> ${text}",
  "עברית العربية 漢字",
  "tab\tand \\n backslash",
  "",
  "'single' `back`",
  "a\u00a0b\u200bc\ufeffd"
]

export interface Row {
  readonly id: string
  readonly text: string
  readonly "long name, with comma": string
}

export const rows = (count: number): ReadonlyArray<Row> =>
  Array.from({ length: count }, (_, i) => ({
    id: `r${i}`,
    text: `${pieces[i % pieces.length]}${i >= pieces.length ? ` ${pieces[Math.floor(i / pieces.length) % pieces.length]}` : ""}`,
    "long name, with comma": pieces[(i * 5) % pieces.length] ?? ""
  }))

/** As a spreadsheet on Windows would save it. */
export const toCsv = (all: ReadonlyArray<Row>): string =>
  stringify([...all], { header: true, bom: true, record_delimiter: "\r\n", quoted_match: /[\r\n]/ })
