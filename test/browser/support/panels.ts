/**
 * The panels whose parameters are known, as somebody sets them up: who comes by which link, and where each leaves to.
 */
import type * as PanelSettings from "../../../src/PanelSettings.js"

/** An address, a code that all have, one of their own (`each`), or a page alone (`none`). */
export type Leads =
  | { readonly _tag: "To"; readonly url: string }
  | { readonly _tag: "Code"; readonly code: string }
  | { readonly _tag: "Each" | "None" }

const to = (url: string): Leads => ({ _tag: "To", url })
const code = (code: string): Leads => ({ _tag: "Code", code })
const each: Leads = { _tag: "Each" }
const none: Leads = { _tag: "None" }

export interface PanelCase {
  readonly preset: PanelSettings.PresetName
  readonly exits: NonNullable<Exclude<PanelSettings.Given, string>["exits"]>
  /** The query of the link of this person, in this visit. */
  readonly link: (id: string, visit: string) => string
  /** What the table says of somebody who came as `1234`, in the visit `v1`. */
  readonly leads: { readonly [Outcome in "completed" | "screenedOut" | "noWork" | "timedOut"]: Leads }
}

const query = (parameters: { readonly [name: string]: string }): string => `?${new URLSearchParams(parameters)}`

const sona = "https://school.sona-systems.com"
const connect = "https://connect.cloudresearch.com"
const prolific = "https://app.prolific.com/submissions/complete"

export const panels: ReadonlyArray<PanelCase> = [
  {
    preset: "sona",
    exits: {
      completed: {
        redirect: `${sona}/webstudy_credit.aspx?experiment_id=7&credit_token=C0MPLETE&survey_code={id}`
      },
      screenedOut: { code: "each" },
      noWork: { redirect: `${sona}/` }
    },
    link: (id) => query({ survey_code: id }),
    leads: {
      completed: to(`${sona}/webstudy_credit.aspx?experiment_id=7&credit_token=C0MPLETE&survey_code=1234`),
      screenedOut: each,
      noWork: to(`${sona}/`),
      timedOut: none
    }
  },
  {
    preset: "besample",
    exits: { screenedOut: { code: "NOT-THIS-TIME" }, noWork: { code: "each" }, timedOut: { code: "TOO-LATE" } },
    link: (id) => query({ response_id: id }),
    leads: { completed: each, screenedOut: code("NOT-THIS-TIME"), noWork: each, timedOut: code("TOO-LATE") }
  },
  {
    preset: "positly",
    exits: {
      completed: { redirect: "https://app.positly.com/#/f?task_id=C0MPLETE" },
      noWork: { redirect: "https://app.positly.com/full/{session}" },
      timedOut: { code: "each" }
    },
    link: (id, visit) => query({ participantID: id, assignmentID: visit, age: "33" }),
    leads: {
      completed: to("https://app.positly.com/#/f?task_id=C0MPLETE"),
      screenedOut: none,
      noWork: to("https://app.positly.com/full/v1"),
      timedOut: each
    }
  },
  {
    preset: "connect-link",
    exits: {
      completed: { code: "C0MPLETE" },
      screenedOut: { redirect: `${connect}/{study}/partial?participant={id}&assignment={session}` },
      timedOut: { redirect: `${connect}/{study}/late` }
    },
    link: (id, visit) => query({ participantId: id, assignmentId: visit, projectId: "P/7" }),
    leads: {
      completed: code("C0MPLETE"),
      screenedOut: to(`${connect}/P%2F7/partial?participant=1234&assignment=v1`),
      noWork: none,
      timedOut: to(`${connect}/P%2F7/late`)
    }
  },
  {
    preset: "prolific-link",
    exits: {
      completed: { redirect: `${prolific}?cc=C0MPLETE` },
      screenedOut: { redirect: `${prolific}?cc=SCREENED` },
      noWork: { redirect: `${prolific}?cc=NOWORK` },
      timedOut: { code: "each" }
    },
    link: (id, visit) => query({ PROLIFIC_PID: id, STUDY_ID: "s7", SESSION_ID: visit }),
    leads: {
      completed: to(`${prolific}?cc=C0MPLETE`),
      screenedOut: to(`${prolific}?cc=SCREENED`),
      noWork: to(`${prolific}?cc=NOWORK`),
      timedOut: each
    }
  }
]
