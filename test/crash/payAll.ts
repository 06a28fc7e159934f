/** A bonus for every unit that was approved, as the processes that are killed pay it. */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Agents } from "../../src/Agents.js"
import * as Crowd from "../../src/Crowd.js"
import type { RunId } from "../../src/Ids.js"
import type { BonusError } from "../../src/Workers.js"
import { bonusOf } from "./task.js"

/** Fails with the first failure that counts. `paid` is run after each that was not paid before. */
export const payAll = (run: RunId, counts: (failure: BonusError) => boolean, paid: Effect.Effect<void> = Effect.void) =>
  Effect.gen(function* () {
    const agents = yield* Agents
    const all = agents.submissions(run, { status: "approved" }).pipe(
      Stream.map(({ id, unit }) => ({
        to: { _tag: "Agent" as const, agent: id },
        amount: bonusOf(unit),
        reason: "well done",
        key: unit
      }))
    )
    const failures = yield* Crowd.bonuses(run, all).pipe(
      Stream.tap(({ outcome }) => (Either.isRight(outcome) && !outcome.right.repeated ? paid : Effect.void)),
      Stream.filterMap(({ outcome }) => Either.getLeft(outcome)),
      Stream.filter(counts),
      Stream.runCollect
    )
    yield* Option.match(Chunk.head(failures), { onNone: () => Effect.void, onSome: Effect.fail })
  })
