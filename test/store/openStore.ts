/** Opens the store in the file named, as a process of its own. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqliteStore from "../../src/store/SqliteStore.js"

const filename = process.argv[2] ?? ""

await Effect.runPromise(Effect.scoped(Layer.build(SqliteStore.layer({ filename }))))
process.stdout.write("opened")
