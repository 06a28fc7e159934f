import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { expect, layer } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { read } from "../../src/batch/BatchDirectory.js"
import * as FormFields from "../../src/batch/FormFields.js"
import * as Samples from "../../src/batch/Samples.js"
import { compile, fill } from "../../src/batch/Template.js"
import { directoryOf, faultsOf } from "./support.js"

layer(NodeContext.layer)("Samples", (it) => {
  it.scoped("are copied whole and valid", () =>
    Effect.gen(function* () {
      const path = yield* Path.Path
      const target = yield* directoryOf({})
      const names = yield* Samples.list
      expect(names).toEqual(["image-tags", "sentiment"])
      for (const name of names) {
        const dir = path.join(target, "new", name)
        yield* Samples.copy(name, dir)
        const copied = yield* read(dir)
        const original = yield* read(path.join(yield* Samples.directory, name))
        expect(copied.digest).toBe(original.digest)
        const rows = Chunk.toReadonlyArray(yield* Stream.runCollect(copied.rows))
        const template = compile(copied.template)
        expect(rows.map((row) => fill(template, row)).filter((html) => html.includes("${"))).toEqual([])
        expect(FormFields.fromHtml(copied.template).length).toBeGreaterThan(1)
      }
    })
  )

  it.effect("the first is a form of two fields over 20 rows, each asked three times", () =>
    Effect.gen(function* () {
      const batch = yield* read((yield* Path.Path).join(yield* Samples.directory, "sentiment"))
      expect(batch).toMatchObject({ count: 20, columns: ["id", "lang", "text"], task: { unitsPerAssignment: 3 } })
      expect(FormFields.fromHtml(batch.template)).toMatchObject([
        { name: "sentiment", options: ["positive", "neutral", "negative"], required: true },
        { name: "comment", kind: "text", maxLength: 500 }
      ])
    })
  )

  it.scoped("image-tags has its pictures in media/", () =>
    Effect.gen(function* () {
      const { media } = yield* read((yield* Path.Path).join(yield* Samples.directory, "image-tags"))
      expect(media).toHaveLength(6)
      expect(new Set(media.map(({ type }) => type))).toEqual(new Set(["image/svg+xml"]))
    })
  )

  it.scoped("a folder of images becomes a batch: a row for each, a copy in media/, whatever their names", () =>
    Effect.gen(function* () {
      const path = yield* Path.Path
      const images = yield* directoryOf({
        "b 100%#1?.JPG": "b",
        'a, "q".png': "a",
        "notes.txt": "n",
        ".hidden.png": "h"
      })
      const dir = path.join(yield* directoryOf({}), "batch")
      yield* Samples.fromFolder(images, dir)
      const batch = yield* read(dir)
      expect(Chunk.toReadonlyArray(yield* Stream.runCollect(batch.rows))).toEqual([
        { id: 'a, "q"', image: 'media/a, "q".png' },
        { id: "b 100%#1?", image: "media/b 100%25%231%3F.JPG" }
      ])
      expect(batch.media.map(({ path }) => path)).toEqual(['media/a, "q".png', "media/b 100%#1?.JPG"])
      const nothing = yield* Effect.flip(Samples.fromFolder(yield* directoryOf({ "a.txt": "a" }), `${dir}2`))
      expect(faultsOf(nothing)[0]).toContain("holds no images, such as .jpg, .png, .webp or .svg")
      expect(faultsOf(yield* Effect.flip(Samples.fromFolder(`${dir}/none`, `${dir}2`)))[0]).toContain("does not exist")
      expect(yield* (yield* FileSystem.FileSystem).exists(`${dir}2`)).toBe(false)
    })
  )

  it.scoped("write over nothing", () =>
    Effect.gen(function* () {
      const path = yield* Path.Path
      const fs = yield* FileSystem.FileSystem
      const dir = yield* directoryOf({ "task.json": "mine" })
      const file = path.join(dir, "task.json")
      const faultOf = (name: string, target: string) => Effect.map(Effect.flip(Samples.copy(name, target)), faultsOf)
      expect(yield* faultOf("sentiment", dir)).toEqual([
        `${dir} is not empty; give a new directory, nothing is written over`
      ])
      expect(yield* faultOf("sentiment", file)).toEqual([`${file} is a file; give a new directory`])
      expect(yield* faultOf("sentimant", path.join(dir, "new"))).toEqual([
        `${path.join(dir, "new")} there is no sample "sentimant"; did you mean "sentiment"?`
      ])
      expect(yield* fs.readDirectory(dir)).toEqual(["task.json"])
      expect(yield* fs.readFileString(file)).toBe("mine")
    })
  )
})
