/** What the crowd itself has in its books: what was launched there, and paid. */
import { GetAccountBalanceCommand, ListHITsCommand } from "@aws-sdk/client-mturk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { RunId } from "../../src/Ids.js"
import { Mock } from "../../src/Mock.js"
import { TaskRuns } from "../../src/TaskRuns.js"
import { Marketplace } from "../mturk-server/support.js"

/** At MTurk's service: how many HITs and different annotations there are, and how many cents are left. */
const atService = ({ call }: Marketplace["Type"]) =>
  Effect.gen(function* () {
    const annotations: Array<string> = []
    let from: string | undefined
    do {
      const page = yield* call((client) => client.send(new ListHITsCommand({ MaxResults: 100, NextToken: from })))
      annotations.push(...(page.HITs ?? []).map(({ RequesterAnnotation = "" }) => RequesterAnnotation))
      from = page.NextToken
    } while (from !== undefined)
    const { AvailableBalance } = yield* call((client) => client.send(new GetAccountBalanceCommand({})))
    return {
      launched: annotations.length,
      different: new Set(annotations).size,
      balance: Math.round(Number(AvailableBalance) * 100)
    }
  })

/** At the Mock: its deeds are in its ledger, one for each token. */
const atMock = (mock: Mock["Type"]) =>
  Effect.map(mock.state, ({ balance, deeds }) => {
    const launches = deeds.filter(({ method }) => method === "launch")
    const subjects = new Set(launches.map(({ subject }) => subject))
    return { launched: launches.length, different: subjects.size, balance: balance.minor }
  })

export const books = Effect.gen(function* () {
  const market = yield* Effect.serviceOption(Marketplace)
  if (Option.isSome(market)) return Option.some(yield* atService(market.value))
  const mock = yield* Effect.serviceOption(Mock)
  return yield* Effect.transposeMapOption(mock, atMock)
})

/** What has become of the crowd's books since, but should not. */
export const wrong = (before: Effect.Effect.Success<typeof books>, runs: ReadonlyArray<RunId>, rows: number) =>
  Effect.gen(function* () {
    const after = yield* books
    if (Option.isNone(before) || Option.isNone(after)) return []
    const summaries = yield* Effect.flatMap(TaskRuns, (all) => Effect.forEach(runs, all.summary))
    const cost = summaries.reduce((sum, { cost }) => sum + cost.total, 0)
    const spent = before.value.balance - after.value.balance
    const launched = runs.length * rows
    return [
      ...(after.value.launched === launched
        ? []
        : [`at the crowd ${after.value.launched} were launched, not ${launched}`]),
      ...(after.value.different === launched ? [] : [`at the crowd ${after.value.different} differ, not ${launched}`]),
      ...(spent === cost ? [] : [`the crowd was paid ${spent} cents, not ${cost}`])
    ]
  })
