/**
 * Frames in an origin of their own: what is there, and what is not. One server, told apart by the name that is asked
 * for.
 */
import { describe, expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Agents } from "../../src/Agents.js"
import * as Batch from "../../src/Batch.js"
import * as Crowd from "../../src/Crowd.js"
import * as Media from "../../src/Media.js"
import * as Money from "../../src/Money.js"
import { Requesters } from "../../src/Requesters.js"
import * as Keys from "../../src/server/keys.js"
import * as frameOrigin from "../../src/server/pages/frameOrigin.js"
import { type Permission, taskDefaults } from "../../src/TaskRuns.js"
import * as server from "../support/server.js"
import { accept, asWork, visitor } from "../support/serverVisitors.js"
import * as sqlite from "../support/sqlite.js"

const keys = Keys.make(server.secret)

const pages = "https://crowd.example.org"

const places = { url: pages, framesUrl: "https://frames.example.net" }

const live = Layer.provide(server.layer({ server: places }), sqlite.layer())

const launched = (name: string, permissions: ReadonlyArray<Permission>) =>
  Effect.gen(function* () {
    const requester = yield* Effect.flatMap(Requesters, (requesters) => requesters.register("me", {}))
    const batch = yield* Batch.fromRows({
      name,
      task: { ...taskDefaults, title: name, reward: Money.make(5), maxUnitsPerWorker: Option.none(), permissions },
      template: '<img src="media/a.png"><input name=a>',
      rows: [{ n: "1" }],
      media: [yield* Media.fromBytes("media/a.png", new Uint8Array([1]))]
    })
    return yield* Crowd.launch(batch, { requester: requester.id })
  })

const asking = (host: string, path: string, method = "GET", headers: Record<string, string> = {}) =>
  Effect.gen(function* () {
    const someone = yield* visitor(yield* server.port, "127.0.1.1")
    return yield* someone.ask(method, path, { headers: { host, ...headers } })
  })

const ofPages = "crowd.example.org"
const ofFrames = "frames.example.net"

/** Somebody accepts a unit on a page of this origin. */
const accepted = (run: string, origin: string) =>
  Effect.gen(function* () {
    const someone = yield* visitor(yield* server.port, "127.0.1.2")
    const headers = { host: new URL(origin).host, origin, "sec-fetch-site": "same-origin" }
    return yield* asWork(yield* accept(someone, run, { headers }))
  })

