/** Runs on a panel, and people who come by its links. */
import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Panel from "../../src/Panel.js"
import type * as PanelSettings from "../../src/PanelSettings.js"
import * as Store from "../../src/Store.js"
import type { TaskRun } from "../../src/TaskRuns.js"
import { make } from "../../src/testing/suites/kit.js"
import { makeClicks, secret, settings } from "../support/panel.js"

export const kit = make({ arrive: makeClicks() })

export const panel = (given: PanelSettings.Given = settings) =>
  Layer.provideMerge(Panel.layer({ settings: given, secret }), Store.layerMemory)

/** A run of so many units on offer. */
export const launched = (rows = 3): Effect.Effect<TaskRun, unknown, Panel.Provides> => kit.launched({ rows })
