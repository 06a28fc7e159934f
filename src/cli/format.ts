/** Numbers, money and times for people. */
import * as Money from "../Money.js"

const grouped = new Intl.NumberFormat("en-US")

export const number = (n: number): string => grouped.format(n)

/** `1 unit`, `2 units`. */
export const count = (n: number, what: string): string => `${number(n)} ${what}${n === 1 ? "" : "s"}`

export const money = (minor: number, currency: Money.Currency): string => Money.format(Money.make(minor, currency))

const seconds = 1000
const minutes = 60 * seconds
const hours = 60 * minutes

/** A time span in its two largest units: `12 s`, `3 min 5 s`, `2 h 10 min`. */
export const clock = (millis: number): string => {
  if (millis < seconds) return "< 1 s"
  if (millis < minutes) return `${Math.round(millis / seconds)} s`
  if (millis < hours) return `${Math.floor(millis / minutes)} min ${Math.floor((millis % minutes) / seconds)} s`
  return `${number(Math.floor(millis / hours))} h ${Math.floor((millis % hours) / minutes)} min`
}

/** Labels and values in two columns, indented by two. */
export const table = (rows: ReadonlyArray<readonly [label: string, value: string]>, width: number): string =>
  rows.map(([label, value]) => (label === "" && value === "" ? "" : `  ${label.padEnd(width)}  ${value}`.trimEnd())).join("\n")
