/** The double as a process of its own: settings as JSON in its only argument; says where it listens, on one line. */
import { startDouble } from "./double.js"

const double = await startDouble(JSON.parse(process.argv[2] ?? "{}"))

process.stdout.write(
  `${JSON.stringify({ url: double.url, token: double.token, workspace: double.workspace, project: double.project })}\n`
)

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    for (const fault of double.violations) process.stderr.write(`${fault}\n`)
    void double.close()
  })
}
