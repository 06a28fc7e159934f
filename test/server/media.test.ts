/** The files of a run, over real HTTP. */
import { describe, expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Batch from "../../src/Batch.js"
import * as Crowd from "../../src/Crowd.js"
import * as Media from "../../src/Media.js"
import * as Money from "../../src/Money.js"
import { Requesters } from "../../src/Requesters.js"
import * as Keys from "../../src/server/keys.js"
import { type TaskRun, taskDefaults } from "../../src/TaskRuns.js"
import * as server from "../support/server.js"
import { visitor } from "../support/serverVisitors.js"
import * as sqlite from "../support/sqlite.js"

const keys = Keys.make(server.secret)

/** Longer than one part in the database. */
const song = Uint8Array.from({ length: 900_000 }, (_, i) => (i * 7) % 251)

const drawing = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

const encoder = new TextEncoder()

const filesOf = (files: { readonly [path: string]: string | Uint8Array }) =>
  Effect.forEach(Object.entries(files), ([path, content]) =>
    Media.fromBytes(path, typeof content === "string" ? encoder.encode(content) : content)
  )

const batchOf = (name: string, files: { readonly [path: string]: string | Uint8Array }, rows = 1) =>
  Effect.flatMap(filesOf(files), (media) =>
    Batch.fromRows({
      name,
      task: { ...taskDefaults, title: name, reward: Money.make(5), maxUnitsPerWorker: Option.none() },
      template: '<img src="${image}"><input name=a>',
      rows: Array.from({ length: rows }, () => ({ image: "media/a.svg" })),
      media
    })
  )

const launched = (name: string, files: { readonly [path: string]: string | Uint8Array }, rows = 1) =>
  Effect.gen(function* () {
    const requester = yield* Effect.flatMap(Requesters, (requesters) => requesters.register("me", {}))
    return yield* Crowd.launch(yield* batchOf(name, files, rows), { requester: requester.id })
  })

const live = Layer.provide(server.layer({ local: { deny: ["127.0.0.9/32"] } }), sqlite.layer())

const ask = (path: string, headers: Record<string, string> = {}, address = "127.0.0.1") =>
  Effect.gen(function* () {
    const who = yield* visitor(yield* server.port, address)
    return yield* who.ask("GET", path, { headers })
  })

const folderOf = (run: TaskRun) => keys.previewPath(run.id).replace(/preview$/, "media/")

layer(live)("the files of a run", (it) => {
  it.scoped("are served under the folder of its pages, with their types, and may be kept", () =>
    Effect.gen(function* () {
      const run = yield* launched("types", {
        "media/a.svg": drawing,
        "media/deep/späte Katze.png": "png",
        "media/x": "?"
      })
      const at = folderOf(run)
      expect(at).toMatch(/^\/frame\/run_\w+\/[\w-]{43}\/media\/$/)
      const { body, headers, status } = yield* ask(`${at}a.svg`)
      expect([status, body, headers["content-type"]]).toEqual([200, drawing, "image/svg+xml"])
      expect(headers["cache-control"]).toBe("private, max-age=31536000, immutable")
      const cat = yield* ask(`${at}deep/${encodeURIComponent("späte Katze.png")}?v=1`)
      expect([cat.body, cat.headers["content-type"]]).toEqual(["png", "image/png"])
      expect((yield* ask(`${at}x`)).headers["content-type"]).toBe("application/octet-stream")
      const again = yield* ask(`${at}a.svg`, { "if-none-match": String(headers["etag"]) })
      expect([again.status, again.body]).toEqual([304, ""])
    })
  )

  it.scoped("run nothing by themselves: SVG and pages come with a sandboxing policy", () =>
    Effect.gen(function* () {
      const run = yield* launched("active", { "media/a.svg": drawing, "media/b.html": "<script>alert(1)</script>" })
      for (const name of ["a.svg", "b.html"]) {
        const { headers } = yield* ask(`${folderOf(run)}${name}`)
        const policy = String(headers["content-security-policy"])
        expect(policy).toMatch(/^sandbox; default-src 'none'/)
        expect(policy).not.toContain("allow-")
        expect(headers["x-content-type-options"]).toBe("nosniff")
      }
      expect((yield* ask(`${folderOf(run)}a.svg`, { "service-worker": "script" })).status).toBe(404)
    })
  )

  it.scoped("come in ranges of bytes, for sounds and films", () =>
    Effect.gen(function* () {
      const run = yield* launched("ranges", { "media/a.svg": drawing, "media/song.mp3": song, "media/none.mp3": "" })
      const at = `${folderOf(run)}song.mp3`
      const whole = yield* ask(at)
      expect([whole.status, whole.headers["content-length"], whole.headers["accept-ranges"]]).toEqual([
        200,
        "900000",
        "bytes"
      ])
      const text = Buffer.from(song).toString()
      expect(whole.body === text).toBe(true)
      const part = (range: string, headers: Record<string, string> = {}) => ask(at, { range, ...headers })
      const middle = yield* part("bytes=393200-393300")
      expect([middle.status, middle.headers["content-range"]]).toEqual([206, "bytes 393200-393300/900000"])
      expect(middle.body).toBe(Buffer.from(song.subarray(393_200, 393_301)).toString())
      expect((yield* part("bytes=899990-")).headers["content-range"]).toBe("bytes 899990-899999/900000")
      expect((yield* part("bytes=-10")).body).toBe(Buffer.from(song.subarray(-10)).toString())
      expect((yield* part("bytes=0-9999999")).headers["content-range"]).toBe("bytes 0-899999/900000")
      const outside = yield* part("bytes=900000-")
      expect([outside.status, outside.headers["content-range"]]).toEqual([416, "bytes */900000"])
      for (const odd of ["bytes=5-2", "bytes=0-1,4-5", "lines=1-2", "bytes=", "bytes=a-b"]) {
        expect((yield* part(odd)).status).toBe(200)
      }
      expect((yield* part("bytes=0-9", { "if-range": '"another"' })).status).toBe(200)
      const empty = yield* ask(`${folderOf(run)}none.mp3`)
      expect([empty.status, empty.body]).toEqual([200, ""])
    })
  )

  describe("are for the pages of that run alone", () => {
    it.scoped("under an address that nobody guesses", () =>
      Effect.gen(function* () {
        const one = yield* launched("one", { "media/a.svg": drawing, "media/one.txt": "one" })
        const other = yield* launched("other", { "media/a.svg": drawing })
        expect((yield* ask(`${folderOf(one)}one.txt`)).status).toBe(200)
        const [, , , key] = folderOf(other).split("/")
        for (const path of [
          `${folderOf(other)}one.txt`,
          `/frame/${one.id}/${key}/media/one.txt`,
          `/frame/${one.id}/x/media/one.txt`,
          `/media/one.txt`
        ]) {
          expect((yield* ask(path)).status).toBe(404)
        }
      })
    )

    it.scoped("and nothing outside the folder", () =>
      Effect.gen(function* () {
        const run = yield* launched("outside", { "media/a.svg": drawing })
        for (const path of [
          "..%2f..%2fpackage.json",
          "../../../package.json",
          "%2e%2e/%2e%2e/package.json",
          "a.svg%00",
          "",
          "%"
        ]) {
          expect((yield* ask(`${folderOf(run)}${path}`)).status).toBe(404)
        }
      })
    )

    it.scoped("whose address only those are told who may take part", () =>
      Effect.gen(function* () {
        const run = yield* launched("welcome", { "media/a.svg": drawing })
        const told = yield* ask(`/frame/preview/${run.id}?assignmentId=x`)
        expect([told.status, told.headers["location"]]).toEqual([302, `${keys.previewPath(run.id)}?assignmentId=x`])
        expect((yield* ask(`/frame/preview/${run.id}`, {}, "127.0.0.9")).status).toBe(403)
      })
    )
  })

  it.scoped(
    "stay with the run: the same again changes nothing, other content is another batch, more files are added",
    () =>
      Effect.gen(function* () {
        const run = yield* launched("kept", { "media/a.svg": drawing })
        expect((yield* launched("kept", { "media/a.svg": drawing })).id).toBe(run.id)
        const changed = yield* Effect.flip(launched("kept", { "media/a.svg": "<svg/>" }))
        expect(changed).toMatchObject({ _tag: "BatchChanged", run: run.id, task: false, media: ["media/a.svg"] })
        expect(changed.message).toContain("other content in media/a.svg")
        const longer = yield* launched("kept", { "media/a.svg": drawing, "media/b.txt": "b" }, 2)
        expect(longer.id).toBe(run.id)
        expect((yield* ask(`${folderOf(run)}b.txt`)).body).toBe("b")
      })
  )
})
