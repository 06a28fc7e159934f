/** Modules that need a package which may not be installed. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { isMissingPackage } from "./manifest.js"

/** None where a package it needs is not installed. */
export const imported = <A>(load: () => Promise<A>): Effect.Effect<Option.Option<A>> =>
  Effect.tryPromise({ try: load, catch: (error) => error }).pipe(
    Effect.map(Option.some),
    Effect.catchIf(isMissingPackage, () => Effect.succeedNone),
    Effect.orDie
  )
