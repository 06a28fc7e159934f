/**
 * The post office: signed events for whoever has subscribed and confirmed, at least once, in any order (FACTS §1
 * Webhooks).
 */
import { createHmac } from "node:crypto"
import { known } from "./refusals.js"
import { type Event, type EventRow, newId, type World } from "./world.js"

const mostAttempts = 12
const minute = 60_000

/** The payloads of FACTS §1 Event types; that of a submission does not say of which study it is. */
const payloadOf = (event: Event): Readonly<Record<string, string>> =>
  event.kind === "study"
    ? {
        resource_id: event.study.id,
        event_type: "study.status.change",
        metadata: event.study.fields.metadata ?? "",
        status: event.study.status
      }
    : {
        resource_id: event.submission.id,
        event_type: "submission.status.change",
        participant_id: event.submission.participant,
        status: event.submission.status
      }

const workspaceIdOf = (event: Event): string =>
  (event.kind === "study" ? event.study : event.submission.study).workspace.id

const base64 = (secret: string, text: string): string => createHmac("sha256", secret).update(text).digest("base64")

/** The post office of one double. */
export const makeHooks = (world: World) => {
  let waiting: ReadonlyArray<EventRow> = []
  const underWay = new Set<Promise<void>>()

  const send = async (event: EventRow): Promise<boolean> => {
    const body = JSON.stringify(event.payload)
    const timestamp = String(Math.floor(world.clock.now() / 1000))
    const secret = world.secrets.get(event.subscription.workspace)?.value ?? ""
    const headers = {
      "content-type": "application/json",
      "X-Prolific-Request-Timestamp": timestamp,
      "X-Prolific-Request-Signature": base64(secret, `${timestamp}${body}`),
      "X-Event-ID": event.id,
      "X-Timestamp": String(event.createdAt / 1000)
    }
    const reply = await fetch(event.subscription.targetUrl, { method: "POST", headers, body, redirect: "manual" })
    await reply.arrayBuffer()
    return reply.ok
  }

  /** Tries again after a minute, then two, four …, each with full jitter (FACTS §1 Delivery). */
  const attempt = async (event: EventRow): Promise<void> => {
    event.attempts += 1
    const isTaken = await send(event).catch(() => false)
    if (isTaken) event.status = "SUCCEEDED"
    else if (event.attempts >= mostAttempts) event.status = "FAILED"
    else {
      const wait = minute * 2 ** (event.attempts - 1) * Math.random()
      world.clock.at(world.clock.now() + wait, () => post(event))
    }
  }

  const post = (event: EventRow): void => {
    const attempted = attempt(event).finally(() => underWay.delete(attempted))
    underWay.add(attempted)
  }

  const postOrHold = (event: EventRow): void => {
    const copies = Array.from({ length: world.switches.hookCopies }, () => event)
    if (world.switches.hooksHeld) waiting = [...waiting, ...copies]
    else copies.forEach(post)
  }

  world.listeners.push((event) => {
    const payload = payloadOf(event)
    for (const subscription of world.subscriptions.values()) {
      const isWanted =
        subscription.isConfirmed &&
        subscription.isEnabled &&
        subscription.eventType === payload["event_type"] &&
        subscription.workspace === workspaceIdOf(event)
      if (!isWanted) continue
      const row: EventRow = {
        id: newId(),
        subscription,
        createdAt: world.clock.now(),
        resource: payload["resource_id"] ?? "",
        payload,
        status: "PENDING",
        attempts: 0
      }
      world.events.push(row)
      postOrHold(row)
    }
  })

  return {
    /** Lets go of what was held, last first. */
    release: (): void => {
      const held = waiting.toReversed()
      waiting = []
      held.forEach(post)
    },
    /** Sends an event once more, as it happens to whoever did not answer in time. */
    resend: (id: string): void => post(known(world.events.find((event) => event.id === id))),
    /** When nothing is on its way any more. */
    settled: async (): Promise<void> => {
      while (underWay.size > 0) await Promise.all(underWay)
    }
  }
}

export type Hooks = ReturnType<typeof makeHooks>
