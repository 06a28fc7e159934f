/**
 * Where the API is known to differ from its document: all that the contract lets through beyond it, each with its
 * source.
 */
import { isRecord } from "effect/Predicate"
import type { CallName } from "./operations.js"

export interface Exception {
  /** The row of FACTS that tells of it. */
  readonly fact: string
  readonly calls: ReadonlyArray<CallName> | "all"
  /** Query parameters beyond those of the document. */
  readonly query?: ReadonlyArray<string>
  /** Good statuses beyond those of the document, without content. */
  readonly status?: number
  /** A part of a reply as the document would have it. */
  readonly asDocumented?: (key: string, value: unknown) => unknown
}

export const exceptions: ReadonlyArray<Exception> = [
  {
    fact: "§1 Pagination, limit/offset: without `limit` only 20 come back",
    calls: [
      "GET /api/v1/workspaces/",
      "GET /api/v1/workspaces/{workspace_id}/projects/",
      "GET /api/v1/participant-groups/",
      "GET /api/v1/hooks/subscriptions/"
    ],
    query: ["limit", "offset"]
  },
  {
    fact: "§2 Study, Submission: PROCESSING (MEPH, live); §2 Submission: PARTIALLY APPROVED in lists and transitions too",
    calls: "all",
    asDocumented: (key, value) =>
      key === "status" && (value === "PROCESSING" || value === "PARTIALLY APPROVED") ? "ACTIVE" : value
  },
  {
    fact: "§1 Webhooks, Set-up: the document has a list, the CLI decodes one object",
    calls: ["POST /api/v1/hooks/subscriptions/"],
    asDocumented: (key, value) =>
      key === "" && isRecord(value) && !("results" in value) ? { results: [value] } : value
  },
  {
    fact: "§2 Message: the CLI's model has `datetime_created`",
    calls: ["GET /api/v1/messages/"],
    asDocumented: (_, value) =>
      isRecord(value) && "datetime_created" in value ? { ...value, sent_at: value["datetime_created"] } : value
  },
  {
    fact: "§1 Success codes: deleting a study answers 204 too",
    calls: ["DELETE /api/v1/studies/{id}/"],
    status: 204
  },
  {
    fact: "§1 Error body: `{message, detail}`",
    calls: "all",
    asDocumented: (key, value) =>
      key === "" && isRecord(value) && "message" in value && "detail" in value
        ? { status: 400, error_code: 0, title: value["message"], detail: value["detail"] }
        : value
  },
  {
    fact: "§1 Error body: wrapped on some calls and bare on others, whatever the document says of one",
    calls: "all",
    asDocumented: (key, value) => (key === "" && isRecord(value) && isRecord(value["error"]) ? value["error"] : value)
  }
]

export const exceptionsFor = (call: CallName): ReadonlyArray<Exception> =>
  exceptions.filter(({ calls }) => calls === "all" || calls.includes(call))
