/** Tasks that ask for the microphone or the camera: what plan says of them, and what serve does for them. */
import * as path from "node:path"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { freePort } from "../support/freePort.js"
import { served } from "./served.js"
import { crowd, folder, goodBatch, taskJson, writeBatch } from "./support.js"

const asking = (permissions: ReadonlyArray<string> = ["microphone"]) =>
  Effect.gen(function* () {
    const dir = yield* folder
    const batch = yield* writeBatch(path.join(dir, "batch"), { ...goodBatch, "task.json": taskJson({ permissions }) })
    const db = path.join(dir, "crowd.db")
    return { batch, over: ["--db", db], local: ["--provider", "local", "--db", db] }
  })

const here = ["--frames-url", "http://localhost:8080"]

describe("a batch that asks for the microphone", () => {
  it.scopedLive("10-mic: is planned with a warning that says how its tasks get it, and refused with --strict", () =>
    Effect.gen(function* () {
      const { batch, local } = yield* asking(["microphone", "camera"])
      const says =
        "task.json: permissions asks for the microphone and the camera, which browsers give only to a page that has an origin of its own; give this server another name with --frames-url, such as --frames-url http://localhost:8080 on this machine"
      const plain = yield* crowd(["plan", batch, ...local])
      expect(plain).toMatchObject({ code: 0, out: expect.stringContaining(`warning: ${says}`) })
      const json = yield* crowd(["plan", batch, "--json", ...local])
      expect(JSON.parse(json.out).warnings).toEqual([
        { file: "task.json", message: expect.stringContaining("--frames-url") }
      ])
      for (const command of ["plan", "launch", "run"]) {
        const strict = yield* crowd([command, batch, "--strict", ...local])
        expect([command, strict]).toMatchObject([command, { code: 1, err: expect.stringContaining(says) }])
      }
    })
  )

  it.scopedLive("is planned without one where frames have an origin of their own over https or on localhost", () =>
    Effect.gen(function* () {
      const { batch, local } = yield* asking()
      const fine: ReadonlyArray<readonly [ReadonlyArray<string>, Record<string, string>]> = [
        [here, {}],
        [[], { CROWD_FRAMES_URL: "http://localhost:8080" }],
        [["--url", "https://crowd.example.org", "--frames-url", "https://frames.example.net"], {}],
        [["--url", "http://localhost:8080", "--frames-url", "http://127.0.0.1:8080"], {}]
      ]
      for (const [words, env] of fine) {
        const planned = yield* crowd(["plan", batch, "--strict", ...words, ...local], { env })
        expect([words, planned.code, planned.out.includes("warning")]).toEqual([words, 0, false])
      }
    })
  )

  it.scopedLive("is planned with one where pages or frames are at plain http of another machine", () =>
    Effect.gen(function* () {
      const { batch, local } = yield* asking()
      const https = "https://crowd.example.org"
      const plain = "http://crowd.example.net"
      for (const [url, framesUrl] of [
        [https, plain],
        [plain, https]
      ] as const) {
        const { out } = yield* crowd(["plan", batch, "--url", url, "--frames-url", framesUrl, ...local])
        expect(out).toContain(`which browsers give only over https and on localhost, and ${plain} is neither`)
      }
    })
  )

  it.scopedLive("is planned for mturk with one that says what to do: a page in a HIT gets neither", () =>
    Effect.gen(function* () {
      const { batch, over } = yield* asking()
      const mturk = ["--provider", "mturk", ...over]
      const env = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b", AWS_ENDPOINT_URL_MTURK: "http://127.0.0.1:1" }
      const sent = yield* crowd(["plan", batch, "--strict", ...here, ...mturk], { env })
      expect(sent.err).toContain("serve the tasks from a page of yours (--question-url, and --frames-url there)")
      const ours = ["--question-url", "https://crowd.example.org/task"]
      const unframed = yield* crowd(["plan", batch, "--strict", ...ours, ...mturk], { env })
      expect(unframed.err).toContain("give this server another name with --frames-url")
      const same = ["--frames-url", "https://crowd.example.org"]
      const there = yield* crowd(["plan", batch, "--strict", ...ours, ...same, ...mturk], { env })
      expect(there.err).toContain("the pages are at crowd.example.org too")
    })
  )
})

describe("--frames-url", () => {
  it.scopedLive("that cannot be is told, before anything is launched", () =>
    Effect.gen(function* () {
      const { batch, local } = yield* asking()
      const wrong: ReadonlyArray<readonly [ReadonlyArray<string>, string]> = [
        [
          ["--frames-url", "http://127.0.0.1:9090"],
          "--frames-url http://127.0.0.1:9090 cannot be: the pages are at 127.0.0.1"
        ],
        [["--frames-url", "https://frames.example.org/x"], "it is like https://frames.example.org, no path"],
        [[...here, "--port", "0"], "--frames-url needs --url: the pages take any free port"],
        [[...here, "--host", "0.0.0.0"], "--frames-url needs --url: with --host 0.0.0.0"]
      ]
      for (const [words, says] of wrong) {
        const told = yield* crowd(["run", batch, ...words, ...local])
        expect(told).toMatchObject({ code: 2, err: expect.stringContaining(says) })
      }
    })
  )

  it.scopedLive("of serve: by that name there are frames, and no console", () =>
    Effect.gen(function* () {
      const { over } = yield* asking()
      const port = yield* Effect.promise(freePort)
      const serving = yield* served(["serve", "--frames-url", `http://localhost:${port}`, ...over], {}, port)
      const someone = yield* serving.visitor(0)
      const statusAt = (host: string) =>
        Effect.map(someone.ask("GET", "/console", { headers: { host } }), ({ status }) => status)
      expect(yield* statusAt("localhost")).toBe(404)
      expect(yield* statusAt("127.0.0.1")).toBe(200)
    })
  )
})
