/** What a panel is made from, and what it can say. */
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type { AgentOutline } from "../Agents.js"
import type { ProviderError } from "../CrowdError.js"
import type { RunId } from "../Ids.js"
import type { Given, PanelSettings } from "../PanelSettings.js"
import type { Outcome } from "../States.js"
import type { TaskRun } from "../TaskRuns.js"

/**
 * How people come and leave, and the secret.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** For tasks that say nothing of it themselves. */
  readonly settings?: Given | undefined
  /**
   * Makes codes and checks links; `PANEL_SECRET` by default, 16 characters or more. The same for as long as codes of it
   * are to be checked.
   */
  readonly secret?: Redacted.Redacted<string> | undefined
  /** What people call the panel; nothing by default. */
  readonly title?: string | undefined
}

/**
 * What a code says: how the visit of whom it was made for ended, and by what part of the code they are known.
 *
 * @since 0.1.0
 * @category models
 */
export interface Verified {
  readonly outcome: Outcome
  /** The first two groups of the code: the same in every code of one agent. */
  readonly agent: string
}

/**
 * What is known of a panel's people beside the capabilities.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** The settings of the run's task, or those of the layer. */
  readonly settings: (run: Pick<TaskRun, "task">) => Option.Option<PanelSettings>
  /**
   * The link to give to the panel, for pages at this address: with the panel's own placeholders, with `…` for each where
   * they are not known, or with none where the panel appends what it has to say.
   */
  readonly link: (run: Pick<TaskRun, "id" | "task">, pages: string) => Option.Option<string>
  /** The code with which somebody left who is done; none where they leave by none. */
  readonly code: (
    run: TaskRun,
    agent: AgentOutline,
    outcome: Outcome
  ) => Effect.Effect<Option.Option<string>, ProviderError>
  /** What a code of the run says; none where it is none. */
  readonly verify: (run: RunId, code: string) => Effect.Effect<Option.Option<Verified>, ProviderError>
}
