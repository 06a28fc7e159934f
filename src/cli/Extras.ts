/** What a crowd has for this command beside its capabilities. */
import type * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as CrowdError from "../CrowdError.js"
import type * as Panel from "../Panel.js"

interface Named {
  readonly id: string
  readonly name: string
}

/** Who pays, in the crowd's own words, and out of which purses. */
export interface Account extends Named {
  readonly workspaces: ReadonlyArray<Named & { readonly projects: ReadonlyArray<Named> }>
}

export interface Service {
  /** None where the crowd has no more to say than that it knows who pays. */
  readonly account: Effect.Effect<Option.Option<Account>, CrowdError.CredentialsRejected | CrowdError.ProviderError>
  /** Served beside the pages: where the crowd brings its news. */
  readonly routes: Layer.Layer<never, never, HttpLayerRouter.HttpRouter>
  /** How people come by a link and leave with a code; none where the crowd is no panel. */
  readonly panel: Option.Option<Panel.Service>
}

export class Extras extends Context.Tag("effect-crowd/cli/Extras")<Extras, Service>() {}

/** Of a crowd that has none. */
export const none: Layer.Layer<Extras> = Layer.succeed(Extras, {
  account: Effect.succeedNone,
  routes: Layer.empty,
  panel: Option.none()
})
