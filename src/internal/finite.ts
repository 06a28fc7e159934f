import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"

/** A length of time as milliseconds; not an endless one, which JSON cannot hold. */
export const FiniteDuration: Schema.Schema<Duration.Duration, number> = Schema.DurationFromMillis.pipe(
  Schema.filter((duration) => Duration.isFinite(duration) || "expected a length of time that ends"),
  Schema.annotations({ arbitrary: () => (fc) => fc.integer({ min: 0, max: 1e12 }).map(Duration.millis) })
)
