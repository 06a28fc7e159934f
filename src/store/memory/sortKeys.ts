import type { Columns, Encoded } from "../columns.js"
import type { Primitive } from "../tables.js"

/**
 * Strings compare by UTF-16 units, databases by code points (which is also the order of UTF-8): surrogates go last. And
 * no value may end like another one goes on.
 */
const shifted = (unit: string): string => {
  if (unit === "\u0000") return "\u0000\u0001"
  const code = unit.charCodeAt(0)
  return String.fromCharCode(code < 0xe000 ? code + 0x2000 : code - 0x800)
}

const special = /[\u0000\ud800-\uffff]/g

/** Greater than any id. @internal */
export const last = "\uffff"

/** @internal */
export const ofId = (id: string): string => id.replace(special, shifted)

/** Text that sorts as the value does: nulls, then whole numbers, then text. @internal */
export const of = (value: Primitive | undefined): string => {
  if (value === null || value === undefined) return "\u0001\u0000\u0000"
  if (typeof value === "string") return `\u0003${ofId(value)}\u0000\u0000`
  const digits = String(value < 0 ? Number.MAX_SAFE_INTEGER + value : value).padStart(16, "0")
  return `\u0002${value < 0 ? "-" : "0"}${digits}\u0000\u0000`
}

/** @internal */
export const ofColumns = (on: Columns, row: Encoded): string => on.map((column) => of(row[column])).join("")
