/** What a crowd of Prolific is made from. */
import type * as Duration from "effect/Duration"
import type * as Redacted from "effect/Redacted"

/**
 * Whose account, in which workspace and project, and where participants come.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /**
   * The https address of your pages, where participants come; http only where `url` is local. Without it, nothing can be
   * set up, and what is out already can be watched, reviewed and paid.
   */
  readonly pages?: string | undefined
  /** Whether studies are published, which reserves their cost. Without it, and by default, a run is made as a draft. */
  readonly live?: boolean | undefined
  /** `PROLIFIC_TOKEN` by default. */
  readonly token?: Redacted.Redacted<string> | undefined
  /** Where the API is; `PROLIFIC_URL`, and then `https://api.prolific.com`, by default. */
  readonly url?: string | undefined
  /** Name or id; `PROLIFIC_WORKSPACE`, and then the only one there is, by default. */
  readonly workspace?: string | undefined
  /** Name or id; `PROLIFIC_PROJECT`, and then the only one there is, by default. */
  readonly project?: string | undefined
  /** Whether Prolific tells by webhooks, at `pages`, what changed; lists stay the truth. */
  readonly hooks?: boolean | undefined
  /** Whether links of studies carry a signed token, which select workspaces have. */
  readonly secureLinks?: boolean | undefined
  /** How long one call may take; 15 seconds by default. */
  readonly timeout?: Duration.DurationInput | undefined
  /** How many calls there may be at once; 8 by default. */
  readonly concurrency?: number | undefined
}
