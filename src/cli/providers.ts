/** The crowds that the command knows: one entry each. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { Batch } from "../Batch.js"
import type * as CrowdError from "../CrowdError.js"
import * as Local from "../Local.js"
import * as Mock from "../Mock.js"
import * as People from "../mock/People.js"
import type { Core } from "../Provider.js"
import { type Requester, Requesters } from "../Requesters.js"
import type { Store } from "../Store.js"
import { type TaskRun, TaskRuns } from "../TaskRuns.js"
import * as Extras from "./Extras.js"
import { CrowdGone, type PackageMissing, type UsageError } from "./failure.js"
import * as optionalPackages from "./optionalPackages.js"
import * as panels from "./panel.js"
import type { Screen } from "./Screen.js"
import type { Terms } from "./terms.js"

/** Who comes to the pages, and where others reach them. Commands that serve none need not say. */
export interface Visits {
  readonly people: Local.Options
  readonly url: Option.Option<string>
}

export interface Entry {
  readonly name: string
  /** Who that is, in a few words. */
  readonly about: string
  /** Whether `--live` means anything. */
  readonly hasLive: boolean
  /** Whether `crowd run` accepts what is submitted without being told to. */
  readonly approves: boolean
  /**
   * To whom `crowd run` serves pages: to people who come by themselves, or whom the crowd sends to the address it was
   * told.
   */
  readonly serves: "nobody" | "visitors" | "sent"
  /** Where tasks are shown: on pages that this machine serves, on the crowd's own, or at the address it was told. */
  readonly tasksAt: (terms: Terms) => "here" | "sent" | { readonly url: string }
  /** Time between two looks at the crowd. */
  readonly every: Duration.DurationInput
  /** What survives a loss of power; see the store. */
  readonly durability: "full" | "normal"
  /** Fails where nobody of this crowd could come to the batch, before anything is made of it. */
  readonly check?: ((batch: Batch) => Effect.Effect<void, CrowdError.InvalidInput | UsageError>) | undefined
  readonly layer: (
    visits: Visits,
    terms: Terms
  ) => Layer.Layer<
    Core | Extras.Extras,
    CrowdError.InvalidSetting | CrowdError.StoreError | PackageMissing | UsageError,
    Store
  >
  /** Who pays for what the command launches. */
  readonly requester: Effect.Effect<
    Requester,
    | CrowdError.RequesterNotFound
    | CrowdError.InvalidRegisterArgs
    | CrowdError.CredentialsRejected
    | CrowdError.ProviderError
    | CrowdError.StoreError,
    Requesters
  >
  /** Whether `crowd run` serves pages to which people come for other runs as well, which therefore go on. */
  readonly conductsOthers: boolean
  /** What this process has to do beside conducting the run: goes on until the run is decided. */
  readonly attend: (
    run: TaskRun
  ) => Effect.Effect<
    never,
    | CrowdGone
    | CrowdError.TaskRunNotFound
    | CrowdError.InvalidProviderData
    | CrowdError.ProviderError
    | CrowdError.StoreError,
    Core | Screen
  >
}

const registered = (name: string) => Effect.flatMap(Requesters, (requesters) => requesters.register(name, {}))

/** The Mock's people work as long as the command does. */
const attendMock: Entry["attend"] = (run) =>
  Effect.gen(function* () {
    const runs = yield* TaskRuns
    const people = People.fillForms(run, yield* runs.template(run.id))
    yield* Mock.work(run.id, { ...people, patience: "50 millis" })
    const { units } = yield* runs.summary(run.id)
    const left = units.created + units.launched
    return left === 0 ? yield* Effect.never : yield* new CrowdGone({ run: run.id, units: left })
  })

export const mock: Entry = {
  name: "mock",
  about: "nobody: answers are made up, nothing is paid",
  hasLive: false,
  approves: true,
  serves: "nobody",
  tasksAt: () => "here",
  every: "100 millis",
  durability: "normal",
  layer: () => Layer.merge(Mock.layerStore(), Extras.none),
  requester: registered("mock"),
  conductsOthers: false,
  attend: attendMock
}

export const local: Entry = {
  name: "local",
  about: "your own people, on pages that this machine serves",
  hasLive: false,
  approves: false,
  serves: "visitors",
  tasksAt: () => "here",
  every: "1 second",
  durability: "full",
  layer: ({ people }) => Layer.merge(Local.layer(people), Extras.none),
  requester: registered("local"),
  conductsOthers: true,
  attend: () => Effect.never
}

const overMTurk = (terms: Terms) =>
  Effect.map(
    optionalPackages.needed(() => import("./mturk.js"), {
      names: ["@aws-sdk/client-mturk"],
      neededBy: "The crowd mturk"
    }),
    (mturk) => mturk.layer(terms)
  )

export const mturk: Entry = {
  name: "mturk",
  about: "Mechanical Turk: its sandbox, the marketplace with --live, or another service of its protocol",
  hasLive: true,
  approves: false,
  serves: "nobody",
  tasksAt: (terms) => Option.match(terms.mturk.questionUrl, { onNone: () => "sent", onSome: (url) => ({ url }) }),
  every: "20 seconds",
  durability: "full",
  layer: (_, terms) => Layer.merge(Layer.unwrapEffect(overMTurk(terms)), Extras.none),
  requester: registered("mturk"),
  conductsOthers: false,
  attend: () => Effect.never
}

export const prolific: Entry = {
  name: "prolific",
  about: "Prolific's participants, who come to pages of yours; a draft, and with --live a published study",
  hasLive: true,
  approves: false,
  serves: "sent",
  tasksAt: () => "here",
  every: "20 seconds",
  durability: "full",
  layer: ({ url }, terms) =>
    Layer.unwrapEffect(
      Effect.map(
        Effect.promise(() => import("./prolific.js")),
        (prolific) => prolific.layer(url, terms)
      )
    ),
  requester: registered("prolific"),
  conductsOthers: true,
  attend: () => Effect.never
}

export const panel: Entry = {
  name: "panel",
  about: "people whom a panel, a class or a list sends to pages of yours by a link",
  hasLive: false,
  approves: false,
  serves: "sent",
  tasksAt: () => "here",
  every: "1 second",
  durability: "full",
  check: panels.check,
  layer: () => panels.layer,
  requester: registered("panel"),
  conductsOthers: true,
  attend: () => Effect.never
}

export const all: ReadonlyArray<Entry> = [mock, local, mturk, prolific, panel]

/** What is wrong with the name of a crowd that there is not. */
export const unknown = (name: string): string =>
  `There is no provider "${name}"; there is: ${all.map((entry) => entry.name).join(", ")}`

export const named = (name: string): Entry | undefined => all.find((entry) => entry.name === name)
