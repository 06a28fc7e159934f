/** What is said of settings that are wrong. */
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import { suggestion } from "../internal/text.js"
import { presets } from "./presets.js"
import { codeFault, templateFault } from "./templates.js"

interface SettingFault {
  readonly path: ReadonlyArray<string | number>
  readonly message: string
}

type Presets = typeof presets

const isPresetName = (name: unknown): name is keyof Presets => Predicate.isString(name) && Object.hasOwn(presets, name)

/** The preset of that name, or what is wrong with the name. */
export const presetOf = (name: unknown): Either.Either<Presets[keyof Presets], string> => {
  if (isPresetName(name)) return Either.right(presets[name])
  return Either.left(`is no panel that is known; ${suggestion(String(name), Object.keys(presets))}`)
}

export const ofExit = (actual: unknown): string => {
  const form = 'must be { "code": … } or { "redirect": "https://…" }'
  if (!Predicate.isRecord(actual) || Object.keys(actual).length !== 1) return form
  const { code, redirect } = actual
  if (Predicate.isString(redirect)) return templateFault(redirect) ?? form
  return Predicate.isString(code) ? (codeFault(code) ?? form) : form
}

/** An exit is one thing: of two, nobody could say which is meant. */
export const ofMixedExits = (exits: unknown): ReadonlyArray<SettingFault> =>
  Object.entries(Predicate.isRecord(exits) ? exits : {}).flatMap(([outcome, exit]) =>
    Predicate.isRecord(exit) && Object.keys(exit).length > 1
      ? [{ path: ["exits", outcome], message: ofExit(exit) }]
      : []
  )

export const ofPlaceholder = (name: string, known: ReadonlyArray<string>): string =>
  `has a place for {${name}}, of which nothing is known; ${suggestion(name, known)}`

export const ofFields = (error: ParseResult.ParseError): ReadonlyArray<SettingFault> =>
  ParseResult.ArrayFormatter.formatErrorSync(error).map(({ message, path }) => ({
    path: path.map((step) => (typeof step === "number" ? step : String(step))),
    message: message === "is missing" ? "is missing; it is required" : message
  }))

export const ofUnknownKeys = (
  value: unknown,
  known: ReadonlyArray<string>,
  path: ReadonlyArray<string>
): ReadonlyArray<SettingFault> =>
  Predicate.isRecord(value)
    ? Object.keys(value)
        .filter((key) => !known.includes(key))
        .map((key) => ({ path: [...path, key], message: `is no setting; ${suggestion(key, known)}` }))
    : []
