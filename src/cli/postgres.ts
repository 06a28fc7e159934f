/** The store in Postgres; imported only where one is named, because its driver is an optional package. */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type { StoreError } from "../CrowdError.js"
import type { Store } from "../Store.js"
import * as SqlStore from "../store/SqlStore.js"
import { fromDriver } from "../store/sql/sqlErrors.js"

export const layer = (url: Redacted.Redacted<string>, shown: string): Layer.Layer<Store, StoreError> =>
  Layer.provide(
    SqlStore.layer,
    Layer.mapError(PgClient.layer({ url, applicationName: "effect-crowd" }), (error) =>
      fromDriver(shown, "open", error)
    )
  )
