/** Opens the store in the file named, as a process of its own that is not root's, and says how that went. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqliteStore from "../../src/store/SqliteStore.js"

const filename = process.argv[2] ?? ""
const nobody = 65_534

if (process.getuid?.() === 0) {
  process.setgid?.(nobody)
  process.setuid?.(nobody)
}

const opened = Effect.scoped(Layer.build(SqliteStore.layer({ filename })))

process.stdout.write(
  await Effect.runPromise(Effect.match(opened, { onFailure: ({ reason }) => reason, onSuccess: () => "opened" }))
)
