import * as Layer from "effect/Layer"
import * as SqlStore from "../../src/store/SqlStore.js"
import { clientAt } from "./postgres.js"

/** A store over the database of this address, which others may share. */
export const storeAt = (url: string, maxConnections: number) =>
  Layer.provide(SqlStore.layer, clientAt(url, maxConnections))
