/**
 * Everything the server can be asked, typed: clients are made from it (`HttpApiClient.make(Api)`), and the description
 * at `/openapi.json`.
 *
 * @since 0.1.0
 */
import * as HttpApi from "@effect/platform/HttpApi"
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { StoreError } from "../CrowdError.js"
import { ConsoleApi, SessionApi } from "./ConsoleApi.js"
import { WorkApi } from "./WorkApi.js"

/**
 * Whether the server is up: `GET /health` asks the store, and answers 503 where it cannot be reached.
 *
 * @since 0.1.0
 * @category groups
 */
export class SystemApi extends HttpApiGroup.make("system", { topLevel: true }).add(
  HttpApiEndpoint.get("health", "/health")
    .addSuccess(Schema.Struct({ status: Schema.Literal("ok") }))
    .addError(StoreError, { status: 503 })
) {}

/**
 * All groups of endpoints together.
 *
 * @since 0.1.0
 * @category api
 */
export class Api extends HttpApi.make("crowd")
  .add(SystemApi)
  .add(WorkApi)
  .add(SessionApi)
  .add(ConsoleApi)
  .annotate(OpenApi.Title, "effect-crowd")
  .annotate(OpenApi.Description, "Workers' pages and the requester's console talk to this.") {}
