/** What a crowd sells: places in offers, and which limits on who gets them it keeps itself. */

/**
 * What one offer of a crowd holds: one `unit`; a `row`'s units, each for another person, as a HIT with several
 * assignments; or the units of a `run`, as a study with places.
 *
 * @since 0.1.0
 * @category models
 */
export type Holds = "unit" | "row" | "run"

/**
 * A limit on who gets which unit: different people for the units of one row, so many units for one worker, and the
 * qualifications that the task asks for.
 *
 * @since 0.1.0
 * @category models
 */
export type Limit = "differentPeople" | "unitsPerWorker" | "qualifications"

/**
 * How a crowd offers units, and which limits it keeps itself. Limits it does not keep are kept where workers come to our
 * pages; where neither can (`carriesPages`), a batch that needs them is refused with `SettingNotKept` before anything is
 * written or sent. A block is kept by `Driver.block`, and where workers come to our pages.
 *
 * @since 0.1.0
 * @category models
 */
export interface Offers {
  readonly holds: Holds
  /** What becomes of a place that somebody gave back or let pass: it is `offered` again (default), or it is `closed`. */
  readonly returned?: "offered" | "closed" | undefined
  /** What becomes of the place of rejected work: it is `closed` (default), or the crowd has `offered` it again. */
  readonly rejected?: "closed" | "offered" | undefined
  /** None by default. */
  readonly keeps?: ReadonlyArray<Limit> | undefined
}

/** With how many places an offer is made of a run of so many units in all. @internal */
export const placesOf = (
  { holds }: Offers,
  { unitsPerAssignment }: { readonly unitsPerAssignment: number },
  units: number
): number => (holds === "unit" ? 1 : holds === "row" ? unitsPerAssignment : Math.max(1, units))
