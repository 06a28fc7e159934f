/** The cluster over a Postgres; imported only where there is one, because its engine is an optional package. */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as ConductorCluster from "../ConductorCluster.js"
import { fromDriver } from "../store/sql/sqlErrors.js"

export const layer = (url: Redacted.Redacted<string>, shown: string, options: ConductorCluster.Options) =>
  Layer.provide(
    ConductorCluster.layer(options),
    Layer.mapError(
      PgClient.layer({ url, applicationName: "effect-crowd cluster", ...ConductorCluster.clientOptions }),
      (error) => fromDriver(shown, "join the cluster", error)
    )
  )
