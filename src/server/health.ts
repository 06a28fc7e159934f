/** Whether the server is up and, for its operator, who conducts which run. */
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Owners from "../Owners.js"
import { TaskRuns } from "../TaskRuns.js"
import { Api } from "./Api.js"
import * as tokenAttempts from "./console/tokenAttempts.js"

const runsAtMost = 1_000

const conducting = ({ address, ownersOf }: Owners.Service, { undecided }: TaskRuns["Type"]) =>
  undecided.pipe(
    Stream.take(runsAtMost),
    Stream.map(({ run }) => run),
    Stream.runCollect,
    Effect.flatMap((runs) => ownersOf([...runs])),
    Effect.map((owners) => ({ address, owners: Object.fromEntries(owners) }))
  )

/** A server is well as long as it can read what it is there for. */
export const layer = (options: { readonly token: Redacted.Redacted<string> }) =>
  HttpApiBuilder.group(Api, "system", (handlers) =>
    Effect.gen(function* () {
      const runs = yield* TaskRuns
      const owners = yield* Effect.serviceOption(Owners.Owners)
      const check = yield* tokenAttempts.checking(options.token)
      const told = (shared: Owners.Service) =>
        Effect.gen(function* () {
          const bearer = tokenAttempts.bearerOf(yield* HttpServerRequest.HttpServerRequest)
          const isOperator = bearer !== "" && (yield* Effect.isSuccess(check(bearer)))
          return isOperator ? { cluster: yield* conducting(shared, runs) } : {}
        })
      return handlers.handle("health", () =>
        Effect.gen(function* () {
          yield* runs.newest
          const cluster = yield* Effect.transposeMapOption(owners, told)
          return { status: "ok" as const, ...Option.getOrElse(cluster, () => ({})) }
        })
      )
    })
  )
