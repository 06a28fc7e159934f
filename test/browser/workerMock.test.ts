import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { expect, layer as share } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Mock from "../../src/Mock.js"
import * as Server from "../../src/server/Server.js"
import * as clocks from "../support/clocks.js"
import { secret, token } from "../support/server.js"
import * as chromium from "./support/chromium.js"
import { agentsOf, offered, submitted, thanked, visit } from "./support/tasks.js"

const { act } = chromium

const live = Layer.merge(
  chromium.layer,
  Server.layer({ secret, token }).pipe(
    Layer.provideMerge(NodeHttpServer.layer(() => createServer(), { port: 0, host: "127.0.0.1" })),
    Layer.provideMerge(Mock.layer()),
    Layer.provideMerge(clocks.forwardLayer)
  )
)

share(live, { excludeTestServices: true })("the pages of a crowd that tells who works in the page's address", (it) => {
  it.scoped("take the worker from there, and keep them while going about", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template: "<p>${product}</p><input name=name value=spanner>" })
      const page = yield* visit("/?worker=%C3%84da+L")
      yield* act(() => page.getByRole("link", { name: "View" }).click())
      yield* act(() => page.getByRole("timer").waitFor())
      expect(page.url()).toContain(`/task/${run.id}?worker=`)
      const task = page.frameLocator("iframe")
      yield* act(() => task.getByRole("button", { name: "Submit" }).click())
      yield* thanked({ page, task })
      expect((yield* agentsOf(run.id)).map(({ workerName }) => workerName)).toEqual(["Äda L"])
      expect(yield* submitted(run.id)).toEqual([{ name: "spanner" }])
    })
  )

  it.scoped("09-worker-id: tell the task all four in its address, the worker by the crowd's name for them", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template: "<input name=q>" })
      const page = yield* visit(`/task/${run.id}?worker=%C3%84da`)
      yield* act(() => page.getByRole("timer").waitFor())
      const address = () => page.frames()[1]?.url() ?? ""
      yield* act(() => expect.poll(address).toContain("turkSubmitTo="))
      const [agent] = yield* agentsOf(run.id)
      const { assignmentId, hitId, turkSubmitTo, workerId } = Object.fromEntries(new URL(address()).searchParams)
      expect([assignmentId, hitId, workerId]).toEqual([agent?.id, agent?.unit, "Äda"])
      const body = `new URLSearchParams({ assignmentId: "${assignmentId}", q: "by itself" })`
      const sends = `fetch("${turkSubmitTo}/mturk/externalSubmit", { method: "POST", body: ${body} }).then(({ status }) => status)`
      expect(yield* act(() => page.frames()[1]?.evaluate(sends) ?? Promise.reject())).toBe(200)
      expect(yield* submitted(run.id)).toEqual([{ q: "by itself" }])
    })
  )

  it.scoped("show a preview to whoever is nobody, with nothing to accept", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template: "<p>${product}</p>" })
      const page = yield* visit(`/task/${run.id}`)
      yield* act(() => page.getByText("This is a preview").waitFor())
      yield* act(() => page.frameLocator("iframe").getByText("a spanner").waitFor())
      expect(yield* act(() => page.getByRole("button", { name: "Accept" }).count())).toBe(0)
      expect(yield* agentsOf(run.id)).toEqual([])
    })
  )
})
