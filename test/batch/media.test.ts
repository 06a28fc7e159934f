/** The folder `media/` of a batch: what is read of it, and what is found wrong before anything is sent. */
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { describe, expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { read } from "../../src/batch/BatchDirectory.js"
import * as Media from "../../src/Media.js"
import { bytes, directoryOf, type Files, faultsIn, faultsOf, good } from "./support.js"

const pictures: Files = {
  "task.json": good["task.json"] ?? "",
  "task.html": '<img src="${image}"><audio src="media/beep.mp3"></audio><input name=a>',
  "data.csv": "image\nmedia/cat.jpg\n./media/deep/dog.PNG\n",
  "media/cat.jpg": bytes(1, 2, 3),
  "media/deep/dog.PNG": bytes(4),
  "media/beep.mp3": bytes(5)
}

const faults = (files: Files) => faultsIn({ ...pictures, ...files })

layer(NodeContext.layer)("media/ in a batch", (it) => {
  it.scoped("is named by relative path in data and template, and read with types and content", () =>
    Effect.gen(function* () {
      const { media } = yield* Effect.flatMap(directoryOf(pictures), read)
      expect(media.map(({ path, size, type }) => [path, type, size])).toEqual([
        ["media/beep.mp3", "audio/mpeg", 1],
        ["media/cat.jpg", "image/jpeg", 3],
        ["media/deep/dog.PNG", "image/png", 1]
      ])
      expect(Array.from(yield* media[1]?.bytes ?? Effect.never)).toEqual([1, 2, 3])
    })
  )

  it.scoped("changes the digest of the batch by its content, not by when it was written", () =>
    Effect.gen(function* () {
      const digestOf = (files: Files) => Effect.map(Effect.flatMap(directoryOf(files), read), ({ digest }) => digest)
      expect(yield* digestOf(pictures)).toBe(yield* digestOf(pictures))
      expect(yield* digestOf({ ...pictures, "media/cat.jpg": bytes(9) })).not.toBe(yield* digestOf(pictures))
    })
  )

  it.scoped("leaves out what systems put into folders", () =>
    Effect.gen(function* () {
      const litter = { "media/.DS_Store": "x", "media/Thumbs.db": "x" }
      const { media } = yield* Effect.flatMap(directoryOf({ ...pictures, ...litter }), read)
      expect(media).toHaveLength(3)
    })
  )

  describe("is checked", () => {
    it.effect("for files that are missing: in the data, in the template, in what both give together", () =>
      Effect.gen(function* () {
        expect(yield* faults({ "data.csv": "image\nmedia/cat.jpg\nmedia/cow.jpg\n" })).toEqual([
          "data.csv:3 names media/cow.jpg, and there is no such file in the batch; put it there"
        ])
        expect(yield* faults({ "task.html": '<p>${image}</p>\n<img src="media/bird.gif"><input name=a>' })).toEqual([
          "task.html:2 names media/bird.gif, and there is no such file in the batch; put it there"
        ])
        expect(
          yield* faults({
            "task.html": '<img src="media/${image}.jpg"><input name=a>',
            "data.csv": "image\ncat\nrat\n"
          })
        ).toEqual(["data.csv:3 names media/rat.jpg, and there is no such file in the batch; put it there"])
        expect(yield* faults({ "data.csv": 'image\n"[""media/cat.jpg"", ""media/no.jpg""]"\n' })).toEqual([
          "data.csv:2 names media/no.jpg, and there is no such file in the batch; put it there"
        ])
      })
    )

    it.effect("for files of the wrong case, and with a slash before them", () =>
      Effect.gen(function* () {
        expect(yield* faults({ "data.csv": "image\nmedia/Cat.JPG\nMedia/cat.jpg\n/media/cat.jpg\n" })).toEqual([
          "data.csv:2 names media/Cat.JPG, and the file is media/cat.jpg; write it so, capitals and all",
          "data.csv:3 names Media/cat.jpg, and the file is media/cat.jpg; write it so, capitals and all",
          "data.csv:4 names /media/cat.jpg; write media/cat.jpg, without the slash before it"
        ])
      })
    )

    it.effect("for names with signs that mean something in an address", () =>
      Effect.gen(function* () {
        expect(yield* faults({ "media/a#1.png": "x", "data.csv": "image\nmedia/a#1.png\nmedia/a%231.png\n" })).toEqual([
          "data.csv:2 names media/a, and there is no such file in the batch; put it there (in the name of a file, write ? as %3F and # as %23)"
        ])
      })
    )

    it.scoped("for files that are too large, with the limit", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const dir = yield* directoryOf(pictures)
        yield* fs.truncate(`${dir}/media/cat.jpg`, Media.maxFileBytes + 1)
        expect(faultsOf(yield* Effect.flip(read(dir)))).toEqual([
          "media/cat.jpg is larger than 64 MiB, the most that one file may have; put it on a server and name its https address"
        ])
      })
    )

    it.scoped("for more than 2 GiB together, before any of it is read", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const sparse = Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`media/${i}.mp4`, ""]))
        const dir = yield* directoryOf({ ...pictures, ...sparse })
        yield* Effect.forEach(Object.keys(sparse), (name) => fs.truncate(`${dir}/${name}`, Media.maxFileBytes))
        expect(faultsOf(yield* Effect.flip(read(dir)))).toEqual([
          "media/ holds more than 2048 MiB, the most that the files of a batch may have; put them on a server and name them by https addresses"
        ])
      })
    )

    it.scoped("for links, which could lead out of it", () =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const dir = yield* directoryOf(pictures)
        yield* fs.symlink("/etc/passwd", `${dir}/media/secret.txt`)
        yield* fs.symlink("/etc", `${dir}/media/folder`)
        expect(faultsOf(yield* Effect.flip(read(dir)))).toEqual([
          "media/folder is a link; put the file itself there",
          "media/secret.txt is a link; put the file itself there"
        ])
        yield* fs.remove(`${dir}/media`, { recursive: true })
        yield* fs.symlink("/etc", `${dir}/media`)
        expect(faultsOf(yield* Effect.flip(read(dir)))).toContain("media is a link; put the file itself there")
      })
    )

    it.effect("and a text that speaks of the media, or an address elsewhere, is nothing of it", () =>
      Effect.gen(function* () {
        const files = {
          ...pictures,
          "task.html": '<p>${image}</p><a href="https://example.org/media/x.jpg">x</a><input name=a>'
        }
        const data = "image\nmedia/press is dead\nhttps://example.org/media/y.png\n"
        const batch = yield* Effect.scoped(Effect.flatMap(directoryOf({ ...files, "data.csv": data }), read))
        expect(batch.count).toBe(2)
      })
    )
  })

  it.scoped("fails where a file is changed between the check and the launch", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const dir = yield* directoryOf(pictures)
      const { media } = yield* read(dir)
      yield* fs.writeFile(`${dir}/media/cat.jpg`, bytes(7))
      const error = yield* Effect.flip(media[1]?.bytes ?? Effect.never)
      expect(faultsOf(error)).toEqual(["media/cat.jpg was changed while it was in use; run the command again"])
    })
  )
})
