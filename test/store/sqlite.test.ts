import * as sqlite from "../support/sqlite.js"
import { suite } from "./suite.js"

suite("SQLite file, durability normal", sqlite.layer({ durability: "normal" }))
suite("SQLite file, durability full", sqlite.layer({ durability: "full" }))
