/** A script made for the marketplace, with nothing but the SDK, and a person in Chromium. */
import { createServer } from "node:http"
import * as SDK from "@aws-sdk/client-mturk"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as chromium from "../browser/support/chromium.js"
import { listening } from "../support/listening.js"
import * as samples from "./samples.js"
import { externalQuestion, layer, Marketplace } from "./support.js"

const { act } = chromium

const html = `<HTMLQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd"><HTMLContent><![CDATA[<!DOCTYPE html>
<html><head><script src="https://s3.amazonaws.com/mturk-public/externalHIT_v1.js"></script></head><body>
<form name="mturk_form" method="post" id="mturk_form" action="https://www.mturk.com/mturk/externalSubmit">
<input type="hidden" value="" name="assignmentId" id="assignmentId">
<p>The assignment is <b id="shown"></b></p>
<label>It is <input name="kind"></label> <input type="submit" id="submitButton" value="Submit"></form>
<script>document.getElementById("shown").textContent = new URLSearchParams(location.search).get("assignmentId")</script>
</body></html>]]></HTMLContent><FrameHeight>0</FrameHeight></HTMLQuestion>`

const form = `<!doctype html>
<form method="post"><input type="hidden" name="assignmentId"><label>It is <input name="kind"></label><button>Send</button></form>
<script>
localStorage.setItem("seen", "1")
const query = new URLSearchParams(location.search)
document.forms[0].action = query.get("turkSubmitTo") + "/mturk/externalSubmit"
document.forms[0].elements.assignmentId.value = query.get("assignmentId")
</script>`

/** Sends its form without leaving the page, and says what came of it. */
const fetching = `${form}<output></output><script>
document.forms[0].addEventListener("submit", async (event) => {
  event.preventDefault()
  const body = new URLSearchParams(new FormData(event.target))
  const said = await fetch(event.target.action, { method: "POST", body }).then((r) => "status " + r.status, String)
  document.querySelector("output").textContent = said
})
</script>`

/** A site of the requester's own, which keeps something in the browser. */
const siteOf = (html: string) =>
  Effect.suspend(() =>
    listening(
      createServer((_, response) => {
        response.setHeader("content-type", "text/html; charset=utf-8").end(html)
      })
    )
  ).pipe(Effect.map((port) => ({ url: `http://localhost:${port}/task?item=1` })))

/** The worker finds the task, accepts it, answers and sends; this is their browser. */
const sends = (title: string, button: string, sees: RegExp | undefined) =>
  Effect.gen(function* () {
    const { url } = yield* Marketplace
    const page = yield* chromium.page()
    yield* act(() => page.route("https://s3.amazonaws.com/**", (route) => route.fulfill({ body: "" })))
    yield* act(() => page.goto(url))
    yield* act(() => page.getByRole("link", { name: `View ${title}` }).click())
    yield* act(() => page.getByRole("button", { name: "Accept", exact: true }).click())
    yield* act(() => page.getByRole("timer").waitFor())
    const task = page.frameLocator("iframe")
    if (sees !== undefined) yield* act(() => task.getByText(sees).waitFor())
    yield* act(() => task.getByLabel("It is").fill("a <spanner>"))
    yield* act(() => task.getByRole("button", { name: button }).click())
    return { page, task }
  })

const works = (title: string, button: string, sees: RegExp | undefined) =>
  Effect.flatMap(sends(title, button, sees), ({ page }) =>
    act(() => page.getByRole("heading", { name: "Thank you" }).waitFor())
  )

