/**
 * What a capability must do, as tests. `Conformance` has a suite for each of the library's capabilities; a suite of your
 * own is registered beside them by `Conformance.provider`.
 *
 * @since 0.1.0
 */
import type { Vitest } from "@effect/vitest"
import type { Core } from "../Provider.js"
import type { Harness } from "./Harness.js"

/**
 * A suite of what `Needs` must do.
 *
 * @since 0.1.0
 * @category models
 */
export interface Suite<out Needs> {
  /** Registers one test a sentence. */
  readonly run: <R>(test: Vitest.Test<Core | Needs | R>, harness: Harness<Core | Needs | R>) => void
  /** Only a type: the compiler takes generic functions that differ in their parameters for the same. */
  readonly needs?: Needs
}
