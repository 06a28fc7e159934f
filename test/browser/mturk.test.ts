/**
 * HITs made by a script that has only the SDK, worked on in Chromium, decided, paid on top of and deleted by the
 * script.
 */
import { createServer } from "node:http"
import {
  ApproveAssignmentCommand,
  CreateHITCommand,
  DeleteHITCommand,
  GetAccountBalanceCommand,
  GetHITCommand,
  ListAssignmentsForHITCommand,
  ListBonusPaymentsCommand,
  type MTurkClient,
  MTurkServiceException,
  SendBonusCommand
} from "@aws-sdk/client-mturk"
import { expect, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { FrameLocator, Page } from "playwright-core"
import { assets } from "../../src/internal/assets.js"
import { externalQuestion, Marketplace, layer as marketplace } from "../mturk-server/support.js"
import { listening } from "../support/listening.js"
import * as sqlite from "../support/sqlite.js"
import * as chromium from "./support/chromium.js"

const { act } = chromium

/** Somebody's own page, at an address of its own, that sends its answers with the shim. */
const ownPage = `<!doctype html><script src="/shim/mturk.js"></script>
<p id="who"></p><label>Kind <input id="kind"></label><button id="send">Send</button>
<script>
  document.getElementById("who").textContent = CrowdSource.isPreview() ? "a preview" : "for " + CrowdSource.getWorkerName()
  document.getElementById("send").disabled = CrowdSource.isPreview()
  document.getElementById("send").onclick = () =>
    CrowdSource.handleSubmitToProvider({ kind: document.getElementById("kind").value, box: { x: 1, tags: ["a", "b"] } })
</script>`

const ownSite = Effect.suspend(() =>
  listening(
    createServer(({ url = "/" }, response) => {
      const shim = /^\/(shim\/[\w.]+)$/.exec(url)?.[1]
      const type = shim === undefined ? "text/html; charset=utf-8" : "text/javascript"
      response.writeHead(200, { "content-type": type })
      response.end(shim === undefined ? ownPage : (assets[shim]?.body ?? ""))
    })
  )
).pipe(Effect.map((port) => ({ url: `http://127.0.0.1:${port}/task?lang=en` })))

const formQuestion = `<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd"><HTMLContent><![CDATA[<!DOCTYPE html>
<html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"></head>
<body><form name="mturk_form" method="post" id="mturk_form" action="https://www.mturk.com/mturk/externalSubmit">
<input type="hidden" value="" name="assignmentId" id="assignmentId">
<label>It is <input name="kind" required></label>
<label><input type="checkbox" name="sure" value="yes"> sure</label>
<input type="submit" id="submitButton" value="Submit"></form></body></html>]]></HTMLContent><FrameHeight>450</FrameHeight></HTMLQuestion>`

/** The script: it knows a service by its address and its keys, and nothing of what is behind. */
const script = (client: MTurkClient) => ({
  create: async (title: string, question: string) => {
    const { HIT } = await client.send(
      new CreateHITCommand({
        Title: title,
        Description: "Say what it is",
        Reward: "0.25",
        AssignmentDurationInSeconds: 600,
        LifetimeInSeconds: 3600,
        MaxAssignments: 1,
        Question: question
      })
    )
    return HIT?.HITId ?? ""
  },
  submitted: async (id: string) => {
    const { Assignments = [] } = await client.send(
      new ListAssignmentsForHITCommand({ HITId: id, AssignmentStatuses: ["Submitted"] })
    )
    return Assignments
  },
  settle: async (id: string, assignment: string, worker: string) => {
    await client.send(new ApproveAssignmentCommand({ AssignmentId: assignment, RequesterFeedback: "Thank you" }))
    await client.send(
      new SendBonusCommand({
        AssignmentId: assignment,
        WorkerId: worker,
        BonusAmount: "0.10",
        Reason: "Thorough",
        UniqueRequestToken: `bonus-${assignment}`
      })
    )
    const { BonusPayments = [] } = await client.send(new ListBonusPaymentsCommand({ HITId: id }))
    await client.send(new DeleteHITCommand({ HITId: id }))
    const deleted = await client.send(new GetHITCommand({ HITId: id })).then(
      ({ HIT }) => HIT?.HITStatus,
      (error: unknown) => (error instanceof MTurkServiceException ? error.name : String(error))
    )
    const { AvailableBalance } = await client.send(new GetAccountBalanceCommand({}))
    return { bonuses: BonusPayments.map(({ BonusAmount }) => BonusAmount), deleted, balance: AvailableBalance }
  }
})

const press = (on: Page | FrameLocator, name: string) => act(() => on.getByRole("button", { name }).click())

/** A new person finds the task in the lobby, looks at it, and accepts it. */
const accepted = (url: string, title: string, inPreview: (task: FrameLocator) => Effect.Effect<void>) =>
  Effect.gen(function* () {
    const page = yield* chromium.page()
    yield* act(() => page.goto(url))
    yield* act(() => page.getByRole("link", { name: `View ${title}` }).click())
    const task = page.frameLocator("iframe")
    yield* inPreview(task)
    yield* press(page, "Accept")
    yield* act(() => page.getByRole("timer").waitFor())
    return { page, task }
  })

const thanked = (page: Page) => act(() => page.getByRole("heading", { name: "Thank you" }).waitFor())

/** Decides and pays, once what the worker sent is there. */
const settled = (id: string, check: (answer: string) => void) =>
  Effect.gen(function* () {
    const { settle, submitted } = script((yield* Marketplace).client)
    const [assignment, ...more] = yield* act(() => submitted(id))
    expect(more).toEqual([])
    check(assignment?.Answer ?? "")
    const paid = yield* act(() => settle(id, assignment?.AssignmentId ?? "", assignment?.WorkerId ?? ""))
    expect(paid.bonuses).toEqual(["0.10"])
    expect(["Disposed", "RequestError"]).toContain(paid.deleted)
    return paid.balance
  })

const shows = (title: string) => (page: Page, url: string) =>
  Effect.gen(function* () {
    yield* act(() => page.goto(url))
    const past = page.getByRole("listitem").filter({ hasText: title })
    yield* act(() => past.getByText("Approved").waitFor())
    yield* act(() => past.getByText("Thank you").waitFor())
  })

const answer = (name: string, text: string) =>
  `<QuestionIdentifier>${name}</QuestionIdentifier><FreeText>${text}</FreeText>`

/** One for each test: the list of tasks may be as old as a list may be. */
const market = () => marketplace({ store: sqlite.layer(), balance: 1_000, every: "1 second" })

layer(chromium.layer, { excludeTestServices: true })("a HIT of a bare SDK script, in Chromium", (it) => {
  it.scoped(
    "that carries its own form is worked on, approved, paid a bonus and deleted",
    () =>
      Effect.gen(function* () {
        const { client, url } = yield* Marketplace
        const title = "Own form"
        const id = yield* act(() => script(client).create(title, formQuestion))
        const { page, task } = yield* accepted(url, title, (task) => act(() => task.getByLabel("It is").waitFor()))
        yield* act(() => task.getByLabel("It is").fill("a <b>spanner</b> & more \u{1f527}"))
        yield* act(() => task.getByLabel("sure").check())
        yield* press(task, "Submit")
        yield* thanked(page)
        const balance = yield* settled(id, (xml) => {
          expect(xml).toContain(answer("kind", "a &lt;b&gt;spanner&lt;/b&gt; &amp; more \u{1f527}"))
          expect(xml).toContain(answer("sure", "yes"))
        })
        // 0.25 and 0.10, and a fifth of each: 0.05 and 0.02.
        expect(balance).toBe("9.58")
        yield* shows(title)(page, url)
      }).pipe(Effect.provide(market())),
    60_000
  )

  it.scoped(
    "that is somebody's own page, with the shim, is worked on, approved, paid a bonus and deleted",
    () =>
      Effect.gen(function* () {
        const { client, url } = yield* Marketplace
        const site = yield* ownSite
        const title = "Own page"
        const id = yield* act(() => script(client).create(title, externalQuestion(site.url)))
        const { page, task } = yield* accepted(url, title, (task) => act(() => task.getByText("a preview").waitFor()))
        yield* act(() => task.getByText(/^for A[A-Z0-9]+$/).waitFor())
        yield* act(() => task.getByLabel("Kind").fill("a hammer"))
        yield* press(task, "Send")
        yield* thanked(page)
        yield* settled(id, (xml) => {
          expect(xml).toContain(answer("kind", "a hammer"))
          expect(xml).toMatch(/<QuestionIdentifier>box<\/QuestionIdentifier><FreeText>.*tags.*<\/FreeText>/)
        })
        yield* shows(title)(page, url)
      }).pipe(Effect.provide(market())),
    60_000
  )
})
