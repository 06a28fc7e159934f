import { existsSync, readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { arrows, circles, roomOf } from "./imports.js"

/** Folders that are no trade: what everybody uses, and batches to start from. */
const noWings = ["internal", "samples"]

const wings = readdirSync("src", { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !noWings.includes(entry.name))
  .map(({ name }) => name)

const providers = ["local/", "mturk/", "mock/"]
const wingOf = (name: string): string => name.toLowerCase().replace(/\/?$/, "/")

describe("the house", () => {
  it("has no circle of files that import each other, types included", () => {
    expect(circles()).toEqual([])
  })

  it("has no arrow that runs up a floor", () => {
    const up = arrows.filter(({ from, to }) => roomOf(to).height > roomOf(from).height)
    expect(up.map(({ from, to }) => `${from} imports ${to}`)).toEqual([])
  })

  it("has no provider that imports another", () => {
    const across = arrows.filter(({ from, to }) => {
      const [a, b] = [wingOf(roomOf(from).name), wingOf(roomOf(to).name)]
      return a !== b && providers.includes(a) && providers.includes(b)
    })
    expect(across.map(({ from, to }) => `${from} imports ${to}`)).toEqual([])
  })

  it.each(wings)("has a page on src/%s: what it is for, how data goes through it, what never to do there", (wing) => {
    const path = `src/${wing}/README.md`
    const page = existsSync(path) ? readFileSync(path, "utf8") : ""
    expect(page).toMatch(new RegExp(`^# ${wing}\n\n\\w`))
    expect(page).toContain("**How data goes through it.**")
    expect(page).toContain("**Never here**")
  })
})
