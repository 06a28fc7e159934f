/** What `--require` asks of workers: a qualification's name and what its value must be. */
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { Requirement } from "../MTurk.js"

type Comparator = Requirement["comparator"]

const signs: { readonly [sign: string]: Comparator } = {
  "=": "equal",
  "!=": "not_equal",
  "<": "less_than",
  "<=": "less_than_or_equal",
  ">": "greater_than",
  ">=": "greater_than_or_equal",
  in: "in",
  "not in": "not_in"
}

const form = /^(?<name>[^<>=!]+?)(?:\s+(?<word>in|not\s+in)\s+|\s*(?<sign>[<>!]?=|[<>])\s*)(?<values>[^<>=!]+)$/

const isInteger = (value: string): boolean => /^\d{1,9}$/.test(value)

const isLocale = (value: string): boolean => /^[A-Z]{2}(-[A-Z0-9]{1,3})?$/.test(value)

const takesMany = (comparator: Comparator): boolean => comparator === "in" || comparator === "not_in"

/** `NAME`, `NAME >= 95`, `locale in US,GB`. The `Left` is a sentence saying what is wrong with it. */
export const parse = (text: string): Either.Either<Requirement, string> => {
  const { name = "", sign, values = "", word } = form.exec(text.trim())?.groups ?? {}
  const wrong = (what: string) => Either.left(`--require ${JSON.stringify(text)} cannot be: ${what}`)
  if (name === "") {
    const only = text.trim()
    return only === "" || /[<>=!]|\sin$/.test(only)
      ? wrong('it is a name, or one with a value such as "percent_approved >= 95"')
      : Either.right({ name: only, comparator: "exists" })
  }
  const comparator = signs[(sign ?? word ?? "").replace(/\s+/, " ")] ?? "equal"
  const all = values.split(",").map((value) => value.trim())
  if (all.length > 1 && !takesMany(comparator)) return wrong("several values go with in, or not in")
  if (all.every(isInteger)) return Either.right({ name, comparator, integers: all.map(Number) })
  if (!all.every(isLocale)) return wrong(`${values} is neither whole numbers nor places such as US or US-CA`)
  return takesMany(comparator) || comparator === "equal" || comparator === "not_equal"
    ? Either.right({ name, comparator, locales: all })
    : wrong("one place is not more than another")
}

const signOf = (comparator: Comparator): string => Object.keys(signs).find((sign) => signs[sign] === comparator) ?? ""

/** What `parse` reads as this. */
export const format = ({ comparator, integers, locales, name }: Requirement): string =>
  comparator === "exists" ? name : `${name} ${signOf(comparator)} ${(locales ?? integers ?? []).join(",")}`

export const option = Options.text("require").pipe(
  Options.withPseudoName("TEXT"),
  Options.withDescription(
    'mturk: what the service asks of workers: "percent_approved >= 95", "locale in US,GB", masters; may be repeated'
  ),
  Options.repeated,
  Options.mapEffect((texts) =>
    Effect.mapError(Effect.forEach(texts, parse), (fault) => ValidationError.invalidValue(HelpDoc.p(fault)))
  )
)
