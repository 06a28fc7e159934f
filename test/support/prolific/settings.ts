/** What a double is told when it is made, and the switches that may be turned while it runs. */
import type { ErrorShape } from "./refusals.js"

export interface WorkspaceSetting {
  readonly title: string
  readonly currency: "GBP" | "USD"
  /** In minor units. */
  readonly balance: number
  readonly projects: ReadonlyArray<string>
}

/** Where the sources disagree or an account differs; each field says which FACTS row it stands for. */
export interface Switches {
  /** Which of three forms errors have; `documented` is what the document says of each call (§1 Error body). */
  errorShape: ErrorShape | "documented"
  /** Rows younger than this are not in lists yet, in ms (§8: the delay of lists is unknown). */
  listStaleness: number
  /** `next` names a host of theirs that nobody can reach (§1 Pagination). */
  internalNext: boolean
  /** Lists by limit and offset give everything, whatever is asked (§1 Pagination). */
  limitIgnored: boolean
  /** Lists by page and whole ones stop after so many rows, though `meta.count` is true (§1 Pagination). */
  listsStopAt: number
  /** The last page names a next one, which is not there (§1 Pagination: 404). */
  nextAtEnd: boolean
  /** For so many looks a study that was published is PUBLISHING (§3.2). */
  publishingLooks: number
  /** For so many looks a submission that was judged is PROCESSING (§2, MEPH). */
  processingLooks: number
  /** How long paying a bonus takes, in ms (§6.2: minutes). */
  bonusDelay: number
  /** Amounts of bonuses are read in the main unit, or in the minor one, as SK has it (§2 Units cheat-sheet). */
  bonusUnit: "main" | "minor"
  /** How long approving in bulk takes, in ms (§3.1: asynchronous). */
  bulkDelay: number
  /** STOP ends in AWAITING REVIEW while anything is unreviewed, or always in COMPLETED (§3.2). */
  stopEnds: "AWAITING REVIEW" | "COMPLETED"
  /** What a full study becomes when a place is free again (§3.2). */
  refill: "PAUSED" | "AWAITING REVIEW" | "ACTIVE"
  /** More places make a stopped study active again (§3.2, help centre against document). */
  placesReopen: boolean
  /** What UNREJECT does (§3.3: in the enum, no prose). */
  unreject: "AWAITING REVIEW" | "APPROVED" | "refused"
  /** A subscription that was made comes back alone or in a list (§1 Webhooks). */
  subscriptionReply: "list" | "object"
  /** What deleting a draft answers (§1 Success codes). */
  deleteStatus: 200 | 204
  /** Messages carry `datetime_created` in place of `sent_at` (§2 Message). */
  messagesOfCli: boolean
  /** Test studies and test participants are enabled (§3.1 Test). */
  testStudies: boolean
  /** Study links may be signed (§2 is_external_study_url_secure). */
  secureLinks: boolean
  /** Each event is delivered so many times (§1 Delivery: at least once). */
  hookCopies: number
  /** Events wait, and leave last first when they are let go (§1 Delivery: order not guaranteed). */
  hooksHeld: boolean
}

export const usual: Switches = {
  errorShape: "documented",
  listStaleness: 0,
  internalNext: false,
  limitIgnored: false,
  listsStopAt: Number.POSITIVE_INFINITY,
  nextAtEnd: false,
  publishingLooks: 0,
  processingLooks: 0,
  bonusDelay: 0,
  bonusUnit: "main",
  bulkDelay: 0,
  stopEnds: "AWAITING REVIEW",
  refill: "PAUSED",
  placesReopen: true,
  unreject: "AWAITING REVIEW",
  subscriptionReply: "list",
  deleteStatus: 200,
  messagesOfCli: false,
  testStudies: true,
  secureLinks: true,
  hookCopies: 1,
  hooksHeld: false
}

export interface Settings {
  readonly token?: string | undefined
  /** The port to listen on; any free one, without. */
  readonly port?: number | undefined
  /** When its time begins; now, without. */
  readonly start?: number | undefined
  /** Its milliseconds in a real one; 0, without: time is moved by hand. */
  readonly pace?: number | undefined
  readonly workspaces?: ReadonlyArray<WorkspaceSetting> | undefined
  /** Shares of a reward, and of a fee. */
  readonly rates?: { readonly fee: number; readonly vat: number } | undefined
  readonly switches?: Partial<Switches> | undefined
}
