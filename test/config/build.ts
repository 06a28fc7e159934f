import { execFileSync } from "node:child_process"
import { readdirSync, statSync } from "node:fs"

const newestUnder = (folder: string): number =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).reduce(
    (newest, path) => Math.max(newest, statSync(`${folder}/${path}`).mtimeMs),
    statSync(folder).mtimeMs
  )

const isFresh = (): boolean => {
  const built = statSync("dist/index.js", { throwIfNoEntry: false })
  return built !== undefined && built.mtimeMs > Math.max(newestUnder("src"), statSync("package.json").mtimeMs)
}

/** Builds `dist` before the tests that read it, unless it is newer than every source. */
export default function setup(): void {
  if (!isFresh()) {
    execFileSync("npm", ["run", "build"], { stdio: "inherit" })
  }
}
