import { createRequire } from "node:module"
import { resolve } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { builtModules } from "./moduleGraph.js"

const require = createRequire(import.meta.url)

const specifierOf = (path: string) =>
  path === "dist/index.js" ? "effect-crowd" : `effect-crowd/${path.slice("dist/".length, -".js".length)}`

const isClosed = (path: string) => /^dist\/(cli|local)\//.test(path) || path.includes("/internal/")

describe("subpath exports", () => {
  it.each(builtModules.filter((path) => !isClosed(path)))("%s is exported", (path) => {
    expect(require.resolve(specifierOf(path))).toBe(resolve(path))
  })

  it.each(builtModules.filter(isClosed))("%s is closed", (path) => {
    expect(() => require.resolve(specifierOf(path))).toThrow('is not defined by "exports"')
  })
})
