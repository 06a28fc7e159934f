/** Who the token is, and what belongs to them. */
import { byOffset } from "./lists.js"
import { created, ok, operation } from "./operations.js"
import { refuseUnless } from "./refusals.js"
import { workspaceOf } from "./wallet.js"
import { newId, type ProjectRow, type WorkspaceRow, type World } from "./world.js"

const users = ({ researcher }: World) => [{ ...researcher, name: "A Researcher", roles: ["WORKSPACE_ADMIN"] }]

const project = (world: World, { id, title }: ProjectRow) => ({
  id,
  title,
  description: "",
  owner: world.researcher.id,
  type: "PRIVATE",
  users: users(world)
})

const short = (world: World, { id, title }: WorkspaceRow) => ({
  id,
  title,
  description: "",
  owner: world.researcher.id,
  users: users(world),
  product: "human",
  is_trial_workspace: false,
  naivety_distribution_rate: null
})

export const accountOperations = [
  operation("GET /api/v1/users/me/", (world) =>
    ok({
      ...world.researcher,
      name: "A Researcher",
      currency_code: world.workspaces[0]?.currency,
      /** Not the workspace's rates: a trap (FACTS §2 fees). */
      fees_percentage: 0.25,
      vat_percentage: 0
    })
  ),
  operation("POST /api/v1/researchers/participants/", (world, { body }) => {
    refuseUnless(world.switches.testStudies, "Test participants are not enabled for this workspace.")
    refuseUnless(body.email !== world.researcher.email, { email: ["Is in use."] })
    const participant = { id: newId(), isTest: true, answers: {} }
    world.participants.set(participant.id, participant)
    return created({ participant_id: participant.id })
  }),
  operation("GET /api/v1/workspaces/", (world, request) =>
    byOffset(world, request, world.workspaces, (workspace) => short(world, workspace))
  ),
  operation("GET /api/v1/workspaces/{workspace_id}/", (world, { path }) => {
    const workspace = workspaceOf(world, path("workspace_id"))
    const projects = workspace.projects.map((row) => project(world, row))
    return ok({ ...short(world, workspace), projects, wallet: workspace.id })
  }),
  operation("GET /api/v1/workspaces/{workspace_id}/projects/", (world, request) =>
    byOffset(world, request, workspaceOf(world, request.path("workspace_id")).projects, (row) => project(world, row))
  )
]