layer(live)("frames in an origin of their own", (it) => {
  it.scoped("are those of tasks that ask for something, with all that these may use", () =>
    Effect.gen(function* () {
      const run = yield* launched("asks", ["microphone"])
      const { frame, permissions } = yield* accepted(run.id, pages)
      const { origin, searchParams } = new URL(frame)
      expect([origin, permissions]).toEqual([places.framesUrl, ["microphone"]])
      expect(searchParams.get("turkSubmitTo")).toMatch(/^https:\/\/crowd\.example\.org\/submit\//)
      const quiet = yield* accepted((yield* launched("quiet", [])).id, pages)
      expect([quiet.frame.startsWith("/frame/"), quiet.permissions]).toEqual([true, []])
    })
  )

  it.scoped("are not told of to pages under another name, which could not show them", () =>
    Effect.gen(function* () {
      const run = yield* launched("elsewhere", ["camera"])
      const { frame, permissions } = yield* accepted(run.id, "http://127.0.0.1:8080")
      expect([frame.startsWith("/frame/"), permissions]).toEqual([true, []])
    })
  )

  it.scoped("have that origin there alone, and only in the pages around them", () =>
    Effect.gen(function* () {
      const run = yield* launched("policies", ["microphone"])
      const { pathname } = new URL((yield* accepted(run.id, pages)).frame)
      const policyAt = (host: string, path = pathname) =>
        Effect.map(asking(host, path), ({ headers }) => String(headers["content-security-policy"]))
      const named = / allow-same-origin; frame-ancestors https:\/\/crowd\.example\.org$/
      expect(yield* policyAt(ofFrames)).toMatch(named)
      expect(yield* policyAt(`${ofFrames}:8443`)).toMatch(named)
      for (const host of [ofPages, "127.0.0.1"]) expect(yield* policyAt(host)).not.toContain("allow-same-origin")
      const quiet = yield* accepted((yield* launched("opaque", [])).id, pages)
      expect(yield* policyAt(ofFrames, quiet.frame)).toMatch(/^sandbox (?!.*allow-same-origin)/)
      const frameSources = (path: string) =>
        Effect.map(policyAt(ofPages, path), (policy) => /frame-src [^;]*/.exec(policy)?.[0])
      expect(yield* frameSources("/")).toBe(`frame-src 'self' ${places.framesUrl}`)
    })
  )

  it.scoped("have media and assets beside them, and nothing else: no console, no API, no lobby", () =>
    Effect.gen(function* () {
      const run = yield* launched("alone", ["microphone"])
      const { agent, frame } = yield* accepted(run.id, pages)
      const { pathname } = new URL(frame)
      const folder = pathname.replace(/[^/]*$/, "")
      const there = [pathname, `${folder}media/a.png`, "/assets/shim/local.js"]
      for (const path of there) expect([path, (yield* asking(ofFrames, path)).status]).toEqual([path, 200])
      const review = keys.framePath("review", yield* Effect.flatMap(Agents, (agents) => agents.get(agent)))
      const elsewhere = [
        "/",
        "/console",
        "/console/runs",
        "/task",
        `/task/${run.id}`,
        "/docs",
        "/openapi.json",
        "/api/work/lobby",
        "/api/console/runs",
        "/api/health",
        `/frame/preview/${run.id}`,
        `${folder}preview`,
        review,
        "/assets/../console"
      ]
      for (const path of elsewhere) expect([path, (yield* asking(ofFrames, path)).status]).toEqual([path, 404])
      expect((yield* asking(ofPages, review)).status).toBe(200)
      for (const path of ["/api/session", `/api/work/runs/${run.id}/agents`, pathname]) {
        expect([path, (yield* asking(ofFrames, path, "POST")).status]).toEqual([path, 404])
      }
      expect((yield* asking(ofFrames, "/assets/worker.js", "GET", { "service-worker": "script" })).status).toBe(404)
    })
  )

  it.scoped("lead people who open their address by itself to the pages", () =>
    Effect.gen(function* () {
      const { body, status } = yield* asking(ofFrames, "/", "GET", { accept: "text/html" })
      expect(status).toBe(404)
      expect(body).toContain(`<a href="${pages}/">See all tasks</a>`)
    })
  )

  it.scoped("whose pages ask the server for something are pages of another site", () =>
    Effect.gen(function* () {
      const { status } = yield* asking(ofPages, "/api/session", "POST", { origin: places.framesUrl })
      expect(status).toBe(403)
    })
  )

  describe("cannot be", () => {
    const refused = (options: frameOrigin.Options) =>
      Effect.map(Effect.flip(frameOrigin.check(options)), ({ _tag, message }) => `${_tag}: ${message}`)

    it.effect("where the pages are, whatever the port, since cookies go by name", () =>
      Effect.gen(function* () {
        for (const framesUrl of [pages, `${pages}:8443`, "http://CROWD.example.org"]) {
          expect(yield* refused({ url: pages, framesUrl })).toContain("InvalidSetting: The setting framesUrl cannot be")
          expect(yield* refused({ url: pages, framesUrl })).toContain("give the frames a name of their own")
        }
        expect(yield* refused({ url: "http://[::1]:8080", framesUrl: "http://[::1]:9" })).toContain("are at ::1 too")
      })
    )

    it.effect("where it is not known where the pages are, nor at what is no origin", () =>
      Effect.gen(function* () {
        expect(yield* refused({ framesUrl: places.framesUrl })).toContain("with url")
        for (const framesUrl of ["https://frames.example.org/x", "ftp://frames.example.org", "frames", ""]) {
          expect(yield* refused({ url: pages, framesUrl })).toContain("it is like https://frames.example.org, no path")
        }
      })
    )

    it.scoped("so a server of these does not start", () =>
      Effect.gen(function* () {
        const built = Layer.build(
          Layer.provide(server.layer({ server: { ...places, framesUrl: pages } }), sqlite.layer())
        )
        expect(yield* Effect.flip(built)).toMatchObject({ _tag: "InvalidSetting", setting: "framesUrl" })
      })
    )
  })
})
