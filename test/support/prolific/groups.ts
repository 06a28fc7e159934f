/** Groups of participants: membership acts at once, deletion only hides (FACTS §2 Participant group). */
import { byOffset, settled } from "./lists.js"
import { created, nothing, ok, operation } from "./operations.js"
import { known, Refused, refuseUnless } from "./refusals.js"
import { workspaceOf } from "./wallet.js"
import { type GroupRow, iso, newId, type World } from "./world.js"

/** The one error code that is known from use (FACTS §1 error_code). */
const unknownParticipant = 140_003

const liveGroup = (world: World, id: string): GroupRow => {
  const group = known(world.groups.get(id))
  if (group.isDeleted) throw new Refused(404, "Not found.")
  return group
}

const requireParticipants = (world: World, ids: ReadonlyArray<string>): void => {
  const strangers = ids.filter((id) => !world.participants.has(id))
  if (strangers.length > 0) throw new Refused(400, `Unknown participants: ${strangers.join(", ")}`, unknownParticipant)
}

const show = (group: GroupRow) => ({
  id: group.id,
  name: group.name,
  description: group.description ?? null,
  project_id: null,
  workspace_id: group.workspace,
  organisation_id: null,
  participant_count: group.members.size,
  is_deleted: group.isDeleted,
  feeder_studies: []
})

const membersOf = ({ members }: GroupRow) => ({
  results: [...members].map(([participant_id, time]) => ({ participant_id, datetime_created: iso(time) }))
})

const add = (world: World, group: GroupRow, ids: ReadonlyArray<string>): void => {
  requireParticipants(world, ids)
  for (const id of ids) if (!group.members.has(id)) group.members.set(id, world.clock.now())
}

/** Of one workspace; hidden ones too, unless only active ones are asked for. */
const listed = (world: World, query: URLSearchParams): ReadonlyArray<GroupRow> => {
  const workspace = workspaceOf(world, query.get("workspace_id") ?? "")
  const active = query.get("active")
  return settled(world, [...world.groups.values()], ({ createdAt }) => createdAt).filter(
    (group) => group.workspace === workspace.id && (active === null || (active === "true") !== group.isDeleted)
  )
}

export const groupOperations = [
  operation("GET /api/v1/participant-groups/", (world, request) =>
    byOffset(world, request, listed(world, request.query), show)
  ),
  operation("POST /api/v1/participant-groups/", (world, { body }) => {
    refuseUnless(body.workspace_id !== undefined, { workspace_id: ["This field is required."] })
    const workspace = workspaceOf(world, body.workspace_id)
    const group: GroupRow = {
      id: newId(),
      workspace: workspace.id,
      createdAt: world.clock.now(),
      name: body.name,
      description: body.description,
      members: new Map(),
      isDeleted: false
    }
    add(world, group, body.participant_ids ?? [])
    world.groups.set(group.id, group)
    return created(show(group))
  }),
  operation("GET /api/v1/participant-groups/{id}/", (world, { path }) => ok(show(known(world.groups.get(path("id")))))),
  operation("DELETE /api/v1/participant-groups/{id}/", (world, { path }) => {
    liveGroup(world, path("id")).isDeleted = true
    return nothing
  }),
  operation("GET /api/v1/participant-groups/{id}/participants/", (world, { path }) =>
    ok(membersOf(liveGroup(world, path("id"))))
  ),
  operation("POST /api/v1/participant-groups/{id}/participants/", (world, { body, path }) => {
    const group = liveGroup(world, path("id"))
    add(world, group, body.participant_ids ?? [])
    return ok(membersOf(group))
  }),
  operation("DELETE /api/v1/participant-groups/{id}/participants/", (world, { body, path }) => {
    const group = liveGroup(world, path("id"))
    for (const id of body.participant_ids ?? []) group.members.delete(id)
    return ok(membersOf(group))
  })
]
