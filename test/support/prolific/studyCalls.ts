import { checkDraft, leastAllowedTime } from "./drafts.js"
import { byPage, settled } from "./lists.js"
import { created, nothing, ok, operation } from "./operations.js"
import { known, refuseUnless } from "./refusals.js"
import { addStudy, change, look, placesTaken, studyOf, transition, workspaceOfProject } from "./studies.js"
import { projectedCost, spentOn, totalOf } from "./wallet.js"
import { iso, type StudyRow, submissionsOf, type World } from "./world.js"

const dateOrNone = (time: number | undefined): string | null => (time === undefined ? null : iso(time))

const short = (world: World, study: StudyRow) => ({
  id: study.id,
  name: study.fields.name,
  internal_name: study.fields.internal_name ?? null,
  status: study.status,
  study_type: "SINGLE",
  estimated_completion_time: study.fields.estimated_completion_time,
  total_available_places: study.fields.total_available_places,
  places_taken: placesTaken(world, study),
  number_of_submissions: submissionsOf(world, study).length,
  reward: study.fields.reward,
  total_cost: totalOf(study.isTest ? spentOn(world, study) : projectedCost(world, study)),
  published_at: dateOrNone(study.publishedAt),
  publish_at: null,
  date_created: iso(study.createdAt),
  is_ready_to_publish: study.status === "UNPUBLISHED" && (study.fields.completion_codes ?? []).length > 0
})

/** More than the document has, as was recorded (FACTS §2 Study). */
const full = (world: World, study: StudyRow) => {
  const { workspace } = study
  return {
    ...study.fields,
    maximum_allowed_time: study.fields.maximum_allowed_time ?? leastAllowedTime(study.fields.estimated_completion_time),
    ...short(world, study),
    workspace: workspace.id,
    currency_code: workspace.currency,
    fees_percentage: world.rates.fee,
    fees_per_submission: 0,
    vat_percentage: world.rates.vat,
    service_margin_percentage: "0.25",
    minimum_reward_per_hour: 600,
    is_underpaying: false,
    _links: {}
  }
}

/** A second study, which costs nothing and is seen by test participants alone. */
const makeTestStudy = (world: World, draft: StudyRow): StudyRow => {
  refuseUnless(world.switches.testStudies, "Test studies are not enabled for this workspace.")
  refuseUnless(draft.status === "UNPUBLISHED", "The study must be a draft.")
  refuseUnless(
    [...world.participants.values()].some(({ isTest }) => isTest),
    "There is no test participant."
  )
  const fields = { ...draft.fields, internal_name: `${draft.fields.internal_name ?? draft.fields.name} TEST` }
  return addStudy(world, fields, { isTest: true, status: "ACTIVE" })
}

/** Newest first where that is asked, else oldest first. */
const inOrder = (studies: ReadonlyArray<StudyRow>, ordering: string | null): ReadonlyArray<StudyRow> =>
  ordering === "-date_created" ? studies.toReversed() : studies

export const studyOperations = [
  operation("GET /api/v1/projects/{project_id}/studies/", (world, request) => {
    const project = request.path("project_id")
    known(workspaceOfProject(world, project))
    const rows = [...world.studies.values()].filter(({ fields }) => fields.project === project)
    const shown = inOrder(
      settled(world, rows, ({ createdAt }) => createdAt),
      request.query.get("ordering")
    )
    return byPage(world, request, shown, (study) => short(world, study))
  }),
  operation("POST /api/v1/studies/", (world, { body }) => {
    checkDraft(world, body)
    return created(full(world, addStudy(world, body)))
  }),
  operation("GET /api/v1/studies/{id}/", (world, { path }) => {
    const study = studyOf(world, path("id"))
    look(world, study)
    return ok(full(world, study))
  }),
  operation("PATCH /api/v1/studies/{id}/", (world, { body, path }) => {
    const study = studyOf(world, path("id"))
    change(world, study, body)
    return ok(full(world, study))
  }),
  operation("DELETE /api/v1/studies/{id}/", (world, { path }) => {
    const study = studyOf(world, path("id"))
    refuseUnless(study.status === "UNPUBLISHED", "Published studies cannot be deleted.")
    world.studies.delete(study.id)
    return world.switches.deleteStatus === 204 ? nothing : ok({})
  }),
  operation("POST /api/v1/studies/{id}/transition/", (world, { body, path }) => {
    const study = studyOf(world, path("id"))
    transition(world, study, body.action)
    return ok(full(world, study))
  }),
  operation("POST /api/v1/studies/{id}/test-study", (world, { path, url }) => {
    const study = makeTestStudy(world, studyOf(world, path("id")))
    return ok({ study_id: study.id, study_url: `${url.origin}/studies/${study.id}` })
  })
]
