import * as Layer from "effect/Layer"
import * as SqlStore from "../../src/store/SqlStore.js"
import * as postgres from "../support/postgres.js"
import { conformance } from "./mock.js"

conformance("Mock over Postgres", Layer.provide(SqlStore.layer, postgres.layer))
