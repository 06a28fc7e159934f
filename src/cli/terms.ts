import type * as Option from "effect/Option"

/** What was asked for of a crowd outside; the others have no use for it. */
export interface Terms {
  /** Real money. */
  readonly live: boolean
  /** Where your own page serves the tasks; without one, the crowd is sent each page. */
  readonly questionUrl: Option.Option<string>
  /** What the crowd takes on top of a payment. */
  readonly fees: "amazon" | "none"
}
