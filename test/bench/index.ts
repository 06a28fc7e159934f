/** All benches, one after another, each in a process of its own. */
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

for (const bench of ["claims.ts", "http.ts", "launch.ts", "mturk.ts"]) {
  const file = fileURLToPath(new URL(bench, import.meta.url))
  const { status } = spawnSync(process.execPath, ["--import", "tsx", file], { stdio: "inherit" })
  if (status !== 0) process.exit(status ?? 1)
  console.log("")
}
