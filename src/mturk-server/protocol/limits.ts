/** Limits that the service has and its model does not name. */
import * as Effect from "effect/Effect"
import { lineFault, proseFault } from "../../internal/text.js"
import * as refusal from "./refusal.js"

export const within = (
  name: string,
  value: number,
  least: number,
  most: number
): Effect.Effect<void, refusal.Refusal> =>
  value >= least && value <= most
    ? Effect.void
    : refusal.invalidValue(`The value of ${name} is ${value}. It must be between ${least} and ${most}.`)

export const noLonger = (name: string, text: string | undefined, most: number): Effect.Effect<void, refusal.Refusal> =>
  text === undefined || [...text].length <= most
    ? Effect.void
    : refusal.invalidValue(`The value of ${name} has more than ${most} characters.`)

export const notEmpty = (name: string, text: string): Effect.Effect<void, refusal.Refusal> =>
  text.trim() === "" ? refusal.invalidValue(`The value of ${name} is empty.`) : Effect.void

const readable = (faultOf: (text: string) => string | undefined) => (name: string, text: string | undefined) =>
  text === undefined || faultOf(text) === undefined
    ? Effect.void
    : refusal.invalidValue(`The value of ${name} has control characters.`)

/** What people read as a name or a title has no control characters. */
export const line: (name: string, text: string | undefined) => Effect.Effect<void, refusal.Refusal> =
  readable(lineFault)

/** What people read has no control characters but line breaks and tabs. */
export const prose: (name: string, text: string | undefined) => Effect.Effect<void, refusal.Refusal> =
  readable(proseFault)

export const year = 31_536_000
export const month = 2_592_000
