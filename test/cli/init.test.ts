import * as fs from "node:fs"
import * as path from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { crowd, Failed, folder, goodBatch, json, taskJson, writeBatch } from "./support.js"

describe("crowd init and crowd plan", () => {
  it.scopedLive("init writes a batch that plan and run take", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      const batch = path.join(dir, "mine")
      const over = ["--db", path.join(dir, "crowd.db")]
      expect((yield* crowd(["init", batch])).out).toContain(`Try it: npm run crowd -- run ${batch}`)
      expect((yield* crowd(["plan", batch, ...over])).code).toBe(0)
      expect((yield* crowd(["run", batch, "--out", path.join(dir, "out.csv"), ...over])).code).toBe(0)
      const twice = yield* crowd(["init", batch])
      expect(twice).toMatchObject({ code: 1, err: expect.stringContaining("is not empty") })
      expect((yield* crowd(["init", `${batch}2`, "--sample", "nope"])).err).toContain('there is no sample "nope"')
    })
  )

  it.scopedLive("init --from makes rows of a folder of images, which a moved batch does not break", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      const images = path.join(dir, "images")
      fs.mkdirSync(images)
      fs.writeFileSync(path.join(images, "cat.png"), "a cat")
      fs.writeFileSync(path.join(images, "dog.png"), "a dog")
      const batch = path.join(dir, "pets")
      const over = ["--db", path.join(dir, "crowd.db")]
      expect((yield* crowd(["init", batch, "--from", images, "--json"])).out).toContain('"from"')
      expect(fs.readFileSync(path.join(batch, "data.csv"), "utf8")).toBe(
        "id,image\ncat,media/cat.png\ndog,media/dog.png\n"
      )
      const both = yield* crowd(["init", `${batch}2`, "--from", images, "--sample", "sentiment"])
      expect(both).toMatchObject({ code: 2, err: expect.stringContaining("Leave --sample out.") })
      expect((yield* crowd(["launch", batch, "--limit", "1", ...over])).code).toBe(0)
      fs.renameSync(batch, path.join(dir, "elsewhere"))
      fs.rmSync(images, { recursive: true })
      const moved = ["run", path.join(dir, "elsewhere"), "--out", path.join(dir, "out.csv"), ...over]
      expect((yield* crowd(moved)).code).toBe(0)
      expect((yield* crowd(["runs", "--json", ...over])).out.match(/run_\w+/g)).toHaveLength(1)
    })
  )

  it.scopedLive("plan names what data and media/ do not have in common, with file and line", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      const batch = path.join(dir, "tags")
      yield* crowd(["init", batch, "--sample", "image-tags"])
      fs.renameSync(path.join(batch, "media", "sun.svg"), path.join(batch, "media", "Sun.svg"))
      fs.rmSync(path.join(batch, "media", "sail.svg"))
      const { code, err } = yield* crowd(["plan", batch, "--db", path.join(dir, "crowd.db")])
      expect(code).toBe(1)
      expect(err).toContain(
        "data.csv:2: names media/sun.svg, and the file is media/Sun.svg; write it so, capitals and all"
      )
      expect(err).toContain("data.csv:7: names media/sail.svg, and there is no such file in the batch; put it there")
    })
  )

  it.scopedLive("plan says that the balance is short, and run then sends nothing", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      const batch = yield* writeBatch(path.join(dir, "batch"), {
        ...goodBatch,
        "task.json": taskJson({ reward: "5000.00" })
      })
      const over = ["--db", path.join(dir, "crowd.db")]
      expect((yield* crowd(["plan", batch, ...over])).out).toContain("The balance does not pay for all of it.")
      const told = yield* crowd(["run", batch, "--json", ...over])
      expect(told.code).toBe(1)
      expect(json(Failed, told).error).toMatchObject({
        _tag: "InsufficientFunds",
        needed: { currency: "USD", minor: 3_000_000 },
        available: { currency: "USD", minor: 1_000_000 }
      })
    })
  )
})
