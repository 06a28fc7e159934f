/** Groups and messages: qualifications, blocks, and what workers are written. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Messages, Qualifications, Requesters, TaskRuns, Workers } from "../../src/index.js"
import { restlessLayer } from "../support/clocks.js"
import type { Double } from "../support/prolific/double.js"
import type { Fault } from "../support/prolific/faults.js"
import { callsOf, on, onlyStudy, task } from "./onProlific.js"
import { arrived, out } from "./participants.js"

const groupsOf = ({ world }: Double) => [...world.groups.values()].filter(({ isDeleted }) => !isDeleted)

const groupNamed = (double: Double, name: string) => {
  const [found, ...others] = groupsOf(double).filter((group) => group.name === name)
  if (found === undefined || others.length > 0) throw new Error(`${others.length + 1} groups called ${name}, or none`)
  return found
}

const members = (double: Double, name: string) => [...groupNamed(double, name).members.keys()]

const me = Effect.flatMap(Requesters.Requesters, (requesters) => requesters.register("me", {}))

describe("blocks", () => {
  it.scopedLive(
    "are one group, which every study has excluded from the start, and whoever is let in again is not in it",
    on((double) =>
      Effect.gen(function* () {
        const { run } = yield* out(double, 2)
        const { agent } = yield* arrived(double, run)
        const workers = yield* Workers.Workers
        const scope = { requester: (yield* me).id }
        const group = groupNamed(double, "effect-crowd: blocked")
        expect(JSON.stringify(onlyStudy(double).fields.filters)).toContain(group.id)
        yield* workers.block(agent.worker, scope, "spam")
        expect(members(double, "effect-crowd: blocked")).toEqual([agent.workerName])
        expect(yield* workers.isBlocked(agent.worker, scope)).toBe(true)
        expect(() => double.people.arrive(onlyStudy(double).id, agent.workerName)).toThrow("not for this participant")
        yield* workers.unblock(agent.worker, scope)
        expect(members(double, "effect-crowd: blocked")).toEqual([])
        expect(yield* workers.isBlocked(agent.worker, scope)).toBe(false)
      })
    )
  )

  it.scopedLive(
    "that were made at Prolific are seen",
    on((double) =>
      Effect.gen(function* () {
        const { run } = yield* out(double)
        const { agent } = yield* arrived(double, run)
        groupNamed(double, "effect-crowd: blocked").members.set(agent.workerName, 0)
        const workers = yield* Workers.Workers
        expect(yield* workers.isBlocked(agent.worker, { requester: (yield* me).id })).toBe(true)
      })
    )
  )
})

const lost: ReadonlyArray<readonly [string, Fault]> = [
  ["cut off before it was done", { kind: "drop", after: false }],
  ["cut off after it was done", { kind: "drop", after: true }],
  ["a 502 after it was done", { kind: "break", status: 502, after: true }]
]

describe("qualifications", () => {
  it.scopedLive(
    "are groups of the workspace, found by their name and not made twice; one that was deleted is made anew",
    on((double) =>
      Effect.gen(function* () {
        const qualifications = yield* Qualifications.Qualifications
        const { remoteId } = yield* qualifications.create("reading", "has read")
        const group = groupNamed(double, "effect-crowd: reading")
        expect([remoteId, group.workspace]).toMatchObject([{ value: group.id }, double.workspace])
        yield* qualifications.delete("reading")
        expect(groupsOf(double)).toEqual([])
        expect((yield* qualifications.create("reading", "")).remoteId).not.toEqual(remoteId)
        expect(callsOf(double, "POST /api/v1/participant-groups/")).toBe(2)
      })
    )
  )

  for (const [words, fault] of lost) {
    it.scopedLive(
      `are made once where the answer was ${words}`,
      on((double) =>
        Effect.gen(function* () {
          double.faults.next("POST /api/v1/participant-groups/", fault)
          const qualifications = yield* Qualifications.Qualifications
          const { remoteId } = yield* qualifications.create("reading", "has read")
          expect(remoteId).toMatchObject({ value: groupNamed(double, "effect-crowd: reading").id })
        }).pipe(Effect.provide(restlessLayer(50)))
      )
    )

    it.scopedLive(
      `are granted and revoked where the answer was ${words}`,
      on((double) =>
        Effect.gen(function* () {
          const { run } = yield* out(double)
          const { agent } = yield* arrived(double, run)
          const qualifications = yield* Qualifications.Qualifications
          yield* qualifications.create("reading", "has read")
          double.faults.next("POST /api/v1/participant-groups/{id}/participants/", fault)
          yield* qualifications.grant("reading", agent.worker, 1)
          expect(members(double, "effect-crowd: reading")).toEqual([agent.workerName])
          double.faults.next("DELETE /api/v1/participant-groups/{id}/participants/", fault)
          yield* qualifications.revoke("reading", agent.worker)
          expect(members(double, "effect-crowd: reading")).toEqual([])
        }).pipe(Effect.provide(restlessLayer(50)))
      )
    )
  }

  it.scopedLive(
    "of a value that a task asks for have a group of whoever has it now, and of whoever is given it later",
    on((double) =>
      Effect.gen(function* () {
        const { run } = yield* out(double, 3)
        const [good, poor, later] = [
          yield* arrived(double, run),
          yield* arrived(double, run),
          yield* arrived(double, run)
        ].map(({ agent }) => agent)
        if (good === undefined || poor === undefined || later === undefined) return expect.unreachable()
        const qualifications = yield* Qualifications.Qualifications
        yield* qualifications.create("reading", "has read")
        yield* qualifications.grant("reading", good.worker, 90)
        yield* qualifications.grant("reading", poor.worker, 10)
        const asked = { name: "reading", comparator: "greater_than_or_equal", value: 80 } as const
        const runs = yield* TaskRuns.TaskRuns
        const batch = { requester: (yield* me).id, name: "readers", digest: "another", template: "<p>Read</p>" }
        const next = yield* runs.open({ ...batch, task: { ...task, qualifications: [asked] } })
        yield* runs.setup(next.id)
        const name = "effect-crowd asks >= 80: reading"
        expect(members(double, name)).toEqual([good.workerName])
        yield* qualifications.grant("reading", later.worker, 80)
        yield* qualifications.grant("reading", good.worker, 79)
        expect(members(double, name)).toEqual([later.workerName])
        yield* qualifications.revoke("reading", later.worker)
        expect(members(double, name)).toEqual([])
        const drafts = [...double.world.studies.values()].filter(({ status }) => status === "UNPUBLISHED")
        expect(JSON.stringify(drafts.map(({ fields }) => fields.filters))).toContain(groupNamed(double, name).id)
      })
    )
  )
})

const send = "POST /api/v1/messages/"

describe("messages", () => {
  const message = { subject: "Your work", text: "Thank you & goodbye\nfor now", category: "feedback" }

  const told = (double: Double, changes: Partial<Messages.Message> = {}) =>
    Effect.gen(function* () {
      const { run } = yield* out(double, 2)
      const { agent } = yield* arrived(double, run)
      const messages = yield* Messages.Messages
      return { agent, outcomes: yield* messages.send([agent.worker], { ...message, ...changes }) }
    })

  it.scopedLive(
    "say their category and subject, and which study they are about",
    on((double) =>
      Effect.gen(function* () {
        const { agent, outcomes } = yield* told(double)
        expect(outcomes).toEqual([{ _tag: "Sent", worker: agent.worker }])
        expect(double.world.messages).toMatchObject([
          {
            to: agent.workerName,
            study: onlyStudy(double).id,
            body: "[feedback] Your work\n\nThank you & goodbye\nfor now"
          }
        ])
      })
    )
  )

  it.scopedLive(
    "of a category that Prolific has not are not sent, and each worker has an outcome of their own",
    on((double) =>
      Effect.gen(function* () {
        expect((yield* told(double, { category: "gossip" })).outcomes).toMatchObject([{ _tag: "NotSent" }])
        expect(callsOf(double, send)).toBe(0)
      })
    )
  )

  for (const [words, fault] of lost) {
    it.scopedLive(
      `are looked for before they are sent again, where the answer was ${words}`,
      on((double) =>
        Effect.gen(function* () {
          double.faults.next(send, fault)
          expect((yield* told(double)).outcomes).toMatchObject([{ _tag: "Sent" }])
          expect(double.world.messages.length).toBe(1)
          expect(callsOf(double, send)).toBe(fault.kind === "drop" && !fault.after ? 2 : 1)
        }).pipe(Effect.provide(restlessLayer(50)))
      )
    )
  }

  it.scopedLive(
    "that are refused for one worker go to the others",
    on((double) =>
      Effect.gen(function* () {
        const { run } = yield* out(double, 2)
        const [one, two] = [yield* arrived(double, run), yield* arrived(double, run)]
        double.world.participants.delete(one.agent.workerName)
        const messages = yield* Messages.Messages
        const outcomes = yield* messages.send([one.agent.worker, two.agent.worker], message)
        expect(outcomes.map(({ _tag }) => _tag)).toEqual(["NotSent", "Sent"])
      })
    )
  )
})
