/** Studies: drafts that can be changed and deleted, then published ones that can do neither (FACTS §3.1, §3.2). */

import { faultsOfBody } from "./contract.js"
import { checkDraft, checkPublished } from "./drafts.js"
import type { BaseStudy, CreateStudy, StudyTransition } from "./protocol.js"
import { known, refuseUnless } from "./refusals.js"
import { balanceOf, costOf, projectedCost, spentOn, totalOf } from "./wallet.js"
import { newId, type StudyRow, type StudyStatus, submissionsOf, tell, type WorkspaceRow, type World } from "./world.js"

const holding: ReadonlyArray<string> = ["RESERVED", "ACTIVE", "AWAITING REVIEW", "APPROVED", "PARTIALLY APPROVED"]
const handedIn: ReadonlyArray<string> = ["AWAITING REVIEW", "APPROVED", "PARTIALLY APPROVED"]

const countOf = (world: World, study: StudyRow, statuses: ReadonlyArray<string>): number =>
  submissionsOf(world, study).filter(({ status }) => statuses.includes(status)).length

/** FACTS §2: as was checked on a live study. */
export const placesTaken = (world: World, study: StudyRow): number => countOf(world, study, holding)

export const studyOf = (world: World, id: string): StudyRow => known(world.studies.get(id))

const become = (world: World, study: StudyRow, status: StudyStatus): void => {
  if (study.status === status) return
  study.status = status
  tell(world, { kind: "study", study })
}

const hasUnreviewed = (world: World, study: StudyRow): boolean =>
  countOf(world, study, ["RESERVED", "ACTIVE", "AWAITING REVIEW"]) > 0

const over = (world: World, study: StudyRow): StudyStatus =>
  hasUnreviewed(world, study) && !(study.stopped && world.switches.stopEnds === "COMPLETED")
    ? "AWAITING REVIEW"
    : "COMPLETED"

/** What a study becomes by itself, after something happened to one of its submissions. */
export const follow = (world: World, study: StudyRow): void => {
  const places = study.fields.total_available_places
  const isFull = countOf(world, study, handedIn) >= places
  if (study.status === "ACTIVE" && isFull) become(world, study, over(world, study))
  else if (study.status === "AWAITING REVIEW" && (study.stopped || isFull)) become(world, study, over(world, study))
  else if (study.status === "AWAITING REVIEW" && placesTaken(world, study) < places) {
    become(world, study, world.switches.refill)
  }
}

const requireMoney = (world: World, study: StudyRow, cost: number): void =>
  refuseUnless(
    study.isTest || balanceOf(world, study.workspace).available >= cost,
    "Your balance is too low to publish this study."
  )

const publish = (world: World, study: StudyRow): void => {
  refuseUnless((study.fields.completion_codes ?? []).length > 0, { completion_codes: ["At least one is needed."] })
  requireMoney(world, study, totalOf(projectedCost(world, study)))
  study.publishedAt = world.clock.now()
  study.publishing = world.switches.publishingLooks
  become(world, study, study.publishing > 0 ? "PUBLISHING" : "ACTIVE")
}

const start = (world: World, study: StudyRow): void => {
  refuseUnless(!study.stopped, "A study that was stopped cannot be started.")
  become(world, study, "ACTIVE")
}

const stop = (world: World, study: StudyRow): void => {
  study.stopped = true
  become(world, study, over(world, study))
}

/** FACTS §3.2: what may be asked of a study in which status; anything else is refused. */
const transitions: ReadonlyMap<string, (world: World, study: StudyRow) => void> = new Map([
  ["PUBLISH UNPUBLISHED", publish],
  ["PAUSE ACTIVE", (world, study) => become(world, study, "PAUSED")],
  ["START PAUSED", (world, study) => become(world, study, "ACTIVE")],
  ["START AWAITING REVIEW", start],
  ["STOP ACTIVE", stop],
  ["STOP PAUSED", stop]
])

export const transition = (world: World, study: StudyRow, action: StudyTransition["action"]): void => {
  const act = transitions.get(`${action} ${study.status}`)
  refuseUnless(act !== undefined, `${action} is not possible while the study is ${study.status}.`)
  act(world, study)
}

/** Looking at a study that is being published moves it on. */
export const look = (world: World, study: StudyRow): void => {
  if (study.status !== "PUBLISHING") return
  if (study.publishing === 0) become(world, study, "ACTIVE")
  else study.publishing -= 1
}

const isStudy = (fields: unknown): fields is CreateStudy => faultsOfBody("POST /api/v1/studies/", fields).length === 0

/** A draft takes anything; a published study the little that FACTS §3.1 lists, and places only upwards. */
export const change = (world: World, study: StudyRow, changes: BaseStudy): void => {
  const fields: unknown = { ...study.fields, ...changes }
  refuseUnless(isStudy(fields), "Is no study any more.")
  if (study.status === "UNPUBLISHED") checkDraft(world, fields)
  else {
    checkPublished(study, changes)
    const more = fields.total_available_places - study.fields.total_available_places
    const { rewards } = spentOn(world, study)
    const asked = (places: number) => totalOf(costOf(world, rewards + places * study.fields.reward))
    requireMoney(world, study, asked(more) - asked(0))
  }
  const hasMore = fields.total_available_places > study.fields.total_available_places
  study.fields = { ...fields, project: fields.project ?? study.fields.project }
  if (hasMore) reopen(world, study)
}

/** More places start a study again that had come to its end. */
const reopen = (world: World, study: StudyRow): void => {
  const isOver = study.status === "AWAITING REVIEW" || study.status === "COMPLETED"
  if (!isOver || (study.stopped && !world.switches.placesReopen)) return
  study.stopped = false
  become(world, study, "ACTIVE")
}

export const addStudy = (
  world: World,
  fields: CreateStudy,
  { isTest = false, status = "UNPUBLISHED" }: { readonly isTest?: boolean; readonly status?: StudyStatus } = {}
): StudyRow => {
  const { project, workspace } = placeOf(world, fields.project)
  const study: StudyRow = {
    id: newId(),
    workspace,
    createdAt: world.clock.now(),
    isTest,
    fields: { ...fields, project },
    status,
    publishedAt: isTest ? world.clock.now() : undefined,
    stopped: false,
    publishing: 0
  }
  world.studies.set(study.id, study)
  return study
}

/** A study that names no project goes into the first one. */
const placeOf = (world: World, project: string | undefined) => {
  const workspace = project === undefined ? world.workspaces[0] : workspaceOfProject(world, project)
  const id = project ?? workspace?.projects[0]?.id
  refuseUnless(workspace !== undefined && id !== undefined, { project: ["Does not exist."] })
  return { project: id, workspace }
}

export const workspaceOfProject = (world: World, project: string): WorkspaceRow | undefined =>
  world.workspaces.find(({ projects }) => projects.some(({ id }) => id === project))
