/** What a crowd of the protocol is made from. */
import type * as Duration from "effect/Duration"
import type * as Redacted from "effect/Redacted"

/**
 * `sandbox`: nothing is paid. `production`: real money.
 *
 * @since 0.1.0
 * @category models
 */
export type Mode = "sandbox" | "production"

/**
 * The pair of keys that requests are signed with.
 *
 * @since 0.1.0
 * @category models
 */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: Redacted.Redacted<string>
  readonly sessionToken?: Redacted.Redacted<string> | undefined
}

/**
 * What the service itself asks of workers, beyond what a task can say: places, lists of values, and from which step on.
 *
 * @since 0.1.0
 * @category models
 */
export interface Requirement {
  /**
   * A qualification of yours; an id of the service; or what the service knows of every worker: `percent_approved`,
   * `hits_approved`, `locale`, `adult`, `masters`.
   */
  readonly name: string
  readonly comparator:
    | "exists"
    | "does_not_exist"
    | "equal"
    | "not_equal"
    | "less_than"
    | "less_than_or_equal"
    | "greater_than"
    | "greater_than_or_equal"
    | "in"
    | "not_in"
  readonly integers?: ReadonlyArray<number> | undefined
  /** Countries and their parts, as in `US` and `US-CA`; for `locale`. */
  readonly locales?: ReadonlyArray<string> | undefined
  /** What those who do not fulfil it are kept from; `Accept` by default. */
  readonly guard?: "Accept" | "PreviewAndAccept" | "DiscoverPreviewAndAccept" | undefined
}

/**
 * Which service, with which keys, and what it charges.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** `sandbox` by default; real money has to be asked for. */
  readonly mode?: Mode | undefined
  /** Where the service is; `AWS_ENDPOINT_URL_MTURK`, and then the mode's own address, by default. */
  readonly endpoint?: string | undefined
  /** What the AWS SDK finds (environment, profile, role) by default. */
  readonly credentials?: Credentials | undefined
  /**
   * The https address of your own page that serves the tasks; it is opened with `run` and `assignment`, the row, beside
   * what the service says. Without one, each HIT carries its page, and no server is needed.
   */
  readonly host?: string | undefined
  /** Asked of the workers of every run, besides what its task asks. */
  readonly requirements?: ReadonlyArray<Requirement> | undefined
  /** `amazon` (default) or `none`, for services that take nothing on top of a payment. */
  readonly fees?: "amazon" | "none" | undefined
  /**
   * Pays a bonus without a unit, to a worker of whom there is no submission, by a HIT that only they can see: they have
   * to open and submit it within 30 days. Without it, and by default, such a bonus is `BonusNeedsUnit`.
   */
  readonly compensate?: boolean | undefined
  /** How long one call may take; 15 seconds by default. */
  readonly timeout?: Duration.DurationInput | undefined
  /**
   * How many calls there may be at once; 16 by default. They become fewer when the service says that they are too many.
   */
  readonly concurrency?: number | undefined
}
