import { execFileSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "@effect/vitest"

const document = process.env["PROLIFIC_OPENAPI"] ?? "/work/shared/prolific/openapi.yml"

const generator = (...args: ReadonlyArray<string>): string =>
  execFileSync(process.execPath, ["test/config/generate-prolific.mjs", ...args], { encoding: "utf8" })

const types = readFileSync("src/prolific/protocol.ts", "utf8")

describe("what is made of Prolific's OpenAPI document", () => {
  it("has the types of its cut", () => {
    expect(types).toBe(generator("--types"))
    expect(readFileSync("test/support/prolific/protocol.ts", "utf8")).toBe(generator("--calls"))
  })

  it.runIf(existsSync(document))("is cut from the document", () => {
    expect(readFileSync("test/support/prolific/openapi.json", "utf8")).toBe(generator(document, "--cut"))
  })

  it("is used, every type of it", () => {
    const sources = readdirSync("src/prolific").filter((name) => name !== "protocol.ts" && name.endsWith(".ts"))
    const text = [types, ...sources.map((name) => readFileSync(`src/prolific/${name}`, "utf8"))].join("\n")
    const names = [...types.matchAll(/^export interface (\w+)/gm)].map(([, name = ""]) => name)
    const unused = names.filter((name) => [...text.matchAll(new RegExp(`\\b${name}\\b`, "g"))].length < 2)
    expect(unused).toEqual([])
  })
})
