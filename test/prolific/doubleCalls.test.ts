import { spawn } from "node:child_process"
import { createHmac } from "node:crypto"
import { once } from "node:events"
import { createServer, type IncomingHttpHeaders } from "node:http"
import { createInterface } from "node:readline"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createRemoteJWKSet, jwtVerify } from "jose"
import { operations } from "../support/prolific/routes.js"
import { type Asking, asking, draft } from "./asking.js"

const minute = 60_000

const within = (settings: Parameters<typeof asking>[0], act: (double: Asking) => Promise<void>) =>
  Effect.scoped(Effect.flatMap(asking(settings), (double) => Effect.promise(() => act(double))))

interface Delivered {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A server that takes in what it is sent, and answers with what it is told. */
const receiver = async (statusOf: (count: number) => number) => {
  const delivered: Array<Delivered> = []
  const server = createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      delivered.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
      response.writeHead(statusOf(delivered.length)).end()
    })
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  const port = address === null || typeof address === "string" ? 0 : address.port
  return { delivered, url: `http://127.0.0.1:${port}/hooks`, close: () => server.close() }
}

const subscribe = async ({ ask, workspace }: Asking, target: string): Promise<{ readonly secret: string }> => {
  const secret = await ask("POST", "/api/v1/hooks/secrets/", { workspace_id: workspace })
  const made = await ask("POST", "/api/v1/hooks/subscriptions/", {
    workspace_id: workspace,
    event_type: "submission.status.change",
    target_url: target
  })
  const [{ id }] = made.body.results
  await ask("POST", `/api/v1/hooks/subscriptions/${id}/`, { secret: made.headers.get("x-hook-secret") })
  return { secret: secret.body.value }
}

describe("the double's calls", () => {
  it("are those of the document, each once", async () => {
    const { default: document } = await import("../support/prolific/openapi.json", { with: { type: "json" } })
    const documented = Object.entries(document.paths).flatMap(([path, calls]) =>
      Object.keys(calls).map((method) => `${method.toUpperCase()} ${path}`)
    )
    expect(operations.map(({ call }) => call).toSorted()).toEqual(documented.toSorted())
  })

  it.live("that only read answer as the document has it", () =>
    within(undefined, async ({ ask, people, publish, workspace }) => {
      const study = await publish()
      people.arrive(study)
      const reads = [
        "/api/v1/workspaces/?limit=200&offset=0",
        `/api/v1/workspaces/${workspace}/`,
        `/api/v1/workspaces/${workspace}/projects/?limit=200`,
        "/api/v1/filters/",
        `/api/v1/studies/${study}/cost/?is_projected=true`,
        `/api/v1/reward-recommendations/?workspace_id=${workspace}&currency=GBP`,
        `/api/v1/submissions/?study=${study}&status=TIMED-OUT`,
        "/api/v1/hooks/event-types/",
        `/api/v1/hooks/secrets/?workspace_id=${workspace}`,
        `/api/v1/hooks/subscriptions/?workspace_id=${workspace}`
      ]
      for (const path of reads) expect([path, (await ask("GET", path)).status]).toEqual([path, 200])
      const cost = await ask("POST", "/api/v1/study-cost-calculator/", { reward: 60, total_available_places: 10 })
      expect(cost.body.total_cost).toBe(840)
    })
  )
})

describe("whoever asks what the document does not have", () => {
  it.live("hears of it when the double is closed", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(
        within(undefined, async ({ ask }) => void (await ask("GET", "/api/v1/submissions/")))
      )
      expect(String(exit)).toContain("must have required property 'study'")
    })
  )
})

