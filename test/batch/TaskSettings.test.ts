import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Batch from "../../src/Batch.js"
import { crowd } from "../cli/support.js"
import * as Readme from "../support/readme.js"

const required = { title: "A title", reward: "0.05" }

describe("the settings of task.json", () => {
  it("are all that decodeTask knows", () => {
    const unknown = Either.flip(Batch.decodeTask({ ...required, "": 1 })).pipe(Either.getOrThrow)
    expect(unknown).toHaveLength(1)
    for (const { name } of Batch.settings) {
      const faults = Either.match(Batch.decodeTask({ ...required, [name]: {} }), {
        onLeft: (all) => all,
        onRight: () => []
      })
      expect(faults.map(({ message }) => message).join()).not.toContain("is no setting")
    }
  })

  it("have the defaults that are said of them", () => {
    const defaults = Batch.settings.flatMap(
      ({ byDefault, name }): ReadonlyArray<[string, unknown]> =>
        /^[a-z]/.test(byDefault) && byDefault !== "" ? [] : [[name, JSON.parse(byDefault)]]
    )
    expect(Batch.decodeTask({ ...required, ...Object.fromEntries(defaults) })).toEqual(Batch.decodeTask(required))
    expect(defaults).toHaveLength(Batch.settings.length - 6)
  })

  it("are in README as they are in crowd init --help", () => {
    for (const { about, byDefault, name } of Batch.settings) {
      const value = /^[a-z]/.test(byDefault) ? byDefault : `\`${byDefault}\``
      expect(Readme.text.replace(/ +/g, " ")).toContain(`| \`${name}\` | ${value} | ${about} |\n`)
    }
  })

  it.live("are in crowd init --help, each with its default", () =>
    Effect.gen(function* () {
      const { code, out } = yield* crowd(["init", "--help"])
      expect(code).toBe(0)
      for (const { about, byDefault, name } of Batch.settings) {
        expect(out.replace(/ +/g, " ").split("\n")).toContain(` ${name} ${byDefault} ${about}`)
      }
      expect(out.split("\n").filter(({ length }) => length > 130)).toEqual([])
      expect((yield* crowd(["plan", "--help"])).out).not.toContain("unitsPerAssignment")
    })
  )
})
