import * as Layer from "effect/Layer"
import * as SqlStore from "../../src/store/SqlStore.js"
import * as postgres from "../support/postgres.js"
import { suite } from "./suite.js"

suite("Postgres", Layer.provide(SqlStore.layer, postgres.layer))
