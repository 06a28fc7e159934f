/** What whoever comes by a test study sees, in Chromium: what it would be, and nothing to take. */
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
import { agentsOf, offered, visit } from "./support/tasks.js"

const { act } = chromium

const drafted = Layer.merge(
  chromium.layer,
  Server.layer({ secret, token }).pipe(
    Layer.provideMerge(NodeHttpServer.layer(() => createServer(), { port: 0, host: "127.0.0.1" })),
    Layer.provideMerge(Mock.layer({ drafts: true })),
    Layer.provideMerge(clocks.forwardLayer)
  )
)

share(drafted, { excludeTestServices: true })("the page of a run that is only drafted", (it) => {
  it.scoped("shows its first row to whoever the crowd sends, and keeps nothing", () =>
    Effect.gen(function* () {
      const run = yield* offered({ template: "<p>${product}</p>" })
      const page = yield* visit(`/task/${run.id}?worker=ann`)
      yield* act(() => page.getByText("This is a draft").waitFor())
      yield* act(() => page.frameLocator("iframe").getByText("a spanner").waitFor())
      expect(yield* act(() => page.getByRole("button", { name: "Accept" }).count())).toBe(0)
      expect(yield* agentsOf(run.id)).toEqual([])
    })
  )
})
