import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Panel from "../../src/Panel.js"
import * as Conformance from "../../src/testing/Conformance.js"
import { makeClicks, secret, settings } from "../support/panel.js"
import { people } from "./people.js"
import { another, onShared, over, seeds } from "./stores.js"
import { swap } from "./swap.js"

const panel = Panel.layer({ settings, secret })

over("Panel", "SQLite", (name, store) => {
  Conformance.provider(
    name,
    onShared(store, (own) => Layer.provide(panel, own)),
    {
      harness: {
        arrive: makeClicks(),
        unreadable: { query: "?pid=%25PID%25&sid=1" },
        another: another(panel),
        seeds
      },
      suites: [Conformance.core, Conformance.qualifications]
    }
  )

  /** The program calls its people by their names: they click on the panel's link, and leave by themselves. */
  const click = makeClicks()
  const arrive = (worker: string) =>
    Effect.map(click(worker), (data) => ({
      called: worker,
      data,
      submit: () => Effect.void,
      giveBack: Effect.void
    }))
  swap(name, Layer.provideMerge(Layer.effectContext(people(arrive)), Layer.provide(panel, store)))
})
