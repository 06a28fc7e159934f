/** Where programs of tests are written that find this project's packages. */
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"

const variable = "CROWD_TEST_MODULES"

export const home = fileURLToPath(new URL("../../node_modules/.cache", import.meta.url))

/** Where this run has them; its processes are told so. */
export const give = (folder: string): void => {
  process.env[variable] = folder
}

/** A new folder, to be removed by whoever makes it. */
export const make = (name: string): string => {
  const folder = resolve(process.env[variable] ?? home)
  mkdirSync(folder, { recursive: true })
  return mkdtempSync(join(folder, `${name}-`))
}

/** A new folder in which `effect-crowd` is this package, as it is built. */
export const makeProject = (name: string): string => {
  const folder = make(name)
  mkdirSync(join(folder, "node_modules"))
  symlinkSync(resolve(home, "../.."), join(folder, "node_modules/effect-crowd"), "dir")
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }')
  return folder
}
