/** What the wing's page promises of the protocol is all there. */
import { readFileSync } from "node:fs"
import { describe, expect, it } from "@effect/vitest"
import { operations } from "../../src/mturk-server/protocol/model.js"

const page = readFileSync(new URL("../../src/mturk-server/README.md", import.meta.url), "utf8")

const sectionOf = (title: string): string =>
  page.split(/^## /m).find((section) => section.startsWith(`${title}\n`)) ?? ""

const rows = Array.from(
  sectionOf("The 39 operations").matchAll(/^\| `(\w+)` +\| (.*?) +\|$/gm),
  ([, name = "", said = ""]) => [name, said] as const
)

describe("The page of mturk-server", () => {
  it("has a row for each of the 39 operations of the model, and for nothing else", () => {
    const names = Object.keys(operations).sort()
    expect(names).toHaveLength(39)
    expect(rows.map(([name]) => name)).toEqual(names)
    for (const [name, said] of rows) expect(said, name).not.toBe("")
  })

  it("says of each operation that is refused that it is, and why", () => {
    const refused = rows.filter(([, said]) => said.startsWith("no"))
    expect(refused.map(([name]) => name)).toEqual([
      "GetFileUploadURL",
      "ListReviewPolicyResultsForHIT",
      "SendTestEventNotification"
    ])
    for (const [name, said] of refused) expect(said, name).toMatch(/^no: \S/)
  })

  it("says that a HIT has at most 10,000 assignments, where HITs are made and where they get more", () => {
    const said = new Map(rows)
    expect(said.get("CreateHIT")).toContain("at most 10,000 assignments")
    expect(said.get("CreateAdditionalAssignmentsForHIT")).toContain("up to 10,000 in all")
  })

  it.each([
    ["boto3", "py", /boto3\.client\("mturk", .*endpoint_url="http/],
    ["the JavaScript SDK v2", "js", /new AWS\.MTurk\(\{.*endpoint: "http/],
    ["the CLI", "sh", /^aws mturk .*--endpoint-url http/m]
  ])("shows the one line to change for %s", (_, language, line) => {
    const code = Array.from(sectionOf("Clients").matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm))
    const ours = code.filter(([, its]) => its === language).map(([, , text = ""]) => text)
    expect(ours).toEqual([expect.stringMatching(line)])
  })
})
