/** The store in Postgres; imported only where one is named, because its driver is an optional package. */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type { StoreError } from "../CrowdError.js"
import * as connection from "../conductor-cluster/connection.js"
import type { Store } from "../Store.js"
import * as SqlStore from "../store/SqlStore.js"
import { fromDriver } from "../store/sql/sqlErrors.js"

/** No statement takes as long as this, but those that make the tables of a new version. */
const silence = Duration.minutes(2)

export const layer = (url: Redacted.Redacted<string>, shown: string): Layer.Layer<Store, StoreError> =>
  Layer.suspend(() => {
    let isOpen = false
    const stream = connection.sockets(silence, () => isOpen)
    const database = Layer.mapError(PgClient.layer({ url, applicationName: "effect-crowd", stream }), (error) =>
      fromDriver(shown, "open", error)
    )
    return SqlStore.layer.pipe(
      Layer.tap(() =>
        Effect.sync(() => {
          isOpen = true
        })
      ),
      Layer.provide(database)
    )
  })
