/** The crowd of a panel: people who come by a link, and a secret for their codes. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { Batch } from "../Batch.js"
import * as Faults from "../batch/faults.js"
import type { InvalidInput } from "../CrowdError.js"
import * as Panel from "../Panel.js"
import * as PanelSettings from "../PanelSettings.js"
import { Extras, none } from "./Extras.js"
import { secretVariable, shortestSecret } from "./environment.js"
import { UsageError } from "./failure.js"

const variable = "PANEL_SECRET"

const found = secretVariable(variable)

/** What codes are made and checked with. */
export const secret = Effect.flatMap(
  found,
  Option.match({
    onNone: () =>
      new UsageError({
        message: `Set ${variable} (${shortestSecret} characters or more): codes are made, and links checked, with it; always the same.`
      }),
    onSome: Effect.succeed
  })
)

/** Somebody has to say how people come; and with what their codes are made. */
export const check = ({ task }: Batch): Effect.Effect<void, InvalidInput | UsageError> =>
  Option.match(task.panel, {
    onNone: () => {
      const message = `has no "panel", which says how people come and leave; write "panel": "NAME" (${PanelSettings.presetNames.join(", ")}), or an object with "id" and "exits"`
      return Faults.single("task.json", Faults.fault("task.json", message))
    },
    onSome: (settings) => (PanelSettings.needsSecret(settings) ? Effect.asVoid(secret) : Effect.void)
  })

const extras = Layer.effect(
  Extras,
  Effect.gen(function* () {
    const ofOthers = yield* Effect.provide(Extras, none)
    return { ...ofOthers, panel: Option.some(yield* Panel.Panel) }
  })
)

export const layer = Layer.unwrapEffect(
  Effect.map(found, (secret) => Layer.provideMerge(extras, Panel.layer({ secret: Option.getOrUndefined(secret) })))
)

/** The panel of the session, whose entry is no other. */
export const ofCrowd = Effect.flatMap(Extras, ({ panel }) => panel)
