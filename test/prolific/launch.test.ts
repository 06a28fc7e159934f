/** A run is one study: drafted, found again, published once, its places only up. */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Agents, Crowd, Money, Store, TaskRuns, Units, Workers } from "../../src/index.js"
import { makeDouble } from "../support/prolific/double.js"
import type { Fault } from "../support/prolific/faults.js"
import { callsOf, GBP, launch, on, onlyStudy, opened, over } from "./onProlific.js"

const create = "POST /api/v1/studies/"
const publish = "POST /api/v1/studies/{id}/transition/"
const change = "PATCH /api/v1/studies/{id}/"

const faults: ReadonlyArray<readonly [string, Fault]> = [
  ["cut off before it was done", { kind: "drop", after: false }],
  ["cut off after it was done", { kind: "drop", after: true }],
  ["a 502 before it was done", { kind: "break", status: 502, after: false }],
  ["a 503 after it was done", { kind: "break", status: 503, after: true }],
  ["answered with a page of HTML after it was done", { kind: "garble", text: "<html>" }],
  ["refused as one call too many", { kind: "refuse", status: 429 }]
]

describe("launching", () => {
  it.scopedLive(
    "makes one study, with the run's marker, its own codes and a block list, and publishes it with its units as places",
    on((double) =>
      Effect.gen(function* () {
        const run = yield* opened(3)
        const units = yield* launch(run.id)
        const study = onlyStudy(double)
        expect(study.status).toBe("ACTIVE")
        expect(units.map(({ remoteId, status }) => [status, remoteId])).toEqual(
          units.map(() => ["launched", Option.some(study.id)])
        )
        expect(study.fields).toMatchObject({
          internal_name: `Which mood? [${run.id}]`,
          metadata: run.id,
          total_available_places: 3,
          reward: 60,
          estimated_completion_time: 2,
          maximum_allowed_time: 10,
          prolific_id_option: "url_parameters",
          submissions_config: { max_submissions_per_participant: 1 }
        })
        expect(study.fields.external_study_url).toBe(
          `http://127.0.0.1:4000/task/${run.id}?PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}&SESSION_ID={{%SESSION_ID%}}`
        )
        const codes = study.fields.completion_codes ?? []
        expect(codes.map(({ actions }) => actions.map(({ action }) => action))).toEqual([
          ["MANUALLY_REVIEW"],
          ["REQUEST_RETURN"]
        ])
        expect(new Set(codes.map(({ code }) => code)).size).toBe(2)
        const groups = [...double.world.groups.values()].map(({ id }) => id)
        expect(study.fields.filters).toEqual([
          { filter_id: "participant_group_blocklist", selected_values: expect.arrayContaining(groups) }
        ])
      })
    )
  )

  for (const [words, fault] of faults) {
    for (const call of [create, publish, change] as const) {
      it.scopedLive(
        `makes and publishes one study where ${call} is ${words}`,
        on((double) =>
          Effect.gen(function* () {
            double.faults.next(call, fault)
            const run = yield* opened(3)
            yield* launch(run.id).pipe(Effect.catchTag("ProviderError", () => launch(run.id)))
            const out = [...double.world.studies.values()].filter(({ status }) => status !== "UNPUBLISHED")
            expect(out.map(({ fields, status }) => [status, fields.total_available_places])).toEqual([["ACTIVE", 3]])
            expect(double.world.studies.size).toBe(1)
          })
        )
      )
    }
  }

  it.scopedLive("of a run that was drafted publishes that draft, at the pages there are now", () =>
    Effect.gen(function* () {
      const double = yield* makeDouble()
      const store = Layer.succeedContext(yield* Layer.build(Store.layerMemory))
      const drafting = over(double, { live: false })
      const run = yield* Effect.provide(
        Effect.tap(opened(3), ({ id }) => launch(id)),
        Layer.provide(drafting, store)
      )
      const study = onlyStudy(double)
      const publishing = over(double, { pages: "http://127.0.0.1:4001" })
      yield* Effect.provide(launch(run.id), Layer.provide(publishing, store))
      expect(onlyStudy(double)).toBe(study)
      expect([study.status, study.fields.total_available_places]).toEqual(["ACTIVE", 3])
      expect(study.fields.external_study_url).toContain("http://127.0.0.1:4001/task/")
    })
  )

  it.scopedLive("of two processes makes one study, and publishes it once", () =>
    Effect.gen(function* () {
      const double = yield* makeDouble()
      const store = yield* Layer.build(Store.layerMemory)
      const first = yield* Layer.build(Layer.provide(Layer.fresh(over(double)), Layer.succeedContext(store)))
      const second = yield* Layer.build(Layer.provide(Layer.fresh(over(double)), Layer.succeedContext(store)))
      const run = yield* Effect.provide(opened(5), first)
      const setup = Effect.flatMap(TaskRuns.TaskRuns, (runs) => runs.setup(run.id))
      const [one, other] = yield* Effect.all([Effect.provide(setup, first), Effect.provide(setup, second)], {
        concurrency: "unbounded"
      })
      expect(other.setup).toEqual(one.setup)
      expect(callsOf(double, create)).toBe(2)
      yield* Effect.all([Effect.provide(launch(run.id), first), Effect.provide(launch(run.id), second)], {
        concurrency: "unbounded"
      })
      const study = onlyStudy(double)
      expect([study.status, study.fields.total_available_places]).toEqual(["ACTIVE", 5])
      expect(one.setup).toMatchObject({ value: { study: study.id } })
    })
  )

  it.scopedLive(
    "publishes nothing where that is refused, and once where it is launched twice",
    on((double) =>
      Effect.gen(function* () {
        const run = yield* opened(2)
        double.faults.next(publish, { kind: "refuse", status: 400, detail: "PUBLISH is not possible." })
        const ready = yield* Effect.flatMap(TaskRuns.TaskRuns, (runs) => runs.setup(run.id))
        expect(Option.isSome(ready.setup)).toBe(true)
        const refused = yield* Effect.flip(launch(run.id))
        expect(refused).toMatchObject({ _tag: "ProviderError", reason: "Rejected" })
        expect(onlyStudy(double).status).toBe("UNPUBLISHED")
        yield* launch(run.id)
        yield* launch(run.id)
        expect(onlyStudy(double).status).toBe("ACTIVE")
        expect(callsOf(double, publish)).toBe(2)
      })
    )
  )

  it.scopedLive(
    "raises the places, absolutely, and never lowers them",
    on((double) =>
      Effect.gen(function* () {
        const run = yield* opened(5)
        yield* launch(run.id, 2)
        expect(onlyStudy(double).fields.total_available_places).toBe(2)
        double.faults.next(change, { kind: "drop", after: true })
        yield* launch(run.id)
        expect(onlyStudy(double).fields.total_available_places).toBe(5)
        expect(onlyStudy(double).status).toBe("ACTIVE")
      })
    )
  )

  it.scopedLive(
    "waits for a study that is still being published",
    on(
      (double) =>
        Effect.gen(function* () {
          const run = yield* opened(3)
          yield* launch(run.id, 1)
          yield* launch(run.id)
          expect(onlyStudy(double).fields.total_available_places).toBe(3)
        }),
      { settings: { switches: { publishingLooks: 2 } } }
    )
  )

  it.scopedLive(
    "fails with what is needed where the balance is short, and publishes nothing",
    on(
      (double) =>
        Effect.gen(function* () {
          const run = yield* opened(3)
          const error = yield* Effect.flip(launch(run.id))
          expect(error).toMatchObject({
            _tag: "InsufficientFunds",
            needed: { minor: 3 * (60 + 20 + 4) },
            available: { minor: 251 }
          })
          expect(onlyStudy(double).status).toBe("UNPUBLISHED")
          expect(callsOf(double, publish)).toBe(0)
        }),
      { settings: { workspaces: [{ title: "Poor", currency: "GBP", balance: 251, projects: ["Project"] }] } }
    )
  )

  it.scopedLive(
    "adopts the draft whose answer was lost",
    on((double) =>
      Effect.gen(function* () {
        const run = yield* opened(2)
        double.faults.next(create, { kind: "drop", after: true })
        const { setup } = yield* Effect.flatMap(TaskRuns.TaskRuns, (runs) => runs.setup(run.id))
        const study = onlyStudy(double)
        const codes = (study.fields.completion_codes ?? []).map(({ code }) => code)
        expect(callsOf(double, create)).toBe(1)
        expect(setup).toMatchObject({ value: { study: study.id, codes: { completed: codes[0], noWork: codes[1] } } })
      })
    )
  )

  it.scopedLive(
    "adopts a draft of its marker, and deletes others",
    on((double) =>
      Effect.gen(function* () {
        const run = yield* opened(2)
        double.faults.next(create, { kind: "drop", after: true })
        double.switches.listStaleness = 60_000
        yield* Effect.flatMap(TaskRuns.TaskRuns, (runs) => runs.setup(run.id))
        expect(double.world.studies.size).toBe(2)
        double.advance(120_000)
        yield* launch(run.id)
        expect(onlyStudy(double).status).toBe("ACTIVE")
      })
    )
  )

  it.scopedLive(
    "publishes none beside another that is out under its marker",
    on((double) =>
      Effect.gen(function* () {
        const run = yield* opened(1)
        yield* Effect.flatMap(TaskRuns.TaskRuns, (runs) => runs.setup(run.id))
        const draft = onlyStudy(double)
        double.world.studies.set("a".repeat(24), { ...draft, id: "a".repeat(24), status: "ACTIVE" })
        const error = yield* Effect.flip(launch(run.id))
        expect(String(error)).toContain(`another published study: ${"a".repeat(24)}`)
        expect(draft.status).toBe("UNPUBLISHED")
      })
    )
  )
})