describe("lists", () => {
  it.live("by page give twenty at a time, and 404 past the end", () =>
    within(undefined, async ({ ask, people, publish }) => {
      const study = await publish({ total_available_places: 25 })
      for (let n = 0; n < 21; n++) people.arrive(study)
      const page = async (number: number) => await ask("GET", `/api/v1/submissions/?study=${study}&page=${number}`)
      const first = (await page(1)).body
      expect([first.results.length, first.meta.count]).toEqual([20, 21])
      expect(first._links.next.href).toContain("page=2")
      const second = (await page(2)).body
      expect([second.results.length, second._links.next.href]).toEqual([1, null])
      expect((await page(3)).status).toBe(404)
    })
  )

  it.live("by limit and offset give twenty, all where limit is ignored, and may name a host inside", () =>
    within(undefined, async ({ ask, switches, workspace }) => {
      for (let n = 0; n < 21; n++) {
        await ask("POST", "/api/v1/participant-groups/", { workspace_id: workspace, name: `Group ${n}` })
      }
      const list = async (more = "") =>
        (await ask("GET", `/api/v1/participant-groups/?workspace_id=${workspace}${more}`)).body
      expect((await list()).results).toHaveLength(20)
      expect((await list("&limit=5&offset=20")).results).toHaveLength(1)
      switches.internalNext = true
      expect((await list("&limit=5"))._links.next.href).toMatch(/^http:\/\/survey-api\//)
      switches.limitIgnored = true
      expect((await list("&limit=5&offset=5")).results).toHaveLength(21)
    })
  )

  it.live("of all submissions may stop early, though the count is true", () =>
    within({ switches: { listsStopAt: 1 } }, async ({ ask, people, publish }) => {
      const study = await publish()
      people.arrive(study)
      people.arrive(study)
      const { body } = await ask("GET", `/api/v1/studies/${study}/submissions/?ordering=started_at`)
      expect([body.results.length, body.meta.count]).toEqual([1, 2])
    })
  )

  it.live("may be late: a study is found by its id first", () =>
    within({ switches: { listStaleness: minute } }, async ({ advance, ask, project, publish }) => {
      const study = await publish()
      const listed = async () =>
        (await ask("GET", `/api/v1/projects/${project}/studies/?page_size=100`)).body.results.length
      expect([await listed(), (await ask("GET", `/api/v1/studies/${study}/`)).status]).toEqual([0, 200])
      advance(minute)
      expect(await listed()).toBe(1)
    })
  )
})

describe("participants", () => {
  it.live("are let in by filters and groups, as they are when they come", () =>
    within(undefined, async ({ ask, people, publish, workspace }) => {
      const group = (await ask("POST", "/api/v1/participant-groups/", { workspace_id: workspace, name: "Blocked" }))
        .body
      const study = await publish({
        total_available_places: 10,
        filters: [
          { filter_id: "age", selected_range: { lower: 18, upper: 30 } },
          { filter_id: "participant_group_blocklist", selected_values: [group.id] }
        ]
      })
      const [young, old] = [people.join({ age: 20 }), people.join({ age: 60 })]
      const members = `/api/v1/participant-groups/${group.id}/participants/`
      expect(() => people.arrive(study, old)).toThrow("not for this participant")
      await ask("POST", members, { participant_ids: [young] })
      expect(() => people.arrive(study, young)).toThrow("not for this participant")
      await ask("DELETE", members, { participant_ids: [young] })
      people.arrive(study, young)
      expect(() => people.arrive(study, young)).toThrow("as often as is allowed")
    })
  )

  it.live("that are not known cannot be in a group", () =>
    within(undefined, async ({ ask, workspace }) => {
      const group = (await ask("POST", "/api/v1/participant-groups/", { workspace_id: workspace, name: "G" })).body
      const { body, status } = await ask("POST", `/api/v1/participant-groups/${group.id}/participants/`, {
        participant_ids: ["000000000000000000000000"]
      })
      expect([status, body.error.error_code]).toEqual([400, 140003])
    })
  )

  it.live("come by signed links where the study asks for it", () =>
    within(undefined, async ({ people, publish, url, workspace }) => {
      const { link, submission } = people.arrive(await publish({ is_external_study_url_secure: true }))
      const token = new URL(link).searchParams.get("prolific_token") ?? ""
      const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(`${url}/.well-known/study/jwks.json`)))
      expect(payload).toMatchObject({ sub: submission, prolific: { SESSION_ID: submission, workspace_id: workspace } })
    })
  )
})

