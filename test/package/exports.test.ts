import { createRequire } from "node:module"
import { resolve } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { closedModules, publicModules, specifierOf } from "./moduleGraph.js"

const require = createRequire(import.meta.url)

describe("subpath exports", () => {
  it.each(publicModules)("%s is exported", (path) => {
    expect(require.resolve(specifierOf(path))).toBe(resolve(path))
  })

  it.each(closedModules)("%s is closed", (path) => {
    expect(() => require.resolve(specifierOf(path))).toThrow('is not defined by "exports"')
  })
})
