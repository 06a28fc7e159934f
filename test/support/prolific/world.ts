/** What the double remembers: rows of plain data, changed by the files that are named after them. */
import { randomBytes } from "node:crypto"
import { type Clock, makeClock } from "./clock.js"
import type { CreateStudy, Study, SubmissionDetail } from "./protocol.js"
import { type Settings, type Switches, usual } from "./settings.js"

export interface ProjectRow {
  readonly id: string
  readonly title: string
}

export interface WorkspaceRow {
  readonly id: string
  readonly title: string
  readonly currency: "GBP" | "USD"
  /** Paid in, in minor units. */
  deposited: number
  readonly projects: ReadonlyArray<ProjectRow>
}

/** The document's, and PROCESSING, which was seen (FACTS §2). */
export type StudyStatus = NonNullable<Study["status"]>

export interface StudyRow {
  readonly id: string
  readonly workspace: WorkspaceRow
  readonly createdAt: number
  readonly isTest: boolean
  fields: CreateStudy & { readonly project: string }
  status: StudyStatus
  publishedAt: number | undefined
  stopped: boolean
  /** How many looks see it as PUBLISHING. */
  publishing: number
}

export type SubmissionStatus = Exclude<SubmissionDetail["status"], "PROCESSING"> | "PARTIALLY APPROVED"

export interface SubmissionRow {
  readonly id: string
  readonly study: StudyRow
  readonly participant: string
  readonly reservedAt: number
  status: SubmissionStatus
  startedAt: number
  completedAt: number | undefined
  code: string | undefined
  returnRequested: number | undefined
  /** The reward that was paid, in minor units. */
  paid: number
  readonly bonuses: Array<number>
  /** How many looks see it as PROCESSING. */
  processing: number
}

export interface ParticipantRow {
  readonly id: string
  readonly isTest: boolean
  /** What they answered to screening questions: a choice's id, or a number. */
  readonly answers: { readonly [filter: string]: string | number }
}

export interface GroupRow {
  readonly id: string
  readonly workspace: string
  readonly createdAt: number
  readonly name: string
  readonly description: string | undefined
  /** When each became a member. */
  readonly members: Map<string, number>
  isDeleted: boolean
}

export interface BulkRow {
  readonly id: string
  readonly study: StudyRow
  readonly rows: ReadonlyArray<{ readonly submission: SubmissionRow; readonly amount: number }>
  /** How many payments of it are on their way, and how many were made. */
  pending: number
  paid: number
}

export interface MessageRow {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly body: string
  readonly sentAt: number
  readonly study: string | undefined
  readonly category: string | undefined
}

export interface SubscriptionRow {
  readonly id: string
  readonly workspace: string
  readonly eventType: string
  /** What has to be sent back before anything is delivered. */
  readonly challenge: string
  targetUrl: string
  isConfirmed: boolean
  isEnabled: boolean
}

export interface EventRow {
  readonly id: string
  readonly subscription: SubscriptionRow
  readonly createdAt: number
  readonly resource: string
  readonly payload: Readonly<Record<string, string>>
  status: "PENDING" | "SUCCEEDED" | "FAILED"
  attempts: number
}

export interface World {
  readonly clock: Clock
  readonly switches: Switches
  readonly rates: { readonly fee: number; readonly vat: number }
  readonly token: string
  readonly researcher: { readonly id: string; readonly email: string }
  readonly workspaces: ReadonlyArray<WorkspaceRow>
  readonly studies: Map<string, StudyRow>
  readonly submissions: Map<string, SubmissionRow>
  readonly participants: Map<string, ParticipantRow>
  readonly groups: Map<string, GroupRow>
  readonly bulks: Map<string, BulkRow>
  readonly messages: Array<MessageRow>
  /** A secret for each workspace, by which events are signed. */
  readonly secrets: Map<string, { readonly id: string; readonly value: string }>
  readonly subscriptions: Map<string, SubscriptionRow>
  readonly events: Array<EventRow>
  /** Who hears of changes: the hooks. */
  readonly listeners: Array<(event: Event) => void>
}

export type Event =
  | { readonly kind: "submission"; readonly submission: SubmissionRow }
  | { readonly kind: "study"; readonly study: StudyRow }

/** 24 hexadecimal digits, as theirs. */
export const newId = (): string => randomBytes(12).toString("hex")

const oneWorkspace = [{ title: "Research", currency: "GBP", balance: 1_000_000, projects: ["Project"] }] as const

export const makeWorld = (settings: Settings): World => ({
  clock: makeClock(settings.start ?? Date.now(), settings.pace ?? 0),
  switches: { ...usual, ...settings.switches },
  rates: settings.rates ?? { fee: 0.333333, vat: 0.2 },
  token: settings.token ?? "double-token",
  researcher: { id: newId(), email: "researcher@example.org" },
  workspaces: (settings.workspaces ?? oneWorkspace).map(({ balance, currency, projects, title }) => ({
    id: newId(),
    title,
    currency,
    deposited: balance,
    projects: projects.map((project) => ({ id: newId(), title: project }))
  })),
  studies: new Map(),
  submissions: new Map(),
  participants: new Map(),
  groups: new Map(),
  bulks: new Map(),
  messages: [],
  secrets: new Map(),
  subscriptions: new Map(),
  events: [],
  listeners: []
})

export const tell = (world: World, event: Event): void => {
  for (const hear of world.listeners) hear(event)
}

export const iso = (time: number): string => new Date(time).toISOString()

export const submissionsOf = (world: World, study: StudyRow): ReadonlyArray<SubmissionRow> =>
  [...world.submissions.values()].filter((submission) => submission.study === study)
