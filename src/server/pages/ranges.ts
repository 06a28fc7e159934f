/** Which bytes of a file a request asks for: RFC 9110, 14. Players of sounds and films ask for one range at a time. */
import * as Option from "effect/Option"

export interface Range {
  readonly from: number
  readonly until: number
}

export type Asked =
  | { readonly _tag: "Whole" }
  | { readonly _tag: "Part"; readonly range: Range }
  /** Nothing of it is there. */
  | { readonly _tag: "Outside" }

const whole: Asked = { _tag: "Whole" }
const outside: Asked = { _tag: "Outside" }

/** Of several ranges, and of other units, the whole is sent, as a server may. */
const pattern = /^\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i

const last = (count: number, size: number): Asked =>
  count === 0 || size === 0 ? outside : { _tag: "Part", range: { from: Math.max(0, size - count), until: size } }

/** `size` is how many bytes there are. */
export const read = (header: Option.Option<string>, size: number): Asked => {
  const [, first = "", end = ""] =
    Option.match(header, { onNone: () => null, onSome: (text) => pattern.exec(text) }) ?? []
  if (first === "") return end === "" ? whole : last(Number(end), size)
  const from = Number(first)
  const until = end === "" ? size : Math.min(size, Number(end) + 1)
  if (end !== "" && Number(end) < from) return whole
  return from >= size ? outside : { _tag: "Part", range: { from, until } }
}
