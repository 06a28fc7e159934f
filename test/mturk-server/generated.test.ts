import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { describe, expect, it } from "@effect/vitest"

const model = process.env["MTURK_SERVICE_MODEL"] ?? "/work/shared/mturk/service-2.json"

describe("the generated model", () => {
  it.runIf(existsSync(model))("is what the generator makes of the service model", () => {
    const made = execFileSync(process.execPath, ["test/config/generate-mturk.mjs", model, "--stdout"], {
      encoding: "utf8"
    })
    expect(readFileSync("src/mturk-server/protocol/model.ts", "utf8")).toBe(made)
  })
})
