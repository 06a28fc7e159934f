// npm leaves a platform's binary out of the lockfile where the registry it reached does not hold it,
// and `npm ci` then refuses that lockfile. This adds the missing entries; other platforms' are never downloaded.
// Run after a change of dependencies: npm run lock
import { readFileSync, writeFileSync } from "node:fs"

const systems = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"]
const processors = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "x64"]

const platformOf = (name) => {
  const words = name.split("/").at(-1).split("-")
  const os = systems.find((system) => words.includes(system))
  const cpu = processors.find((processor) => words.includes(processor))
  if (os === undefined || cpu === undefined) {
    throw new Error(`cannot tell the platform of ${name}: add it to test/config/complete-lock.mjs`)
  }
  const libc = words.some((word) => word.startsWith("musl"))
    ? ["musl"]
    : os === "linux" && words.some((word) => word.startsWith("gnu"))
      ? ["glibc"]
      : undefined
  return { os: [os], cpu: [cpu], libc }
}

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"))
const missing = Object.values(lock.packages).flatMap((entry) =>
  Object.entries(entry.optionalDependencies ?? {})
    .filter(([name]) => lock.packages[`node_modules/${name}`] === undefined)
    .map(([name, version]) => [
      `node_modules/${name}`,
      { version, dev: entry.dev, optional: true, ...platformOf(name) }
    ])
)
lock.packages = Object.fromEntries(
  [...Object.entries(lock.packages), ...missing].sort(([left], [right]) => (left < right ? -1 : 1))
)
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`)
console.log(`package-lock.json: ${missing.length} platform entries added`)
