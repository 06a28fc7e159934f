import * as Layer from "effect/Layer"
import * as Mock from "../../src/Mock.js"
import * as SqlStore from "../../src/store/SqlStore.js"
import * as postgres from "../support/postgres.js"
import * as sqlite from "../support/sqlite.js"
import { swap } from "./swap.js"

swap("Mock over memory", Mock.layer())
swap("Mock over a SQLite file", Layer.provide(Mock.layerStore(), sqlite.layer()))
swap("Mock over Postgres", Layer.provide(Mock.layerStore(), Layer.provide(SqlStore.layer, postgres.layer)))
