/** The double as a child process that tells its parent where it listens, and each call that was made. */
import { startDouble } from "./double.js"

const { seed, settings, share } = JSON.parse(process.argv[2] ?? "{}")

const double = await startDouble(settings)
double.faults.storm({ seed, share })

const tell = (message: object) => process.send?.(message)

tell({ _tag: "Listening", url: double.url, token: double.token })

let told = 0
setInterval(() => {
  for (const { call } of double.calls.slice(told)) tell({ _tag: "Called", call })
  told = double.calls.length
}, 2)
