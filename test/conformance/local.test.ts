import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Local from "../../src/Local.js"
import * as Store from "../../src/Store.js"
import * as SqlStore from "../../src/store/SqlStore.js"
import * as Conformance from "../../src/testing/Conformance.js"
import * as postgres from "../support/postgres.js"
import * as sqlite from "../support/sqlite.js"

const conformance = (name: string, store: Layer.Layer<Store.Store, unknown>) =>
  Conformance.provider(name, Layer.provide(Local.layer(), store), {
    harness: { arrive: (worker) => Effect.succeed({ worker }), unreadable: { worker: "" } },
    suites: [Conformance.core, Conformance.qualifications]
  })

conformance("Local over memory", Store.layerMemory)
conformance("Local over a SQLite file", sqlite.layer())
conformance("Local over Postgres", Layer.provide(SqlStore.layer, postgres.layer))
