import * as Layer from "effect/Layer"
import * as Local from "../../src/Local.js"
import * as Mock from "../../src/Mock.js"
import * as Store from "../../src/Store.js"
import * as SqlStore from "../../src/store/SqlStore.js"
import * as postgres from "../support/postgres.js"
import * as sqlite from "../support/sqlite.js"
import { swap } from "./swap.js"

const onPostgres = Layer.provide(SqlStore.layer, postgres.layer)

swap("Mock over memory", Mock.layer())
swap("Mock over a SQLite file", Layer.provide(Mock.layerStore(), sqlite.layer()))
swap("Mock over Postgres", Layer.provide(Mock.layerStore(), onPostgres))

swap("Local over memory", Layer.provide(Local.layer(), Store.layerMemory))
swap("Local over a SQLite file", Layer.provide(Local.layer(), sqlite.layer()))
swap("Local over Postgres", Layer.provide(Local.layer(), onPostgres))
