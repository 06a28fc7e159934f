/** README's provider in two processes that conduct one run at Acme. */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Agent } from "../../src/Agents.js"
import type { Token } from "../../src/Ids.js"
import { Agents } from "../../src/index.js"
import type { Store } from "../../src/Store.js"
import * as Conformance from "../../src/testing/Conformance.js"
import { key } from "../support/acmeCrowd.js"
import { type Acme, arrive, post } from "./acmePeople.js"
import { type Again, another, onShared, seeds } from "./stores.js"

const Orders = Schema.Array(Schema.Struct({ reference: Schema.String }))

/** Registers the tests for the provider at the crowd of this address. */
export const acmeConductors = (
  name: string,
  acme: Acme,
  crowd: string,
  store: Layer.Layer<Store | Again, unknown>
): void => {
  const provider = Layer.provide(acme, FetchHttpClient.layer)

  const leave = ({ remoteId }: Agent, status: "finished" | "left") =>
    post(`${crowd}/submissions/${Option.getOrThrow(remoteId)}`, { status })

  /** How many orders Acme has under this token; places are a number, which only goes up. */
  const timesDone = (token: Token) =>
    Effect.promise(async (): Promise<unknown> => {
      const headers = { authorization: `Bearer ${key}` }
      return (await fetch(`${crowd}/orders?reference=${token}`, { headers })).json()
    }).pipe(
      Effect.flatMap(Schema.decodeUnknown(Orders)),
      Effect.map(({ length }) => (token.startsWith("launch_") || token.startsWith("expire_") ? 1 : length))
    )

  Conformance.provider(
    `${name}, conducted twice`,
    onShared(store, (own) => Layer.provide(provider, own)),
    {
      harness: {
        clock: "real",
        patience: "1 minute",
        arrive: (worker, run) => Effect.map(arrive(crowd)(worker, run), ({ data }) => data),
        submit: (agent, answers) =>
          Effect.gen(function* () {
            const agents = yield* Agents.Agents
            yield* agents.submit({ agent: agent.id, worker: agent.worker, answers })
            yield* leave(agent, "finished")
          }),
        giveBack: (agent) => leave(agent, "left"),
        timesDone,
        another: another(provider),
        seeds
      },
      suites: [Conformance.conductors]
    }
  )
}
