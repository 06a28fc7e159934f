/** Modules that need a package which may not be installed. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { PackageMissing } from "./failure.js"
import { isMissingPackage } from "./manifest.js"

/** None where a package it needs is not installed. */
export const imported = <A>(load: () => Promise<A>): Effect.Effect<Option.Option<A>> =>
  Effect.tryPromise({ try: load, catch: (error) => error }).pipe(
    Effect.map(Option.some),
    Effect.catchIf(isMissingPackage, () => Effect.succeedNone),
    Effect.orDie
  )

interface Need {
  readonly names: ReadonlyArray<string>
  /** What is not to be had without them. */
  readonly neededBy: string
}

/** Fails where a package it needs is not installed: says which to install, and what for. */
export const needed = <A>(load: () => Promise<A>, need: Need): Effect.Effect<A, PackageMissing> =>
  Effect.flatMap(imported(load), Option.match({ onNone: () => new PackageMissing(need), onSome: Effect.succeed }))
