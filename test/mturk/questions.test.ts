import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Parser } from "htmlparser2"
import { Money, Qualifications, TaskRuns, Units } from "../../src/index.js"
import { decode } from "../../src/mturk/answers.js"
import { external, html, maxBytes, speakable } from "../../src/mturk/questions.js"
import { answersXml, ok, on, opened, refuse, type Wire } from "./wire.js"

/** The text of the element, as an XML parser reads it. */
const textOf = (xml: string, element: string): string => {
  let text = ""
  let inside = false
  const parser = new Parser(
    {
      onopentag: (name) => {
        if (name === element) inside = true
      },
      ontext: (more) => {
        if (inside) text += more
      },
      onclosetag: (name) => {
        if (name === element) inside = false
      }
    },
    { xmlMode: true, decodeEntities: true }
  )
  parser.end(xml)
  return text
}

const anyText = FastCheck.string({ unit: "binary", maxLength: 200 })

describe("a page inside a HIT", () => {
  it("comes out of the XML as it went in", () => {
    const survives = FastCheck.property(anyText, (page) => textOf(html(page), "HTMLContent") === speakable(page))
    expect(FastCheck.check(survives)).toMatchObject({ failed: false })
    expect(textOf(html("a ]]> b ]]]]>> \u0000 &amp; <b>"), "HTMLContent")).toBe("a ]]> b ]]]]>> \uFFFD &amp; <b>")
  })

  const questionOf = (wire: Wire) => String(wire.of("CreateHITWithHITType")[0]?.["Question"])

  const launch = (template: string, task: Partial<TaskRuns.Task> = {}, value?: string) =>
    Effect.gen(function* () {
      const units = yield* Units.Units
      const run = yield* opened(1, task, template, value)
      yield* Stream.runDrain(units.launch(run.id))
      return run
    })

  it.scopedLive(
    "is a whole document with the row's data, a form, a button, and a script that sends it",
    on((wire) =>
      Effect.gen(function* () {
        yield* launch("<p>${n} ${n}</p><input name='label'>")
        const page = textOf(questionOf(wire), "HTMLContent")
        expect(page).toMatch(/^<!doctype html><script>/)
        expect(page).toContain("<p>0 0</p><input name='label'>")
        expect(page).toContain("/mturk/externalSubmit")
        expect(page).toContain('<input type="submit"')
        expect(page).not.toMatch(/<script src/)
      })
    )
  )

  it.scopedLive.each([
    { style: "default", dressed: true },
    { style: "none", dressed: false }
  ] as const)("has the default style where it has none of its own; with style $style: $dressed", ({ dressed, style }) =>
    on((wire) =>
      Effect.gen(function* () {
        yield* launch("<p>${n}</p>", { style })
        expect(textOf(questionOf(wire), "HTMLContent").includes("<style>")).toBe(dressed)
      })
    )()
  )

  const escaped = "&lt;b&gt;1&lt;/b&gt;"

  it.scopedLive.each([
    { markup: [], shown: escaped },
    { markup: ["n"], shown: "<b>1</b>" }
  ])("has values as their places ask; of markup $markup", ({ markup, shown }) =>
    on((wire) =>
      Effect.gen(function* () {
        yield* launch('<p title="${n}">${n}</p><script>var a = "${n}"</script>', { markup }, "<b>1</b>")
        const script = 'var a = "\\u003cb\\u003e1\\u003c\\u002fb\\u003e"'
        expect(textOf(questionOf(wire), "HTMLContent")).toContain(
          `<p title="${escaped}">${shown}</p><script>${script}</script>`
        )
      })
    )()
  )

  it.scopedLive(
    "that is larger than a HIT carries is refused before it is sent",
    on((wire) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(launch(`<p>${"é".repeat(maxBytes / 2)}</p>`))
        expect(error).toMatchObject({ _tag: "ProviderError", reason: "Rejected" })
        expect(error.message).toContain("65535 at the most")
        expect(wire.of("CreateHITWithHITType")).toHaveLength(0)
      })
    )
  )

  it.scopedLive(
    "is not there where the task is served elsewhere",
    on(
      (wire) =>
        Effect.gen(function* () {
          const run = yield* launch("<p>${n}</p>")
          const url = new URL(textOf(questionOf(wire), "ExternalURL"))
          expect(url.origin + url.pathname).toBe("https://tasks.example.com/task")
          expect(url.searchParams.get("a")).toBe("1&2")
          expect(url.searchParams.get("run")).toBe(run.id)
          const [unit] = yield* Stream.runCollect((yield* Units.Units).list(run.id))
          expect(url.searchParams.get("assignment")).toBe(unit?.assignment)
        }),
      { host: "https://tasks.example.com/task?a=1%262" }
    )
  )

  it("an address is escaped", () => {
    const url = "https://example.com/?a=1&b=%3C'\""
    expect(textOf(external(url), "ExternalURL")).toBe(url)
  })
})

