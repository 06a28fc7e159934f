/** Bonuses that the console pays. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { Agents } from "../../Agents.js"
import { AgentNotFound } from "../../CrowdError.js"
import type { AgentId, RunId, WorkerId } from "../../Ids.js"
import * as Money from "../../Money.js"
import { TaskRuns } from "../../TaskRuns.js"
import { Workers } from "../../Workers.js"
import { InvalidAmount } from "../ConsoleApi.js"

type Payee = { readonly agent: AgentId } | { readonly worker: WorkerId }

interface Bonus {
  readonly to: Payee
  /** As in `0.50`, in the run's currency. */
  readonly amount: string
  readonly reason: string
  readonly key: string
}

const amountIn = (currency: Money.Currency, text: string): Either.Either<Money.Money, InvalidAmount> =>
  Money.parse(text, currency).pipe(
    Either.filterOrLeft(
      ({ minor }) => minor > 0,
      () => "a bonus is more than zero"
    ),
    Either.mapLeft((description) => new InvalidAmount({ amount: text, description }))
  )

export const make = Effect.gen(function* () {
  const agents = yield* Agents
  const runs = yield* TaskRuns
  const workers = yield* Workers

  const payee = (run: RunId, to: Payee) =>
    "worker" in to
      ? Effect.succeed(to)
      : Effect.filterOrFail(
          agents.get(to.agent),
          (agent) => agent.run === run,
          () => new AgentNotFound({ agent: to.agent })
        )

  return (run: RunId, { amount, key, reason, to }: Bonus) =>
    Effect.gen(function* () {
      const { task } = yield* runs.get(run)
      const money = yield* amountIn(task.reward.currency, amount)
      const { unit, worker } = { unit: undefined, ...(yield* payee(run, to)) }
      return yield* workers.bonus({ worker, unit, run, amount: money, reason, key })
    })
})
