/** Runs as the console shows them. */
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Mock from "../../src/Mock.js"
import * as Money from "../../src/Money.js"
import { Provider } from "../../src/Provider.js"
import * as consoleRuns from "../../src/server/console/runs.js"
import { kit } from "../support/failures.js"

it.effect("what is to come has the fee of what the task asks of its workers", () =>
  Effect.gen(function* () {
    const qualifications = [{ name: "masters", comparator: "exists", value: 1 }] as const
    const run = yield* kit.launched({ rows: 3, task: { qualifications } })
    const fee: Provider["Type"]["fee"] = ({ qualifications = [] }) => Money.make(1 + qualifications.length)
    const { view } = yield* Effect.updateService(consoleRuns.make, Provider, (provider) => ({ ...provider, fee }))
    expect((yield* view(run.id)).toCome).toBe(3 * (5 + 2))
  }).pipe(Effect.provide(Mock.layer()))
)