describe("answers", () => {
  const escaped = (text: string) =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("]]>", "]]&gt;").replaceAll("\r", "&#13;")

  it("come out of the XML as they went in", () => {
    return FastCheck.assert(
      FastCheck.property(anyText, (text) => {
        const plain = speakable(text)
        const value = decode(answersXml({ label: escaped(plain) }))["label"]
        expect(typeof value === "string" ? value : JSON.stringify(value)).toBe(plain)
      })
    )
  })

  it("that are lists or objects are read as such, and no others", () => {
    const texts = { a: '{"list":[1,null,true,-0.5]}', b: "[1,2]", c: "5", d: "true", e: "[1, 2]", f: "[", g: "null" }
    expect(decode(answersXml(texts))).toEqual({
      a: { list: [1, null, true, -0.5] },
      b: [1, 2],
      c: "5",
      d: "true",
      e: "[1, 2]",
      f: "[",
      g: "null"
    })
  })

  it("of one name several times are a list; empty ones are empty; none are none", () => {
    const answer = (name: string, content: string) =>
      `<Answer><QuestionIdentifier>${name}</QuestionIdentifier>${content}</Answer>`
    const xml = (...all: ReadonlyArray<string>) => `<QuestionFormAnswers>${all.join("")}</QuestionFormAnswers>`
    expect(decode(xml(answer("a", "<FreeText>1</FreeText>"), answer("a", "<FreeText></FreeText>")))).toEqual({
      a: ["1", ""]
    })
    expect(decode(xml(answer("a", "<FreeText/>"), answer("", "<FreeText>x</FreeText>")))).toEqual({ a: "", "": "x" })
    const chosen = "<SelectionIdentifier>x</SelectionIdentifier><OtherSelectionText>y</OtherSelectionText>"
    expect(decode(xml(answer("a", chosen)))).toEqual({ a: ["x", "y"] })
    expect(decode(xml())).toEqual({})
    expect(decode(xml(answer("__proto__", "<FreeText>x</FreeText>")))).toEqual(JSON.parse('{"__proto__":"x"}'))
  })

  it("that cannot be read are kept whole", () => {
    expect(decode("not XML")).toEqual({ answer: "not XML" })
    expect(decode("")).toEqual({ answer: "" })
  })
})