describe("ending", () => {
  it.scopedLive(
    "stops the study when nothing is open any more, and starts it again for more",
    on((double) =>
      Effect.gen(function* () {
        const run = yield* opened(2)
        yield* launch(run.id)
        yield* (yield* Units.Units).expireAll(run.id)
        expect(["AWAITING REVIEW", "COMPLETED"]).toContain(onlyStudy(double).status)
        yield* Effect.flatMap(TaskRuns.TaskRuns, (runs) => runs.relaunch(run.id))
        yield* launch(run.id)
        expect(onlyStudy(double).status).toBe("ACTIVE")
      })
    )
  )

  it.scopedLive(
    "deletes a draft on cleanup, and leaves what was published",
    on((double) =>
      Effect.gen(function* () {
        const runs = yield* TaskRuns.TaskRuns
        const run = yield* opened(1)
        yield* runs.setup(run.id)
        yield* runs.cleanup(run.id)
        expect(onlyStudy(double).status).toBe("UNPUBLISHED")
        yield* launch(run.id)
        yield* Crowd.close(run.id)
        yield* Crowd.close(run.id)
        expect(onlyStudy(double).status).not.toBe("ACTIVE")
      })
    )
  )
})

describe("a place that came back to a full study", () => {
  for (const refill of ["PAUSED", "AWAITING REVIEW", "ACTIVE"] as const) {
    it.scopedLive(
      `is offered again where the study is ${refill} then`,
      on(
        (double) =>
          Effect.gen(function* () {
            const run = yield* opened(1)
            yield* launch(run.id)
            const study = onlyStudy(double)
            const { submission } = double.people.arrive(study.id)
            double.people.submit(submission, "NOCODE")
            double.people.giveBack(submission)
            expect(study.status).toBe(refill)
            yield* Effect.flatMap(Units.Units, (units) => units.sync(run.id))
            expect(study.status).toBe("ACTIVE")
          }),
        { settings: { switches: { refill } } }
      )
    )
  }

  it.scopedLive(
    "is none where the requester paused the study in the middle",
    on((double) =>
      Effect.gen(function* () {
        const run = yield* opened(3)
        yield* launch(run.id)
        const study = onlyStudy(double)
        double.people.arrive(study.id)
        study.status = "PAUSED"
        yield* Effect.flatMap(Units.Units, (units) => units.sync(run.id))
        expect(study.status).toBe("PAUSED")
      })
    )
  )
})

