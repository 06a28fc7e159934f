/** JSON of which no text can be made, wherever the server takes a body: it is the asker who is wrong. */
import * as HttpApi from "@effect/platform/HttpApi"
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Api } from "../../src/server/Api.js"
import { keyHeader } from "../../src/server/WorkApi.js"
import * as server from "../support/server.js"
import { accept, asWork, visitor } from "../support/serverVisitors.js"
import { spoilt } from "../support/unprintable.js"
import * as consoleClient from "./consoleClient.js"

/** Every path that takes a body. */
const paths = (): ReadonlyArray<string> => {
  const found: Array<string> = []
  HttpApi.reflect(Api, {
    onGroup: () => {},
    onEndpoint: ({ endpoint: { path, payloadSchema } }) => {
      if (Option.isSome(payloadSchema)) found.push(path)
    }
  })
  return found
}

const one = { agent: "agent_0123456789ABCDEFGHJKMNPQRS" }

const good: Readonly<Record<string, ReadonlyArray<unknown>>> = {
  "/api/work/name": [{ name: "ada" }],
  "/api/work/runs/:run/agents": [{ data: { worker: "ada" } }],
  "/api/work/agents/:agent/answers": [{ answers: { label: { is: ["good"] } } }],
  "/api/session": [{ token: "none" }],
  "/api/console/runs/:run/decisions": [
    { decision: { _tag: "Reject", feedback: "no" }, agents: [one.agent] },
    { decision: { _tag: "Approve" }, agents: [one.agent] }
  ],
  "/api/console/runs/:run/workers/:worker/decisions": [{ decision: { _tag: "SoftReject" }, submittedBefore: 1 }],
  "/api/console/runs/:run/bonuses": [{ to: one, amount: "0.50", reason: "thanks", key: "k" }],
  "/api/console/runs/:run/workers/:worker/block": [{ reason: "why" }]
}

/** Where JSON may be anything, and is kept or not looked at. */
const isOpen = (path: string): boolean => /^\/api\/work\/.*\/(agents|answers)$/.test(path)

layer(consoleClient.layer)("JSON of which no text can be made", (it) => {
  it.scoped("is answered with a 4xx by every endpoint, wherever it stands in the body", () =>
    Effect.gen(function* () {
      const run = yield* consoleClient.launched("Unprintable", 1)
      const me = yield* Effect.flatMap(server.port, (port) => visitor(port, "127.0.5.1"))
      const work = yield* Effect.flatMap(accept(me, run.id), asWork)
      const [worker = ""] = work.key.split(".")
      const headers = { [keyHeader]: work.key, authorization: consoleClient.authorization }
      const faults: Array<string> = []
      for (const path of paths()) {
        const filled = path.replace(":run", run.id).replace(":agent", work.agent).replace(":worker", worker)
        for (const json of (good[path] ?? []).flatMap(spoilt)) {
          const { body, status } = yield* me.ask("POST", filled, { json, headers })
          const isKept = status === 200 && isOpen(path)
          const isTold = status >= 400 && status < 500 && typeof JSON.parse(body)._tag === "string"
          if (!isKept && !isTold) faults.push(`${status} at ${path}: ${JSON.stringify(json)}`)
        }
      }
      expect(faults).toEqual([])
      expect(Object.keys(good).toSorted()).toEqual(paths().toSorted())
    })
  )
})
