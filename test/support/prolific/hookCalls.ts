/** Secrets, subscriptions and what became of events (FACTS §1 Webhooks, Set-up). */
import { randomBytes } from "node:crypto"
import { byOffset } from "./lists.js"
import { created, nothing, ok, operation } from "./operations.js"
import { known, refuseUnless } from "./refusals.js"
import { workspaceOf } from "./wallet.js"
import { type EventRow, iso, newId, type SubscriptionRow, type World } from "./world.js"

const types = [
  { event_type: "submission.status.change", description: "A submission has another status." },
  { event_type: "study.status.change", description: "A study has another status." },
  { event_type: "study.progress.change", description: "Places of a study were taken or fell free." }
]

const show = ({ eventType, id, isEnabled, targetUrl, workspace }: SubscriptionRow) => ({
  id,
  event_type: eventType,
  target_url: targetUrl,
  is_enabled: isEnabled,
  workspace_id: workspace
})

const showEvent = ({ createdAt, id, payload, resource, status, subscription }: EventRow) => ({
  id,
  datetime_created: iso(createdAt),
  datetime_updated: iso(createdAt),
  event_type: subscription.eventType,
  resource_id: resource,
  status,
  target_url: subscription.targetUrl,
  payload
})

const subscriptionOf = (world: World, id: string): SubscriptionRow => known(world.subscriptions.get(id))

/** https, or this machine. */
const isReachable = (url: string): boolean =>
  URL.canParse(url) &&
  (new URL(url).protocol === "https:" || ["localhost", "127.0.0.1"].includes(new URL(url).hostname))

const newSecret = (): string => randomBytes(24).toString("base64url")

export const hookOperations = [
  operation("GET /api/v1/hooks/event-types/", () => ok({ results: types })),
  operation("GET /api/v1/hooks/secrets/", (world, { query }) => {
    const workspace = workspaceOf(world, query.get("workspace_id") ?? "")
    const secret = world.secrets.get(workspace.id)
    return ok({ results: secret === undefined ? [] : [{ ...secret, workspace_id: workspace.id }] })
  }),
  operation("POST /api/v1/hooks/secrets/", (world, { body }) => {
    const workspace = workspaceOf(world, body.workspace_id ?? "")
    const secret = { id: newId(), value: newSecret() }
    world.secrets.set(workspace.id, secret)
    return created({ ...secret, workspace_id: workspace.id })
  }),
  operation("GET /api/v1/hooks/subscriptions/", (world, request) => {
    const workspace = request.query.get("workspace_id")
    const isEnabled = request.query.get("is_enabled")
    const rows = [...world.subscriptions.values()].filter(
      (row) =>
        (workspace === null || row.workspace === workspace) &&
        (isEnabled === null || String(row.isEnabled) === isEnabled)
    )
    return byOffset(world, request, rows, show)
  }),
  operation("POST /api/v1/hooks/subscriptions/", (world, { body }) => {
    const workspace = workspaceOf(world, body.workspace_id)
    refuseUnless(world.secrets.has(workspace.id), "Create a secret for the workspace first.")
    refuseUnless(
      types.some(({ event_type }) => event_type === body.event_type),
      { event_type: ["Is not one."] }
    )
    refuseUnless(isReachable(body.target_url), { target_url: ["Must be public https."] })
    const subscription: SubscriptionRow = {
      id: newId(),
      workspace: workspace.id,
      eventType: body.event_type,
      challenge: newSecret(),
      targetUrl: body.target_url,
      isConfirmed: false,
      isEnabled: true
    }
    world.subscriptions.set(subscription.id, subscription)
    const shown = show(subscription)
    const reply = created(world.switches.subscriptionReply === "list" ? { results: [shown] } : shown)
    return { ...reply, headers: { "X-Hook-Secret": subscription.challenge } }
  }),
  operation("POST /api/v1/hooks/subscriptions/{subscription_id}/", (world, { body, path }) => {
    const subscription = subscriptionOf(world, path("subscription_id"))
    refuseUnless(body.secret === subscription.challenge, { secret: ["Is not the one that was sent."] })
    subscription.isConfirmed = true
    return ok(show(subscription))
  }),
  operation("PATCH /api/v1/hooks/subscriptions/{subscription_id}/", (world, { body, path }) => {
    const subscription = subscriptionOf(world, path("subscription_id"))
    subscription.targetUrl = body.target_url ?? subscription.targetUrl
    subscription.isEnabled = body.is_enabled ?? subscription.isEnabled
    return ok(show(subscription))
  }),
  operation("DELETE /api/v1/hooks/subscriptions/{subscription_id}/", (world, { path }) => {
    world.subscriptions.delete(subscriptionOf(world, path("subscription_id")).id)
    return nothing
  }),
  operation("GET /api/v1/hooks/subscriptions/{subscription_id}/events/", (world, request) => {
    const { id } = subscriptionOf(world, request.path("subscription_id"))
    const status = request.query.get("status")
    const resource = request.query.get("resource_id")
    const rows = world.events.filter(
      (event) =>
        event.subscription.id === id &&
        (status === null || event.status === status) &&
        (resource === null || event.resource === resource)
    )
    return byOffset(world, request, rows, showEvent)
  })
]
