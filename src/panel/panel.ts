/** What all parts of the driver share: the settings of a run, and the secret where it is the run's. */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { ProviderError } from "../CrowdError.js"
import { type Secret, sign } from "../internal/signature.js"
import { needsSecret, type PanelSettings } from "../PanelSettings.js"
import type { TaskRun } from "../TaskRuns.js"

export const provider = "panel"

export interface Panel {
  /** For tasks without settings of their own. */
  readonly settings: Option.Option<PanelSettings>
  readonly secret: Option.Option<Secret>
}

export const settingsOf = ({ settings }: Pick<Panel, "settings">, { task }: Pick<TaskRun, "task">) =>
  Option.orElse(task.panel, () => settings)

export const failure = (method: string, description: string): ProviderError =>
  new ProviderError({ reason: "Rejected", provider, method, description })

export const secretOf = ({ secret }: Pick<Panel, "secret">, method: string): Either.Either<Secret, ProviderError> =>
  Either.fromOption(secret, () => failure(method, "codes and signed links need a secret: set PANEL_SECRET"))

/** What `setup` leaves in a run: by what its secret is known again, where it needs one. */
const Setup = Schema.Struct({ secret: Schema.String })

const decodeSetup = Schema.decodeUnknownOption(Setup)

const markOf = (secret: Secret, { id }: Pick<TaskRun, "id">): string => sign(secret, ["run", id])

export const setup = (panel: Panel, run: TaskRun): Either.Either<typeof Setup.Type | null, ProviderError> => {
  const settings = settingsOf(panel, run)
  if (Option.isNone(settings)) {
    return Either.left(
      failure("setup", 'nothing says how people come: write "panel" into task.json, such as "panel": "sona"')
    )
  }
  if (!needsSecret(settings.value)) return Either.right(null)
  return Either.map(secretOf(panel, "setup"), (secret) => ({ secret: markOf(secret, run) }))
}

/** The secret that the run was set up with: with another, its people would get other codes than before. */
export const secretFor = (panel: Panel, method: string, run: TaskRun): Either.Either<Secret, ProviderError> =>
  Either.filterOrLeft(
    secretOf(panel, method),
    (secret) =>
      Option.match(Option.flatMap(run.setup, decodeSetup), {
        onNone: () => true,
        onSome: (setup) => setup.secret === markOf(secret, run)
      }),
    () => failure(method, `the secret is not the one that ${run.id} was set up with`)
  )
