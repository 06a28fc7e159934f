import { nothing, ok, operation } from "./operations.js"
import { known, refuseUnless } from "./refusals.js"
import { studyOf } from "./studies.js"
import { iso, type MessageRow, newId, type World } from "./world.js"

const day = 24 * 60 * 60 * 1000
const oldest = 30 * day

const send = (world: World, to: string, body: string, study: string | undefined): void => {
  refuseUnless(body.trim() !== "", { body: ["This field may not be blank."] })
  const sentAt = world.clock.now()
  world.messages.push({ id: newId(), from: world.researcher.id, to, body, sentAt, study, category: undefined })
}

/** In one of the two shapes of FACTS §2 Message. */
const show = (world: World, { body, category, from, id, sentAt, study, to }: MessageRow) => ({
  id,
  sender_id: from,
  body,
  [world.switches.messagesOfCli ? "datetime_created" : "sent_at"]: iso(sentAt),
  type: "message",
  channel_id: from === world.researcher.id ? to : from,
  data: { ...(study === undefined ? {} : { study_id: study }), ...(category === undefined ? {} : { category }) }
})

const wanted = (world: World, query: URLSearchParams): ReadonlyArray<MessageRow> => {
  const user = query.get("user_id")
  const after = query.get("created_after")
  refuseUnless(user !== null || after !== null, "user_id or created_after is required.")
  const since = after === null ? Number.NEGATIVE_INFINITY : Date.parse(after)
  refuseUnless(!Number.isNaN(since) && (after === null || since >= world.clock.now() - oldest), {
    created_after: ["Must be a time of the last 30 days."]
  })
  const excluded = (query.get("excluded_sender_ids") ?? "").split(",")
  return world.messages.filter(
    ({ from, sentAt, to }) =>
      (user === null || from === user || to === user) && sentAt > since && !excluded.includes(from)
  )
}

export const messageOperations = [
  operation("GET /api/v1/messages/", (world, { query }) =>
    ok({ results: wanted(world, query).map((message) => show(world, message)) })
  ),
  operation("POST /api/v1/messages/", (world, { body }) => {
    known(world.participants.get(body.recipient_id))
    studyOf(world, body.study_id)
    send(world, body.recipient_id, body.body, body.study_id)
    return nothing
  }),
  operation("POST /api/v1/messages/bulk/", (world, { body }) => {
    for (const id of body.ids) send(world, id, body.body, body.study_id)
    return nothing
  }),
  operation("POST /api/v1/messages/participant-group/", (world, { body }) => {
    const group = known(world.groups.get(body.participant_group_id))
    for (const id of group.members.keys()) send(world, id, body.body, body.study_id)
    return nothing
  })
]
