/** The account: whose token it is, where it works, and what it holds. */
import * as Request from "@effect/platform/HttpClientRequest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { CredentialsRejected, type ProviderError } from "../CrowdError.js"
import { type Driver, registration } from "../Driver.js"
import type { Currency, Money } from "../Money.js"
import type { Client } from "./client.js"
import type { Crowd } from "./crowd.js"
import { once } from "./crowd.js"
import type { Environment } from "./environment.js"
import { failure, provider, toProviderError } from "./errors.js"
import { everyOffset } from "./paging.js"
import * as replies from "./replies.js"

/**
 * Who a token belongs to, and which workspaces and projects they have.
 *
 * @since 0.1.0
 * @category models
 */
export interface Account {
  readonly id: string
  readonly email: Option.Option<string>
  readonly workspaces: ReadonlyArray<{
    readonly id: string
    readonly title: string
    readonly projects: ReadonlyArray<{ readonly id: string; readonly title: string }>
  }>
}

const all = <A>(stream: Stream.Stream<A, ProviderError>) => Effect.map(Stream.runCollect(stream), Chunk.toReadonlyArray)

const workspaces = (client: Client) =>
  all(everyOffset(client, "get-workspaces", "/api/v1/workspaces/", {}, replies.Named))

const projects = (client: Client, workspace: string) =>
  all(everyOffset(client, "get-projects", `/api/v1/workspaces/${workspace}/projects/`, {}, replies.Named))

/** Who the token belongs to. Prolific answers 401, 403 or 404 to one that it does not know. */
const owner = (client: Client): Effect.Effect<typeof replies.User.Type, CredentialsRejected | ProviderError> =>
  Effect.mapError(client.call("get-user", Request.get("/api/v1/users/me/"), replies.User), (error) =>
    error._tag === "Refusal" && [401, 403, 404].includes(error.status)
      ? new CredentialsRejected({ provider, description: error.description })
      : toProviderError(error)
  )

export const account = (client: Client): Effect.Effect<Account, CredentialsRejected | ProviderError> =>
  Effect.gen(function* () {
    const { email, id } = yield* owner(client)
    const found = yield* workspaces(client)
    return {
      id,
      email,
      workspaces: yield* Effect.forEach(found, ({ id, title }) =>
        Effect.map(projects(client, id), (projects) => ({ id, title, projects }))
      )
    }
  })

/** The one of this name or id; without a wish, the only one there is. */
const choose = (
  what: "workspace" | "project",
  wish: Option.Option<string>,
  found: ReadonlyArray<replies.Named>
): Effect.Effect<string, ProviderError> => {
  const fitting = Option.match(wish, {
    onNone: () => found,
    onSome: (name) => {
      const byId = found.filter(({ id }) => id === name)
      return byId.length > 0 ? byId : found.filter(({ title }) => title === name)
    }
  })
  const [only, ...others] = fitting
  if (only !== undefined && others.length === 0) return Effect.succeed(only.id)
  const list = found.map(({ id, title }) => `${title} (${id})`).join(", ") || "none"
  const asked = Option.match(wish, {
    onNone: () => "none is chosen",
    onSome: (name) => `"${name}" names none or several`
  })
  const variable = `PROLIFIC_${what.toUpperCase()}`
  return failure("Rejected", `get-${what}s`, `${asked}; set ${variable} to the name or id of one ${what} of: ${list}`)
}

const balance = (client: Client, workspace: string): Effect.Effect<Money, ProviderError> =>
  client.call("get-workspace-balance", Request.get(`/api/v1/workspaces/${workspace}/balance/`), replies.Balance).pipe(
    Effect.mapError(toProviderError),
    Effect.map(({ available_balance, currency_code }) => ({
      currency: currency_code,
      minor: Math.max(0, Math.floor(available_balance))
    }))
  )

/** What the account is asked for, once, when it is first needed. */
export const facts = (
  client: Client,
  environment: Environment
): Effect.Effect<Pick<Crowd, "workspace" | "project" | "currency" | "balance">> =>
  Effect.gen(function* () {
    const workspace = yield* once(
      Effect.flatMap(workspaces(client), (found) => choose("workspace", environment.workspace, found))
    )
    const project = yield* once(
      Effect.flatMap(workspace, (id) =>
        Effect.flatMap(projects(client, id), (found) => choose("project", environment.project, found))
      )
    )
    const now = Effect.flatMap(workspace, (id) => balance(client, id))
    const currency: Effect.Effect<Currency, ProviderError> = yield* once(Effect.map(now, ({ currency }) => currency))
    return { workspace, project, currency, balance: now }
  })

/** A token is asked for only to be checked: what works afterwards is what the layer was made with. */
const Args = Schema.Struct({ token: Schema.optional(Schema.Redacted(Schema.NonEmptyString)) })

export const register = (client: Client): Driver["registration"] =>
  registration({
    provider,
    args: Args,
    check: (_, { token }) => Effect.asVoid(owner(token === undefined ? client : client.as(token))),
    isRegistered: () =>
      owner(client).pipe(
        Effect.as(true),
        Effect.catchTag("CredentialsRejected", () => Effect.succeed(false))
      )
  })
