import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { asking, draft } from "./asking.js"

const minute = 60_000
const day = 24 * 60 * minute

const reason = "You were asked to read each text to its end, and answered all of ten of them within only four seconds."

const within = (
  settings: Parameters<typeof asking>[0],
  act: (double: Effect.Effect.Success<ReturnType<typeof asking>>) => Promise<void>
) => Effect.scoped(Effect.flatMap(asking(settings), (double) => Effect.promise(() => act(double))))

describe("the double of Prolific", () => {
  it.live("knows its token, and nobody else's", () =>
    within(undefined, async ({ ask, token, url }) => {
      expect((await ask("GET", "/api/v1/users/me/")).body.email).toBe("researcher@example.org")
      const stranger = await fetch(`${url}/api/v1/users/me/`, { headers: { authorization: `Bearer ${token}` } })
      expect(stranger.status).toBe(401)
      expect((await ask("GET", "/api/v1/studies/000000000000000000000000/")).status).toBe(404)
    })
  )

  it.live("keeps a draft free and lets it be changed and deleted", () =>
    within(undefined, async ({ ask, workspace }) => {
      const study = (await ask("POST", "/api/v1/studies/", draft)).body
      expect(study.status).toBe("UNPUBLISHED")
      expect((await ask("GET", `/api/v1/workspaces/${workspace}/balance/`)).body.available_balance).toBe(1_000_000)
      expect((await ask("PATCH", `/api/v1/studies/${study.id}/`, { reward: 70 })).body.reward).toBe(70)
      expect((await ask("DELETE", `/api/v1/studies/${study.id}/`)).status).toBe(200)
      expect((await ask("GET", `/api/v1/studies/${study.id}/`)).status).toBe(404)
    })
  )

  it.live("refuses a draft that cannot be", () =>
    within(undefined, async ({ ask }) => {
      const wrong = [
        { reward: 0 },
        { total_available_places: 1.5 },
        { maximum_allowed_time: 5 },
        { maximum_allowed_time: 24 * 60 },
        { filters: [{ filter_id: "shoe-size", selected_values: ["43"] }] },
        { filters: [{ filter_id: "sex", selected_values: ["7"] }] }
      ]
      for (const change of wrong) {
        const { body, status } = await ask("POST", "/api/v1/studies/", { ...draft, ...change })
        expect([status, Object.keys(body.detail)]).toEqual([400, Object.keys(change)])
      }
    })
  )

  it.live("says what it was asked that the document does not have", () =>
    within(undefined, async ({ ask, takeViolations }) => {
      const old = { ...draft, eligibility_requirements: [] }
      expect((await ask("POST", "/api/v1/studies/", old)).status).toBe(400)
      expect((await ask("GET", "/api/v1/submissions/")).status).toBe(400)
      const violations = takeViolations().join("\n")
      expect(violations).toContain("request of POST /api/v1/studies/")
      expect(violations).toContain("must have required property 'study'")
    })
  )

  it.live("reserves the money of a study when it is published, and pays when a submission is approved", () =>
    within(undefined, async ({ ask, people, publish, workspace }) => {
      const balance = async () => {
        const { available_balance, total_balance } = (await ask("GET", `/api/v1/workspaces/${workspace}/balance/`)).body
        return [total_balance, available_balance]
      }
      const study = await publish()
      expect(await balance()).toEqual([1_000_000, 1_000_000 - 2 * (60 + 20 + 4)])
      const { submission } = people.arrive(study)
      people.submit(submission, "DONE1")
      await ask("POST", `/api/v1/submissions/${submission}/transition/`, { action: "APPROVE" })
      expect(await balance()).toEqual([1_000_000 - 84, 1_000_000 - 168])
      await ask("POST", `/api/v1/studies/${study}/transition/`, { action: "STOP" })
      expect(await balance()).toEqual([1_000_000 - 84, 1_000_000 - 84])
    })
  )

  it.live("does not publish what the balance does not pay for, nor anything twice", () =>
    within({ workspaces: [{ title: "Poor", currency: "USD", balance: 167, projects: ["P"] }] }, async ({ ask }) => {
      const { id } = (await ask("POST", "/api/v1/studies/", draft)).body
      const publish = () => ask("POST", `/api/v1/studies/${id}/transition/`, { action: "PUBLISH" })
      expect((await publish()).status).toBe(400)
      await ask("PATCH", `/api/v1/studies/${id}/`, { total_available_places: 1 })
      expect((await publish()).body.status).toBe("ACTIVE")
      expect((await publish()).status).toBe(400)
    })
  )

  it.live("is PUBLISHING for a while where that is asked", () =>
    within({ switches: { publishingLooks: 2 } }, async ({ ask, publish }) => {
      const study = await publish()
      const seen = []
      for (let look = 0; look < 4; look++) seen.push((await ask("GET", `/api/v1/studies/${study}/`)).body.status)
      expect(seen).toEqual(["PUBLISHING", "PUBLISHING", "ACTIVE", "ACTIVE"])
    })
  )

  it.live("lets a published study have more places, never fewer, and nothing else", () =>
    within(undefined, async ({ ask, publish }) => {
      const path = `/api/v1/studies/${await publish()}/`
      expect((await ask("PATCH", path, { total_available_places: 5 })).body.total_available_places).toBe(5)
      expect((await ask("PATCH", path, { total_available_places: 5 })).status).toBe(200)
      expect((await ask("PATCH", path, { total_available_places: 4 })).status).toBe(400)
      expect((await ask("PATCH", path, { reward: 90 })).status).toBe(400)
      expect((await ask("PATCH", path, { internal_name: "another" })).status).toBe(200)
      expect((await ask("DELETE", path)).status).toBe(400)
    })
  )

  it.live("holds a place for ten minutes, and for the allowed time", () =>
    within(undefined, async ({ advance, ask, people, publish }) => {
      const study = await publish()
      const statusOf = async (id: string) => (await ask("GET", `/api/v1/submissions/${id}/`)).body.status
      const [slow, lazy] = [people.reserve(study, people.join()), people.reserve(study, people.join())]
      expect(() => people.reserve(study, people.join())).toThrow("no place left")
      expect(people.start(slow)).toMatch(new RegExp(`PROLIFIC_PID=[0-9a-f]{24}&STUDY_ID=${study}&SESSION_ID=${slow}$`))
      advance(10 * minute)
      expect([await statusOf(slow), await statusOf(lazy)]).toEqual(["ACTIVE", "RETURNED"])
      advance(20 * minute)
      expect(await statusOf(slow)).toBe("TIMED-OUT")
      people.submit(slow, "DONE1")
      expect(await statusOf(slow)).toBe("AWAITING REVIEW")
    })
  )

  it.live("refuses a late submission whose place is taken", () =>
    within(undefined, async ({ advance, people, publish }) => {
      const study = await publish({ total_available_places: 1 })
      const { submission } = people.arrive(study)
      advance(31 * minute)
      people.arrive(study)
      expect(() => people.submit(submission, "DONE1")).toThrow("taken by somebody else")
    })
  )

  it.live("takes right codes, wrong ones and none, and approves by itself after 21 days", () =>
    within(undefined, async ({ advance, ask, people, publish }) => {
      const study = await publish({ total_available_places: 3 })
      const codes = ["DONE1", "DONE1.", "NOCODE"]
      for (const code of codes) people.submit(people.arrive(study).submission, code)
      const { body } = await ask("GET", `/api/v1/submissions/?study=${study}`)
      expect(body.results.map((row: { study_code: string }) => row.study_code)).toEqual(codes)
      expect((await ask("GET", `/api/v1/studies/${study}/submissions/counts/`)).body["AWAITING REVIEW"]).toBe(3)
      expect((await ask("GET", `/api/v1/studies/${study}/`)).body.status).toBe("AWAITING REVIEW")
      advance(21 * day)
      expect((await ask("GET", `/api/v1/studies/${study}/submissions/counts/`)).body.APPROVED).toBe(3)
      expect((await ask("GET", `/api/v1/studies/${study}/`)).body.status).toBe("COMPLETED")
    })
  )

  it.live("judges once: a second approval is ignored, a rejection after it refused", () =>
    within(undefined, async ({ ask, people, publish }) => {
      const study = await publish()
      const { submission } = people.arrive(study)
      people.submit(submission, "DONE1")
      const judge = (body: object) => ask("POST", `/api/v1/submissions/${submission}/transition/`, body)
      expect((await judge({ action: "REJECT", message: "Bad.", rejection_category: "LOW_EFFORT" })).status).toBe(400)
      expect((await judge({ action: "APPROVE" })).body.status).toBe("APPROVED")
      expect((await judge({ action: "APPROVE" })).status).toBe(200)
      expect((await judge({ action: "REJECT", message: reason, rejection_category: "LOW_EFFORT" })).status).toBe(400)
    })
  )

  it.live("frees the place of a rejected submission, which may be unrejected where that works", () =>
    within(undefined, async ({ ask, people, publish, switches }) => {
      const study = await publish({ total_available_places: 1 })
      const { submission } = people.arrive(study)
      people.submit(submission, "DONE1")
      const judge = (body: object) => ask("POST", `/api/v1/submissions/${submission}/transition/`, body)
      const rejected = await judge({ action: "REJECT", message: reason, rejection_category: "LOW_EFFORT" })
      expect(rejected.body.status).toBe("REJECTED")
      expect((await ask("GET", `/api/v1/studies/${study}/`)).body).toMatchObject({ status: "PAUSED", places_taken: 0 })
      switches.unreject = "refused"
      expect((await judge({ action: "UNREJECT" })).status).toBe(400)
      switches.unreject = "AWAITING REVIEW"
      expect((await judge({ action: "UNREJECT" })).body.status).toBe("AWAITING REVIEW")
    })
  )

  it.live("asks for a return, and screens out, as a completion code says", () =>
    within(undefined, async ({ ask, people, publish }) => {
      const codes = [
        { code: "OUT", code_type: "OTHER", actions: [{ action: "REQUEST_RETURN", return_reason: "No work is left." }] },
        {
          code: "NOTYOU",
          code_type: "SCREENED_OUT",
          actions: [{ action: "FIXED_SCREEN_OUT_PAYMENT", fixed_screen_out_reward: 14, slots: 5 }]
        }
      ]
      const study = await publish({ completion_codes: [...draft.completion_codes, ...codes] })
      const [surplus, other] = [people.arrive(study).submission, people.arrive(study).submission]
      people.submit(surplus, "OUT")
      people.submit(other, "NOTYOU")
      const shown = async (id: string) => (await ask("GET", `/api/v1/submissions/${id}/`)).body
      expect(await shown(surplus)).toMatchObject({ status: "AWAITING REVIEW", return_requested: expect.any(String) })
      people.giveBack(surplus)
      expect(await shown(surplus)).toMatchObject({ status: "RETURNED" })
      expect(await shown(other)).toMatchObject({ status: "SCREENED OUT" })
    })
  )

  it.live("makes a test study for test participants, which costs nothing", () =>
    within(undefined, async ({ ask, people, workspace }) => {
      const { id } = (await ask("POST", "/api/v1/studies/", draft)).body
      expect((await ask("POST", `/api/v1/studies/${id}/test-study`)).status).toBe(400)
      await ask("POST", "/api/v1/researchers/participants/", { email: "test@example.org" })
      const { study_id, study_url } = (await ask("POST", `/api/v1/studies/${id}/test-study`)).body
      expect(() => people.arrive(study_id)).toThrow("not for this participant")
      const opened = await fetch(study_url, { redirect: "manual" })
      expect(opened.headers.get("location")).toContain(`STUDY_ID=${study_id}`)
      expect((await ask("GET", `/api/v1/workspaces/${workspace}/balance/`)).body.available_balance).toBe(1_000_000)
    })
  )

  it.live("lets participants come and go by its own pages", () =>
    within(undefined, async ({ publish, url, world }) => {
      const study = await publish()
      const opened = await fetch(`${url}/studies/${study}`, { redirect: "manual" })
      expect(opened.headers.get("location")).toMatch(/^https:\/\/crowd\.example\.org\/task\/run_1\?PROLIFIC_PID=/)
      const cookie = opened.headers.get("set-cookie")?.split(";")[0] ?? ""
      const done = await fetch(`${url}/submissions/complete?cc=DONE1`, { headers: { cookie } })
      expect(await done.text()).toContain("Submission received")
      expect([...world.submissions.values()].map(({ status }) => status)).toEqual(["AWAITING REVIEW"])
    })
  )
})