/** What a script does when the work is there: look, approve, pay, delete. */
const settles = (id: string) =>
  Effect.gen(function* () {
    const { call } = yield* Marketplace
    const { Assignments = [] } = yield* call((c) => c.send(new SDK.ListAssignmentsForHITCommand({ HITId: id })))
    const [assignment] = Assignments
    expect(assignment?.Answer).toContain(
      "<Answer><QuestionIdentifier>kind</QuestionIdentifier><FreeText>a &lt;spanner&gt;</FreeText></Answer>"
    )
    expect(assignment?.Answer).not.toContain("assignmentId")
    const AssignmentId = assignment?.AssignmentId
    yield* call((c) => c.send(new SDK.ApproveAssignmentCommand({ AssignmentId })))
    yield* call((c) =>
      c.send(
        new SDK.SendBonusCommand({ AssignmentId, WorkerId: assignment?.WorkerId, BonusAmount: "0.10", Reason: "quick" })
      )
    )
    yield* call((c) => c.send(new SDK.DeleteHITCommand({ HITId: id })))
    expect(yield* samples.balance).toBe("999.82")
  })

const market = () => Layer.merge(layer({ every: "1 second" }), chromium.layer)

describe("a HIT of a plain script", () => {
  it.scopedLive("with its page inside is worked on in Chromium, approved and paid", () =>
    Effect.gen(function* () {
      const { id } = yield* samples.create({ Question: html })
      yield* works("Label a text", "Submit", /^[0-9A-Z]{30}$/)
      yield* settles(id)
    }).pipe(Effect.provide(market()))
  )

  it.scopedLive("at a site of the requester's is worked on there, with the site's own storage", () =>
    Effect.gen(function* () {
      const { url } = yield* siteOf(form)
      const { id } = yield* samples.create({ Question: externalQuestion(url) })
      yield* works("Label a text", "Send", undefined)
      yield* settles(id)
    }).pipe(Effect.provide(market()))
  )

  it.scopedLive("at a site that sends its form with fetch sees its success, in Chromium", () =>
    Effect.gen(function* () {
      const { url } = yield* siteOf(fetching)
      const { id } = yield* samples.create({ Question: externalQuestion(url) })
      const { task } = yield* sends("Label a text", "Send", undefined)
      yield* act(() => task.getByText("status 200").waitFor())
      yield* settles(id)
    }).pipe(Effect.provide(market()))
  )

  it.scopedLive(
    "is asked for its qualification in the lobby: granted at once where it is AutoGranted, else by the requester",
    () =>
      Effect.gen(function* () {
        const { call, url } = yield* Marketplace
        const type = (Name: string, AutoGranted: boolean) =>
          Effect.map(
            call((c) =>
              c.send(
                new SDK.CreateQualificationTypeCommand({
                  Name,
                  Description: "Has read a text aloud",
                  QualificationTypeStatus: "Active",
                  AutoGranted
                })
              )
            ),
            ({ QualificationType }) => ({
              QualificationTypeId: QualificationType?.QualificationTypeId,
              Comparator: "Exists" as const,
              ActionsGuarded: "PreviewAndAccept" as const
            })
          )
        yield* samples.create({
          QualificationRequirements: [yield* type("German", true), yield* type("French", false)]
        })
        const page = yield* chromium.page()
        yield* act(() => page.goto(url))
        yield* act(() => page.getByRole("button", { name: "Ask for “German”" }).click())
        yield* act(() => page.getByRole("button", { name: "Ask for “German”" }).waitFor({ state: "detached" }))
        yield* act(() => page.getByRole("button", { name: "Ask for “French”" }).click())
        yield* act(() => page.getByText("You asked for “French”. The requester decides.").waitFor())
        const { QualificationRequests = [] } = yield* call((c) => c.send(new SDK.ListQualificationRequestsCommand({})))
        yield* Effect.forEach(QualificationRequests, ({ QualificationRequestId }) =>
          call((c) => c.send(new SDK.AcceptQualificationRequestCommand({ QualificationRequestId })))
        )
        yield* act(() => page.reload())
        yield* act(() => page.getByRole("link", { name: "View Label a text" }).click())
        yield* act(() => page.frameLocator("iframe").locator("[name=label]").waitFor())
      }).pipe(Effect.provide(market()))
  )
})
