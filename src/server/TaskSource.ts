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
import type { AssignmentId, QualificationId, RunId, WorkerId } from "../Ids.js"
import type * as WorkApi from "./WorkApi.js"

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
 * A qualification that a worker lacks and may ask for.
 *
 * @since 0.1.0
 * @category models
 */
export type Lack = WorkApi.Lack

/**
 * What a worker may see of a run: nothing, that it is on offer, or also its page before they have accepted it. `lacks` are
 * the qualifications they could ask for.
 *
 * @since 0.1.0
 * @category models
 */
export interface Access {
  readonly sees: "nothing" | "offer" | "page"
  readonly lacks: ReadonlyArray<Lack>
}

/**
 * What the server asks for a task's page, before it looks at the run's template.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** None for what is not from here. */
  readonly shown: (asked: Asked) => Effect.Effect<Option.Option<Shown>, StoreError>
  /** Of a worker, or of somebody who is not known yet. */
  readonly access: (run: RunId, worker: Option.Option<WorkerId>) => Effect.Effect<Access, StoreError>
  /** The worker of this name asks for a qualification. None where there is none that may be asked for. */
  readonly ask: (
    qualification: QualificationId,
    worker: string
  ) => Effect.Effect<Option.Option<"granted" | Lack["status"]>, StoreError>
}

/**
 * The tag of the service; optional in the environment of `Server.layer`.
 *
 * @since 0.1.0
 * @category services
 */
export class TaskSource extends Context.Tag("effect-crowd/server/TaskSource")<TaskSource, Service>() {}
