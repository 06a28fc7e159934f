/**
 * Where tasks come from that are not made of their run's template: with this in the environment, the server asks it
 * before it looks at the template.
 *
 * @since 0.1.0
 */
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { Agent } from "../Agents.js"
import type { StoreError } from "../CrowdError.js"
import type { AssignmentId } from "../Ids.js"

/**
 * What is to be shown to whom. Without an agent it is a preview.
 *
 * @since 0.1.0
 * @category models
 */
export interface Asked {
  readonly assignment: AssignmentId
  readonly agent: Option.Option<Agent>
  readonly mode: "work" | "preview" | "review"
  readonly request: HttpServerRequest.HttpServerRequest
}

/**
 * A page of the requester's, as it is, with what its address is to end with; or an address where it is.
 *
 * @since 0.1.0
 * @category models
 */
export type Shown =
  | { readonly _tag: "Page"; readonly html: string; readonly query: string }
  | { readonly _tag: "Address"; readonly address: string }

/**
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** None for what is not from here. */
  readonly shown: (asked: Asked) => Effect.Effect<Option.Option<Shown>, StoreError>
}

/**
 * @since 0.1.0
 * @category services
 */
export class TaskSource extends Context.Tag("effect-crowd/server/TaskSource")<TaskSource, Service>() {}
