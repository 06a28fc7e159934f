/** What the parts of a cluster cost at rest, in time on a processor: the load plan's figures. */
import * as Effect from "effect/Effect"
import * as postgres from "../support/postgres.js"
import * as campaign from "./campaign.js"
import * as cpu from "./cpu.js"
import * as fleets from "./fleet.js"

const seconds = 20

/** One process that conducts so many runs of which nothing comes. */
const resting = (runs: number) =>
  Effect.gen(function* () {
    const url = yield* postgres.url
    return yield* Effect.gen(function* () {
      const launched = yield* campaign.launched(runs, 20)
      const fleet = yield* fleets.make({ url, crowd: "local", endpoint: "" })
      const member = yield* fleet.start
      yield* Effect.repeat(Effect.sleep("200 millis"), {
        until: () => (member.reports.at(-1)?.owned.length ?? 0) >= launched.length
      })
      yield* Effect.sleep("3 seconds")
      const usage = () => ({ process: cpu.of(member.pid), postgres: cpu.ofFamily(postgres.serverPid()) })
      const roundsOf = () => member.reports.at(-1)?.rounds ?? 0
      const [before, roundsBefore] = [usage(), roundsOf()]
      yield* Effect.sleep(`${seconds} seconds`)
      const after = usage()
      return {
        runs,
        "rounds/s": (roundsOf() - roundsBefore) / seconds,
        "ms process CPU/s": Math.round((1000 * (after.process - before.process)) / seconds),
        "ms Postgres CPU/s": Math.round((1000 * (after.postgres - before.postgres)) / seconds)
      }
    }).pipe(Effect.provide(campaign.hired("local", url)))
  }).pipe(Effect.scoped)

/** A process that conducts nothing, and one that conducts runs at rest. */
export const measure = Effect.all([resting(0), resting(50)])
