/** A panel that sends people by a link, and what their browsers then say. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as PanelSettings from "../../src/PanelSettings.js"

export const secret = Redacted.make("the panel's secret, of this test alone")

export const settings = {
  id: "pid",
  session: "sid",
  study: "study",
  keep: ["gender"],
  exits: {
    completed: { redirect: "https://panel.example/done/{study}?session={session}&code={code}" },
    partial: { code: "PART-1" },
    screenedOut: { redirect: "https://panel.example/out?id={id}&gender={gender}" },
    noWork: { redirect: "https://panel.example/full?id={id}" },
    timedOut: { code: "each" }
  }
} satisfies PanelSettings.Given

/** What the shim sends of somebody who came by a link with these parameters. */
export const link = (parameters: { readonly [name: string]: string }): { readonly query: string } => ({
  query: `?${new URLSearchParams(parameters)}`
})

/** A panel's clicks: each is a visit of its own. */
export const makeClicks = (): ((worker: string) => Effect.Effect<{ readonly query: string }>) => {
  let clicks = 0
  return (worker) => Effect.sync(() => link({ pid: worker, sid: `session-${clicks++}`, study: "S1" }))
}
