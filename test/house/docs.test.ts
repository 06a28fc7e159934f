import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { exported, faults, list, listPath, modules } from "./docs.js"

describe("the docs", () => {
  it("have for each export a sentence, @since and @category, and an @example for each constructor and layer", () => {
    expect(exported.length).toBeGreaterThan(400)
    expect(faults).toEqual([])
  })

  it("list what is public as exports of package.json does: `npm run docs` writes it", () => {
    expect(modules.length).toBeGreaterThan(40)
    expect(readFileSync(listPath, "utf8")).toBe(list)
  })
})
