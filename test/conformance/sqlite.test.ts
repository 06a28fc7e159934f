import * as sqlite from "../support/sqlite.js"
import { conformance } from "./mock.js"

conformance("Mock over a SQLite file", sqlite.layer())
