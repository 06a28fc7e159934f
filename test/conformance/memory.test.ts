import * as Store from "../../src/Store.js"
import { conformance } from "./mock.js"

conformance("Mock over memory", Store.layerMemory)
