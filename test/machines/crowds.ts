/** The crowds, as a process of the cluster hires them. */
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Local from "../../src/Local.js"
import * as Mock from "../../src/Mock.js"
import * as MTurk from "../../src/MTurk.js"
import type { Core } from "../../src/Provider.js"
import type { Store } from "../../src/Store.js"
import type { CrowdName } from "./protocol.js"

/** Of the only requester that the service knows. */
const credentials = { accessKeyId: "AKIDCROWD", secretAccessKey: Redacted.make("the secret of the requester") }

export const crowdOf = (crowd: CrowdName, endpoint: string): Layer.Layer<Core, unknown, Store> => {
  switch (crowd) {
    case "mock":
      return Mock.layerStore()
    case "local":
      return Local.layer()
    case "mturk":
      return MTurk.layer({ endpoint, credentials })
  }
}
