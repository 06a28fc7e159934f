import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { describe, expect, it } from "@effect/vitest"

const document = process.env["PROLIFIC_OPENAPI"] ?? "/work/shared/prolific/openapi.yml"

const generator = (...args: ReadonlyArray<string>): string =>
  execFileSync(process.execPath, ["test/config/generate-prolific.mjs", ...args], { encoding: "utf8" })

describe("what is made of Prolific's OpenAPI document", () => {
  it("has the types of its cut", () => {
    expect(readFileSync("src/prolific/protocol.ts", "utf8")).toBe(generator("--types"))
  })

  it.runIf(existsSync(document))("is cut from the document", () => {
    expect(readFileSync("test/support/prolific/openapi.json", "utf8")).toBe(generator(document, "--cut"))
  })
})
