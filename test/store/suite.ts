/** What every store must do; its parts are one file each. */
import { describe, layer } from "@effect/vitest"
import type * as Layer from "effect/Layer"
import type { Store } from "../../src/Store.js"
import { claims } from "./suiteClaims.js"
import { pages } from "./suitePages.js"
import { rows } from "./suiteRows.js"
import { transactions } from "./suiteTransactions.js"
import { turns } from "./suiteTurns.js"

export const suite = (name: string, store: Layer.Layer<Store, unknown>): void => {
  describe(name, () => {
    layer(store)((it) => {
      rows(it)
      pages(it)
      claims(it)
      transactions(it)
      turns(it)
    })
  })
}
