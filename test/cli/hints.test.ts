/** What the command says to type next. */
import * as path from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as CrowdErrors from "../../src/CrowdError.js"
import * as Invocation from "../../src/cli/Invocation.js"
import { crowd, errorOf, folder, goodBatch, writeBatch } from "./support.js"

describe("a hint", () => {
  it.each([
    [["run", "b"], "npm run crowd -- resume"],
    [["run", "b", "--db", "a b.db"], "npm run crowd -- resume --db 'a b.db'"],
    [["--db=x.db", "run", "b", "--provider", "local"], "npm run crowd -- resume --db x.db --provider local"],
    [["--provider", "local", "run", "b", "--provider", "mock"], "npm run crowd -- resume --provider mock"],
    [["run", "b", "--live", "--fees", "none"], "npm run crowd -- resume --live --fees none"],
    [["run", "--db", "postgres://me:hunter2@host/db"], "npm run crowd -- resume --db postgres://me@host/db"]
  ])("after crowd %j is %s", (typed, says) => {
    expect(Invocation.make(typed).crowd("resume")).toBe(says)
  })

  it.scopedLive("comes with an error of the library, in text and in JSON", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      const batch = yield* writeBatch(path.join(dir, "batch"), goodBatch)
      const over = ["--db", path.join(dir, "crowd.db")]
      yield* crowd(["launch", batch, ...over])
      const says = `npm run crowd -- runs ${over.join(" ")} shows them.`
      const told = yield* crowd(["status", "run_1", "--json", ...over])
      expect(told.err).toContain(says)
      expect(errorOf(told).message).toContain(says)
    })
  )
})

describe("an error of the library names things of the library only", () => {
  const all: ReadonlyArray<{ readonly message: string }> = [
    new CrowdErrors.RequesterNotFound({ requester: "r" }),
    new CrowdErrors.TaskRunNotFound({ run: "run_1" }),
    new CrowdErrors.IntentNotFound({ token: "t" }),
    new CrowdErrors.NameTaken({ name: "ann" })
  ]
  it.each(all.map(({ message }) => message))("%s", (message) => {
    expect(message).not.toMatch(/\bcrowd [a-z-]+|--\w/)
  })
})
