import { byPage, settled, whole } from "./lists.js"
import { ok, operation } from "./operations.js"
import { refuseUnless } from "./refusals.js"
import { studyOf } from "./studies.js"
import { approve, judge, submissionOf } from "./submissions.js"
import { iso, type SubmissionRow, submissionsOf, type World } from "./world.js"

const dateOrNone = (time: number | undefined): string | null => (time === undefined ? null : iso(time))

/** Looking at a submission that is being processed moves it on. */
const statusOf = (submission: SubmissionRow): string => {
  if (submission.processing === 0) return submission.status
  submission.processing -= 1
  return "PROCESSING"
}

const short = (submission: SubmissionRow) => ({
  id: submission.id,
  participant_id: submission.participant,
  status: statusOf(submission),
  started_at: iso(submission.startedAt),
  completed_at: dateOrNone(submission.completedAt),
  has_siblings: false,
  study_code: submission.code ?? null,
  return_requested: dateOrNone(submission.returnRequested),
  is_complete: submission.completedAt !== undefined,
  time_taken: ((submission.completedAt ?? submission.startedAt) - submission.startedAt) / 1000,
  reward: submission.study.fields.reward * 100,
  bonus_payments: submission.bonuses,
  ip: "192.0.2.1"
})

const outline = (submission: SubmissionRow) => ({
  id: submission.id,
  study_id: submission.study.id,
  participant: submission.participant,
  status: statusOf(submission),
  started_at: iso(submission.startedAt),
  completed_at: dateOrNone(submission.completedAt),
  entered_code: submission.code ?? null
})

const detail = (submission: SubmissionRow) => ({
  ...outline(submission),
  parent_study_id: null,
  bonus_payments: submission.bonuses,
  return_requested: dateOrNone(submission.returnRequested)
})

const counted = [
  "ACTIVE",
  "APPROVED",
  "AWAITING REVIEW",
  "REJECTED",
  "RESERVED",
  "RETURNED",
  "TIMED-OUT",
  "PARTIALLY APPROVED",
  "SCREENED OUT"
]

const counts = (rows: ReadonlyArray<SubmissionRow>) => ({
  ...Object.fromEntries(counted.map((status) => [status, rows.filter((row) => row.status === status).length])),
  TOTAL: rows.length
})

const visible = (world: World, rows: ReadonlyArray<SubmissionRow>) =>
  settled(world, rows, ({ reservedAt }) => reservedAt)

const normal = (status: string): string => status.toUpperCase().replace(/[_-]/g, " ")

const wanted = (world: World, query: URLSearchParams): ReadonlyArray<SubmissionRow> => {
  const study = query.get("study")
  const status = query.get("status")
  const rows = study === null ? [...world.submissions.values()] : submissionsOf(world, studyOf(world, study))
  return visible(world, rows).filter((row) => status === null || normal(row.status) === normal(status))
}

const mostAtOnce = 1000

export const submissionOperations = [
  operation("GET /api/v1/submissions/", (world, request) =>
    byPage(world, request, wanted(world, request.query), short)
  ),
  operation("GET /api/v1/studies/{id}/submissions/", (world, request) =>
    whole(world, request, visible(world, submissionsOf(world, studyOf(world, request.path("id")))), short)
  ),
  operation("GET /api/v1/studies/{id}/submissions/counts/", (world, { path }) =>
    ok(counts(submissionsOf(world, studyOf(world, path("id")))))
  ),
  operation("GET /api/v1/submissions/{id}/", (world, { path }) => ok(detail(submissionOf(world, path("id"))))),
  operation("POST /api/v1/submissions/{id}/transition/", (world, { body, path }) => {
    const submission = submissionOf(world, path("id"))
    judge(world, submission, body)
    return ok(outline(submission))
  }),
  operation("POST /api/v1/submissions/{id}/request-return/", (world, { path }) => {
    const submission = submissionOf(world, path("id"))
    submission.returnRequested = world.clock.now()
    const { id, participant, status } = submission
    return ok({ id, participant, status, return_requested: iso(submission.returnRequested) })
  }),
  operation("POST /api/v1/submissions/bulk-approve/", (world, { body }) => {
    const rows =
      "submission_ids" in body
        ? body.submission_ids.map((id) => submissionOf(world, id))
        : submissionsOf(world, studyOf(world, body.study_id)).filter((row) =>
            body.participant_ids.includes(row.participant)
          )
    refuseUnless(rows.length <= mostAtOnce, "Too many at once.")
    const approveAll = () => {
      for (const row of rows) if (row.status === "AWAITING REVIEW") approve(world, row)
    }
    if (world.switches.bulkDelay === 0) approveAll()
    else world.clock.at(world.clock.now() + world.switches.bulkDelay, approveAll)
    return ok("Bulk approve in progress")
  })
]