describe("without live", () => {
  it.scopedLive("nothing is approved, and no bonus is set up", () =>
    Effect.gen(function* () {
      const double = yield* makeDouble()
      const store = Layer.succeedContext(yield* Layer.build(Store.layerMemory))
      const published = Effect.gen(function* () {
        const run = yield* opened(1)
        yield* launch(run.id)
        const { submission } = double.people.arrive(onlyStudy(double).id)
        double.people.submit(submission, "NOCODE")
        yield* (yield* Units.Units).sync(run.id)
        return run
      })
      const run = yield* Effect.provide(published, Layer.provide(over(double), store))
      const paying = Effect.gen(function* () {
        const agents = yield* Agents.Agents
        const [agent] = yield* Stream.runCollect(agents.list(run.id))
        if (agent === undefined) return yield* Effect.dieMessage("somebody has handed in")
        const amount = Money.make(10, GBP)
        const bonus = { worker: agent.worker, unit: agent.unit, amount, reason: "well done", key: "1", run: run.id }
        return [
          yield* Effect.flip(agents.approve(agent.id)),
          yield* Effect.flip(Effect.flatMap(Workers.Workers, (workers) => workers.bonus(bonus)))
        ]
      })
      const errors = yield* Effect.provide(paying, Layer.provide(over(double, { live: false }), store))
      expect(errors).toMatchObject([{ reason: "Rejected" }, { reason: "Rejected" }])
      expect(String(errors[0])).toContain("say `live`")
      expect(callsOf(double, "POST /api/v1/submissions/{id}/transition/")).toBe(0)
      expect(callsOf(double, "POST /api/v1/submissions/bonus-payments/")).toBe(0)
    })
  )
})
