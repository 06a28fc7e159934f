import * as Store from "../../src/Store.js"
import { suite } from "./suite.js"

suite("memory", Store.layerMemory)