describe("bonuses", () => {
  it.live("are set up for nothing, paid a while later, and paid again by a second call", () =>
    within({ switches: { bonusDelay: minute } }, async ({ advance, ask, people, publish, workspace }) => {
      const study = await publish()
      const { submission } = people.arrive(study)
      const csv_bonuses = `${submission},1.05\n`
      const bulk = (await ask("POST", "/api/v1/submissions/bonus-payments/", { study_id: study, csv_bonuses })).body
      expect(bulk).toMatchObject({ amount: 105, fees: 35, vat: 7, total_amount: 147 })
      const paid = async () => (await ask("GET", `/api/v1/submissions/${submission}/`)).body.bonus_payments
      const total = async () => (await ask("GET", `/api/v1/workspaces/${workspace}/balance/`)).body.total_balance
      const pay = () => ask("POST", `/api/v1/bulk-bonus-payments/${bulk.id}/pay/`)
      expect((await pay()).status).toBe(202)
      expect(await paid()).toEqual([])
      advance(minute)
      expect([await paid(), await total()]).toEqual([[105], 1_000_000 - 147])
      await pay()
      advance(minute)
      expect([await paid(), await total()]).toEqual([[105, 105], 1_000_000 - 294])
    })
  )

  it.live("are refused for strangers to the study", () =>
    within(undefined, async ({ ask, publish }) => {
      const asked = { study_id: await publish(), csv_bonuses: "000000000000000000000000,1.00" }
      const { body, status } = await ask("POST", "/api/v1/submissions/bonus-payments/", asked)
      expect([status, body.error.detail.csv_bonuses[0]]).toEqual([400, expect.stringContaining("has not taken part")])
    })
  )
})

describe("messages", () => {
  it.live("are sent without a word, and read by person or by time", () =>
    within(undefined, async ({ advance, ask, people, publish, world }) => {
      const study = await publish()
      const person = people.join()
      await ask("POST", "/api/v1/messages/", { recipient_id: person, body: "Thank you.", study_id: study })
      advance(minute)
      people.write(person, study, "payment-timing", "When?")
      const { body } = await ask("GET", `/api/v1/messages/?user_id=${person}`)
      expect(body.results.map((row: { body: string }) => row.body)).toEqual(["Thank you.", "When?"])
      const since = new Date(world.clock.now() - minute).toISOString()
      expect((await ask("GET", `/api/v1/messages/?created_after=${since}`)).body.results).toHaveLength(1)
      expect((await ask("GET", "/api/v1/messages/")).status).toBe(400)
    })
  )
})

describe("hooks", () => {
  it.live("are signed over what is sent, for whoever has confirmed", () =>
    within(undefined, async (double) => {
      const { delivered, ...to } = await receiver(() => 204)
      const { secret } = await subscribe(double, to.url)
      const { submission } = double.people.arrive(await double.publish())
      await double.hooks.settled()
      const [first] = delivered
      const stamp = first?.headers["x-prolific-request-timestamp"]
      const signature = createHmac("sha256", secret).update(`${stamp}${first?.body}`).digest("base64")
      expect(first?.headers["x-prolific-request-signature"]).toBe(signature)
      expect(JSON.parse(first?.body ?? "")).toMatchObject({
        resource_id: submission,
        event_type: "submission.status.change"
      })
      expect(delivered).toHaveLength(2)
      to.close()
    })
  )

  it.live("come again under the same id until they are taken, twelve times at most", () =>
    within(undefined, async (double) => {
      const { delivered, ...to } = await receiver(() => 500)
      await subscribe(double, to.url)
      double.people.reserve(await double.publish(), double.people.join())
      for (let round = 0; round < 14; round++) {
        await double.hooks.settled()
        double.advance(minute * 2 ** round)
      }
      const ids = delivered.map(({ headers }) => headers["x-event-id"])
      const first = ids.filter((id) => id === ids[0])
      expect(first).toHaveLength(12)
      to.close()
    })
  )

  it.live("come twice and in any order where that is asked", () =>
    within({ switches: { hookCopies: 2, hooksHeld: true } }, async (double) => {
      const { delivered, ...to } = await receiver(() => 204)
      await subscribe(double, to.url)
      const { submission } = double.people.arrive(await double.publish())
      double.people.submit(submission, "DONE1")
      double.hooks.release()
      await double.hooks.settled()
      expect(new Set(delivered.map(({ headers }) => headers["x-event-id"])).size).toBe(3)
      expect(delivered).toHaveLength(6)
      to.close()
    })
  )

  it.live("do not come to whoever has not confirmed, and a new secret replaces the old one", () =>
    within(undefined, async ({ ask, hooks, people, publish, workspace, world }) => {
      const secret = async () => (await ask("POST", "/api/v1/hooks/secrets/", { workspace_id: workspace })).body.value
      expect(await secret()).not.toBe(await secret())
      expect((await ask("GET", `/api/v1/hooks/secrets/?workspace_id=${workspace}`)).body.results).toHaveLength(1)
      await ask("POST", "/api/v1/hooks/subscriptions/", {
        workspace_id: workspace,
        event_type: "submission.status.change",
        target_url: "https://crowd.example.org/hooks"
      })
      people.arrive(await publish())
      await hooks.settled()
      expect(world.events).toEqual([])
    })
  )
})

