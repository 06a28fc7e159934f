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
import { named } from "../internal/schemas.js"
import { ConsoleApi, SessionApi } from "./ConsoleApi.js"
import { WorkApi } from "./WorkApi.js"

/**
 * The address of the process that conducts a run, by the id of the run.
 *
 * @since 0.1.0
 * @category models
 */
export const RunOwners = Schema.Record({ key: Schema.String, value: Schema.String })
/**
 * @since 0.1.0
 * @category models
 */
export interface RunOwners extends Schema.Schema.Type<typeof RunOwners> {}

/**
 * Who conducts which run, where several processes share them: the address of the one that answers, and the owner of each
 * run that is not decided, as far as it has one just now and up to a thousand runs.
 *
 * @since 0.1.0
 * @category models
 */
export const Conducting = Schema.Struct({
  address: Schema.String,
  owners: named<RunOwners>()(RunOwners)
})
/**
 * @since 0.1.0
 * @category models
 */
export interface Conducting extends Schema.Schema.Type<typeof Conducting> {}

/**
 * Whether the server is up: `GET /health` asks the store, and answers 503 where it cannot be reached. Where several
 * processes share the runs, whoever shows the console's token as `Authorization: Bearer <token>` is told who conducts which.
 *
 * @since 0.1.0
 * @category groups
 */
export class SystemApi extends HttpApiGroup.make("system", { topLevel: true }).add(
  HttpApiEndpoint.get("health", "/health")
    .addSuccess(Schema.Struct({ status: Schema.Literal("ok"), cluster: Schema.optional(Conducting) }))
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
