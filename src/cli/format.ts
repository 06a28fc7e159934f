/** Numbers, money, times and the addresses of databases, for people. */
import { harmlessLine } from "../internal/text.js"
import * as Money from "../Money.js"
import type { Cost } from "../TaskRuns.js"

const grouped = new Intl.NumberFormat("en-US")

export const number = (n: number): string => grouped.format(n)

/** `1 unit`, `2 units`. */
export const count = (n: number, one: string, many = `${one}s`): string => `${number(n)} ${n === 1 ? one : many}`

export const money = (minor: number, { currency }: Pick<Cost, "currency">): string =>
  Money.format(Money.make(minor, Money.Currency.make(currency)))

export const total = (cost: Cost): string => money(cost.total, cost)

const seconds = 1000
const minutes = 60 * seconds
const hours = 60 * minutes

/** A time span in its two largest units: `12 s`, `3 min 5 s`, `2 h 10 min`. */
export const clock = (millis: number): string => {
  if (millis < seconds) return "< 1 s"
  if (millis < minutes) return `${Math.floor(millis / seconds)} s`
  if (millis < hours) return `${Math.floor(millis / minutes)} min ${Math.floor((millis % minutes) / seconds)} s`
  return `${number(Math.floor(millis / hours))} h ${Math.floor((millis % hours) / minutes)} min`
}

/** Labels and values in two columns, indented by two. */
export const table = (rows: ReadonlyArray<readonly [label: string, value: string]>, width: number): string =>
  rows
    .map(([label, value]) => (label === "" && value === "" ? "" : `  ${label.padEnd(width)}  ${value}`.trimEnd()))
    .join("\n")

/** What a stranger wrote, on one line: nothing in it moves the cursor or colours the screen. */
export const plain = (value: unknown): string => harmlessLine(typeof value === "string" ? value : JSON.stringify(value))

/** The address of a database, without its password. */
export const withoutSecrets = ({ host, pathname, protocol, username }: URL): string =>
  `${protocol}//${username === "" ? "" : `${username}@`}${host}${pathname}`

/** What `--db` was given, as it may be shown. */
export const database = (text: string): string =>
  text.startsWith("postgres") && URL.canParse(text) ? withoutSecrets(new URL(text)) : text