describe("faults", () => {
  it.live("leave done what was done before the reply was lost, and undone what was not", () =>
    within(undefined, async ({ ask, faults, world }) => {
      const create = () => ask("POST", "/api/v1/studies/", draft)
      faults.next("POST /api/v1/studies/", { kind: "drop", after: true })
      await expect(create()).rejects.toThrow()
      expect(world.studies.size).toBe(1)
      faults.next("POST /api/v1/studies/", { kind: "break", status: 502, after: false })
      expect(await create()).toMatchObject({ status: 502, body: expect.stringContaining("nginx") })
      faults.next("POST /api/v1/studies/", { kind: "refuse", status: 429 })
      expect((await create()).status).toBe(429)
      expect(world.studies.size).toBe(1)
    })
  )

  it.live("come as a share of all calls, the same for the same seed", () =>
    Effect.gen(function* () {
      const outcomes = Effect.scoped(
        Effect.flatMap(asking(), ({ ask, faults }) =>
          Effect.promise(async () => {
            faults.storm({ share: 0.2, seed: 7 })
            const seen: Array<number> = []
            for (let n = 0; n < 100; n++) {
              seen.push(
                await ask("GET", "/api/v1/users/me/").then(
                  ({ status }) => status,
                  () => 0
                )
              )
            }
            return seen
          })
        )
      )
      const [once, again] = [yield* outcomes, yield* outcomes]
      const failed = once.filter((status) => status !== 200).length
      expect(again).toEqual(once)
      expect(failed).toBeGreaterThan(10)
      expect(failed).toBeLessThan(30)
    })
  )

  it.live("show errors in each of three shapes", () =>
    within(undefined, async ({ ask, switches }) => {
      const shapes = { wrapped: "error", bare: "error_code", message: "message" } as const
      for (const shape of ["wrapped", "bare", "message"] as const) {
        switches.errorShape = shape
        const { body } = await ask("GET", "/api/v1/studies/000000000000000000000000/")
        expect(body).toHaveProperty(shapes[shape])
      }
    })
  )

  it.live("include a path without its slash, which is sent elsewhere", () =>
    within(undefined, async ({ ask }) => {
      const { headers, status } = await ask("POST", "/api/v1/studies", draft)
      expect([status, headers.get("location")]).toEqual([301, "/api/v1/studies/"])
    })
  )
})

describe("as a process of its own", () => {
  it.live("it outlives who asks it, and reports", () =>
    Effect.promise(async () => {
      const child = spawn(process.execPath, ["--import", "tsx", "test/support/prolific/main.ts", '{"pace":1}'], {
        stdio: ["ignore", "pipe", "inherit"]
      })
      const lines = createInterface({ input: child.stdout })
      const [line] = await once(lines, "line")
      const { token, url } = JSON.parse(line)
      const command = async (body: object) =>
        (await fetch(`${url}/_double`, { method: "POST", body: JSON.stringify(body) })).json()
      const made = await fetch(`${url}/api/v1/studies/`, {
        method: "POST",
        headers: { authorization: `Token ${token}`, "content-type": "application/json" },
        body: JSON.stringify(draft)
      })
      expect(made.status).toBe(201)
      expect(await command({ act: "report" })).toMatchObject({ studies: [{ status: "UNPUBLISHED" }], violations: [] })
      child.kill("SIGTERM")
      expect(await once(child, "exit")).toEqual([0, null])
    })
  )
})