describe("a HITType", () => {
  it.scopedLive(
    "has all that the task and the layer ask of workers",
    on(
      (wire) =>
        Effect.gen(function* () {
          const qualifications = yield* Qualifications.Qualifications
          let made = 0
          wire.on("CreateQualificationType", ({ Name }) =>
            ok({ QualificationType: { QualificationTypeId: `TYPE${++made}`, Name } })
          )
          wire.on("ListQualificationTypes", ({ NextToken, Query }) => {
            if (NextToken === undefined) return ok({ QualificationTypes: [], NextToken: "2" })
            const found = { QualificationTypeId: "FOUND", Name: "french" }
            return ok({ QualificationTypes: Query === "french" ? [{ ...found, Name: "french 2" }, found] : [] })
          })
          yield* qualifications.create("dutch", "speaks it")
          yield* opened(1, {
            title: "Label",
            keywords: ["text", "label"],
            reward: Money.make(1_205),
            duration: Duration.minutes(10),
            autoApprovalDelay: Duration.days(3),
            qualifications: [
              { name: "percent_approved", comparator: "greater_than_or_equal", value: 95 },
              { name: "masters", comparator: "exists", value: 1 },
              { name: "dutch", comparator: "equal", value: 3 },
              { name: "french", comparator: "not_equal", value: 0 },
              { name: "latin", comparator: "does_not_exist", value: 1 },
              { name: "3GOTITFROMSOMEBODYELSE0000000A", comparator: "less_than", value: 9 }
            ]
          })
          const [type] = wire.of("CreateHITType")
          expect(type).toMatchObject({
            Title: "Label",
            Description: "Label",
            Reward: "12.05",
            AssignmentDurationInSeconds: 600,
            AutoApprovalDelayInSeconds: 259_200
          })
          expect(type?.["Keywords"]).toMatch(/^text, label, run_/)
          const guarded = { ActionsGuarded: "Accept" }
          expect(type?.["QualificationRequirements"]).toEqual([
            {
              QualificationTypeId: "000000000000000000L0",
              Comparator: "GreaterThanOrEqualTo",
              IntegerValues: [95],
              ...guarded
            },
            { QualificationTypeId: "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6", Comparator: "Exists", ...guarded },
            { QualificationTypeId: "TYPE1", Comparator: "EqualTo", IntegerValues: [3], ...guarded },
            { QualificationTypeId: "FOUND", Comparator: "NotEqualTo", IntegerValues: [0], ...guarded },
            { QualificationTypeId: "TYPE2", Comparator: "DoesNotExist", ...guarded },
            {
              QualificationTypeId: "3GOTITFROMSOMEBODYELSE0000000A",
              Comparator: "LessThan",
              IntegerValues: [9],
              ...guarded
            },
            {
              QualificationTypeId: "00000000000000000071",
              Comparator: "In",
              LocaleValues: [{ Country: "NL" }, { Country: "US", Subdivision: "CA" }],
              ActionsGuarded: "DiscoverPreviewAndAccept"
            }
          ])
        }),
      {
        requirements: [
          { name: "locale", comparator: "in", locales: ["NL", "US-CA"], guard: "DiscoverPreviewAndAccept" }
        ]
      }
    )
  )

  const among = { comparator: "in", value: 1 } as const

  it.scopedLive(
    "takes lists of values, and places for the locale",
    on((wire) =>
      Effect.gen(function* () {
        yield* opened(1, {
          qualifications: [
            { name: "locale", ...among, values: ["US", "GB-LND"] },
            { name: "hits_approved", comparator: "not_in", value: 1, values: [0, 7] }
          ]
        })
        const guarded = { ActionsGuarded: "Accept" }
        expect(wire.of("CreateHITType")[0]?.["QualificationRequirements"]).toEqual([
          {
            QualificationTypeId: "00000000000000000071",
            Comparator: "In",
            LocaleValues: [{ Country: "US" }, { Country: "GB", Subdivision: "LND" }],
            ...guarded
          },
          { QualificationTypeId: "00000000000000000040", Comparator: "NotIn", IntegerValues: [0, 7], ...guarded }
        ])
      })
    )
  )

  const mistaken: ReadonlyArray<readonly [TaskRuns.QualificationRequirement, string]> = [
    [{ name: "locale", comparator: "equal", value: 1 }, 'locale is compared with places, such as "US" or "US-CA"'],
    [{ name: "hits_approved", ...among, values: ["US"] }, "hits_approved is compared with whole numbers"],
    [{ name: "dutch", ...among, values: ["US"] }, "does not know the dutch of its workers"]
  ]

  it.scopedLive.each(mistaken)("is not made where a value is of the wrong kind: %j", ([requirement, message]) =>
    on((wire) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(opened(1, { qualifications: [requirement] }))
        expect(error).toMatchObject({ _tag: "ProviderError", reason: "Rejected" })
        expect(error.message).toContain(message)
        expect(wire.of("CreateHITType")).toHaveLength(0)
      })
    )()
  )

  it.scopedLive(
    "pays in dollars only",
    on((wire) =>
      Effect.gen(function* () {
        const reward = Either.getOrThrow(Money.parse("1", Money.Currency.make("EUR")))
        const error = yield* Effect.flip(opened(1, { reward }))
        expect(error).toMatchObject({ _tag: "CurrencyNotPaid", currency: "EUR", paid: ["USD"] })
        expect(wire.of("CreateHITType")).toHaveLength(0)
      })
    )
  )

  it.scopedLive(
    "is not made while the service says no, and is when it says yes",
    on((wire) =>
      Effect.gen(function* () {
        const runs = yield* TaskRuns.TaskRuns
        wire.on("CreateHITType", (_, nth) => (nth === 1 ? refuse("InvalidParameterValue") : ok({ HITTypeId: "TYPE" })))
        yield* Effect.flip(opened())
        const run = yield* opened()
        expect(run.setup).toEqual(Option.some({ environment: new URL(wire.url).host, hitType: "TYPE" }))
        expect(yield* runs.setup(run.id)).toEqual(run)
        expect(wire.of("CreateHITType")).toHaveLength(2)
      })
    )
  )
})
