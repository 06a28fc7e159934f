import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import { type Fault, InvalidInput } from "../CrowdError.js"
import { harmlessLine } from "../internal/text.js"

/** The first faults found, and how many came after them. @internal */
export interface Faults {
  readonly shown: ReadonlyArray<Fault>
  readonly hidden: number
}

/** @internal */
const maxShown = 100

/** @internal */
export const none: Faults = { shown: [], hidden: 0 }

/** What is quoted of a file could hold anything: as people are told it, it stays on its line. @internal */
export const fault = (file: string, message: string, line?: number | undefined): Fault => {
  const told = { file: harmlessLine(file), message: harmlessLine(message) }
  return line === undefined ? told : { ...told, line }
}

/** @internal */
export const addAll = (self: Faults, found: ReadonlyArray<Fault>): Faults => {
  if (found.length === 0) return self
  const shown = [...self.shown, ...found.slice(0, maxShown - self.shown.length)]
  return { shown, hidden: self.hidden + found.length - (shown.length - self.shown.length) }
}

/** @internal */
export const merge = (self: Faults, that: Faults): Faults => {
  const both = addAll(self, that.shown)
  return { ...both, hidden: both.hidden + that.hidden }
}

/** @internal */
export const single = (path: string, found: Fault): InvalidInput => new InvalidInput({ path, faults: [found] })

/** Fails with all faults if there is one. @internal */
export const failIfAny = (path: string, self: Faults): Effect.Effect<void, InvalidInput> => {
  const all = self.hidden === 0 ? self.shown : [...self.shown, { file: path, message: `… and ${self.hidden} more` }]
  return Arr.isNonEmptyReadonlyArray(all) ? Effect.fail(new InvalidInput({ path, faults: all })) : Effect.void
}
