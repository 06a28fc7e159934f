import { readFileSync } from "node:fs"
import { describe, expect, it, layer as share } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { sign } from "../../src/internal/signature.js"
import * as Local from "../../src/Local.js"
import { confusables } from "../../src/local/confusables.js"
import { skeletons } from "../../src/local/lookalikes.js"
import { checked, cookieOf, keyOf, otherKeysOf, provenBy } from "../../src/local/names.js"
import * as Store from "../../src/Store.js"
import * as SqlStore from "../../src/store/SqlStore.js"
import { make, refusal } from "../../src/testing/suites/kit.js"
import * as postgres from "../support/postgres.js"
import * as sqlite from "../support/sqlite.js"
import { from, secret, withCookie } from "./visits.js"

const nobody = from("192.0.2.1")

describe("a name", () => {
  it.each([
    ["Ada", "Ada"],
    ["  Ada Lovelace\n", "Ada Lovelace"],
    ["Zoe\u0308", "Zoë"],
    ["王小明", "王小明"],
    ["👩‍🚀", "👩‍🚀"],
    ["Ольга 7", "Ольга 7"],
    ["Δημήτρης", "Δημήτρης"],
    ["Yuki 雪", "Yuki 雪"],
    ["worker 7", "worker 7"],
    ["👍".repeat(40), "👍".repeat(40)],
    ["<b>&amp;", "<b>&amp;"],
    ["ゆき 雪 ユキ", "ゆき 雪 ユキ"],
    ["김 民 Kim", "김 民 Kim"],
    ["王ㄨㄤˊ", "王ㄨㄤˊ"],
    ["नेहा १", "नेहा १"],
    ["محمد ٥", "محمد ٥"],
    ["𐌰𐌳𐌰", "𐌰𐌳𐌰"]
  ])("%j is kept as %j", (given, kept) => {
    expect(checked(given)).toEqual(Either.right(kept))
  })

  it.each([
    ["", "nothing to read"],
    [" \t ", "nothing to read"],
    ["\u200b\u2060", "nothing to read"],
    ["a".repeat(41), "longer than 40"],
    ["a\u0000b", "control"],
    ["a\u001b[31mb", "control"],
    ["a\nb", "control"],
    ["a\u2028b", "control"],
    ["abc\u202edef", "control"],
    ["abc\u2066def", "control"],
    ["a\ud800b", "control"],
    ["192.0.2.1", "address"],
    ["2001:db8::/64", "address"],
    ["p_0123456789abcdef", "address"],
    ["１９２.0.2.1", "address"],
    ["worker_0123", "worker_ or agent_"],
    ["Agent_7", "worker_ or agent_"],
    ["ｗｏｒｋｅｒ＿1", "worker_ or agent_"],
    ["Аda", "Latin and Cyrillic"],
    ["Αda", "Latin and Greek"],
    ["Ола\u03a9", "Greek and Cyrillic"],
    ["ᎪNNA", "Latin and Cherokee"],
    ["ռina", "Latin and Armenian"],
    ["Ⲧom", "Latin and Coptic"],
    ["Аדם", "Cyrillic and Hebrew"],
    ["Ada\u0665", "Latin and Arabic"],
    ["𐌀da", "Latin and other"],
    ["雪Оля", "Cyrillic and Han"],
    ["Аda Оля Ω", "write all of it in one of them"]
  ])("%j is none: %s", (given, why) => {
    expect(Either.getLeft(checked(given)).pipe(Option.map(({ description }) => description))).toEqual(
      Option.some(expect.stringContaining(why))
    )
  })

  it.each([
    ["Ada", "aDA"],
    ["Straße", "STRASSE"],
    ["ΟΔΟΣ", "οδος"],
    ["Ａｄａ", "Ada"],
    ["Ada  Lovelace", "ada lovelace"],
    ["A\u200dda", "Ada"],
    ["Zoe\u0308", "zoë"],
    ["Оса", "oca"],
    ["ТОМ", "Tom"],
    ["ΤΟΜ", "ТОМ"],
    ["Ёва", "Ëвa"],
    ["аса", "aca"],
    ["ΑΝΝΑ", "Anna"],
    ["ᎪᎪ", "AA"],
    ["ꭺꭺ", "aa"],
    ["օ", "o"],
    ["ⲦⲞⲘ", "tom"],
    ["ꓮꓠꓠꓮ", "anna"],
    ["ПП", "ππ"],
    ["ロ", "口"],
    ["ẞ", "ss"]
  ])("%j is the same as %j", (one, other) => {
    expect(keyOf(one)).toBe(keyOf(other))
  })

  it.each([
    ["νινα", "viva"],
    ["Νινα", "Nina"],
    ["Νινα", "Niva"],
    ["υυ", "uu"],
    ["ոոո", "nnn"],
    ["γαγα", "yaya"],
    ["гггг", "rrrr"]
  ])("%j, as it is written, passes for %j", (one, other) => {
    expect([keyOf(one), ...otherKeysOf(one)]).toContain(keyOf(other))
  })

  it("passes for nothing else where no letter has a look-alike of its own for one of its cases", () => {
    for (const one of ["Ada", "Семён", "Аса", "Δημήτρης"]) expect(otherKeysOf(one)).toEqual([])
  })

  const nothingHidden = FastCheck.fullUnicodeString({ minLength: 1, maxLength: 10 })

  it.prop(
    "has the same key in capitals, in small letters and composed in any way",
    [nothingHidden],
    ([text]) => {
      const key = keyOf(text)
      for (const form of ["NFC", "NFD", "NFKC", "NFKD"]) expect(keyOf(text.normalize(form))).toBe(key)
      expect([keyOf(text.toUpperCase()), keyOf(text.toLowerCase()), keyOf(key)]).toEqual([key, key, key])
    },
    { fastCheck: { numRuns: 2_000 } }
  )

  it.prop(
    "has the key of what looks like it, letter for letter",
    [FastCheck.stringMatching(/^[A-Z]{1,12}$/)],
    ([latin]) => {
      const like = (script: RegExp) =>
        Array.from(
          latin,
          (letter) =>
            [...(new Map(Object.entries(confusables)).get(letter) ?? "")].find((one) => script.test(one)) ?? letter
        ).join("")
      for (const script of [
        /\p{Script=Greek}/u,
        /\p{Script=Cyrillic}/u,
        /\p{Script=Cherokee}/u,
        /\p{Script=Armenian}/u,
        /\p{Script=Coptic}/u
      ]) {
        const keys = skeletons(like(script))
        expect(keys).toContain(latin)
      }
    }
  )

  it("looks, in capitals, like letters that look like no others", () => {
    for (const look of Object.keys(confusables)) expect(keyOf(look)).toBe(look)
  })

  it("has a key of its own among 2,000 common first names, and among all of three letters", () => {
    const names = readFileSync(new URL("firstNames.txt", import.meta.url), "utf8")
      .trim()
      .split("\n")
    expect(names).toHaveLength(2_000)
    expect(new Set(names.map(keyOf)).size).toBe(2_000)
    const letters = "abcdefghijklmnopqrstuvwxyz".split("")
    const words = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => `${a}${b}${c}`)))
    expect(new Set(words.map(keyOf)).size).toBe(26 ** 3)
    for (const name of [...names, ...words]) expect(otherKeysOf(name)).toEqual([])
  })

  it.prop(
    "is read from any text or refused, never thrown at; kept, it is kept again",
    [FastCheck.string16bits()],
    ([text]) => {
      const once = checked(text)
      if (Either.isRight(once)) expect(checked(once.right)).toEqual(once)
      else expect(once.left.message).toContain("cannot be a worker's name")
    }
  )
})

describe("a cookie", () => {
  const names = FastCheck.fullUnicodeString({ minLength: 1, maxLength: 40 })
  const changes = FastCheck.tuple(FastCheck.nat(), FastCheck.constantFrom(..."AZaz09-_.=% é\u0000"))

  const proofs = FastCheck.record({ name: names, generation: FastCheck.nat() })

  it.prop("proves the name it was made for, and needs no quoting", [proofs], ([proof]) => {
    const cookie = cookieOf(secret, proof)
    expect(provenBy(secret, cookie)).toEqual(Option.some(proof))
    expect(cookie).toMatch(/^[\w.-]+$/)
  })

  it.prop(
    "proves nothing with one byte changed, left out or put in",
    [proofs, changes],
    ([proof, [where, byte]]) => {
      const cookie = cookieOf(secret, proof)
      const at = where % cookie.length
      const changed = `${cookie.slice(0, at)}${byte}${cookie.slice(at + 1)}`
      const others = [changed, cookie.slice(0, at), cookie.slice(0, at) + cookie.slice(at + 1), cookie + byte]
      const longer = `${cookie.slice(0, at)}${byte}${cookie.slice(at)}`
      for (const other of [...others, longer].filter((text) => text !== cookie)) {
        expect(provenBy(secret, other)).toEqual(Option.none())
      }
    },
    { fastCheck: { numRuns: 1_000 } }
  )

  it.prop("is nothing when it is any other text", [FastCheck.string16bits()], ([text]) => {
    expect(provenBy(secret, text)).toEqual(Option.none())
    expect(provenBy(secret, `${text}.${sign(secret, [text])}`)).toEqual(Option.none())
  })

  it("proves nothing to another secret, and its signature nothing for another name", () => {
    const ada = cookieOf(secret, { name: "Ada", generation: 0 })
    const [encoded = "", , signature = ""] = ada.split(".")
    const [grace = ""] = cookieOf(secret, { name: "Grace", generation: 0 }).split(".")
    expect(provenBy(secret, `${grace}.0.${signature}`)).toEqual(Option.none())
    expect(provenBy(secret, `${encoded}.1.${signature}`)).toEqual(Option.none())
    expect(provenBy(Redacted.make("another secret of it"), ada)).toEqual(Option.none())
  })
})

describe("new names", () => {
  const here = (options: Local.Options) =>
    Layer.provide(Local.layer({ identify: "name", secret, ...options }), Store.layerMemory)
  const behind = (address: string) => from("10.0.0.1", { headers: { "x-forwarded-for": address } })

  it.effect("are so many from one address in an hour, and as many from another", () =>
    Effect.gen(function* () {
      const local = yield* Local.Local
      for (const name of ["Ada", "Grace"]) yield* local.name(behind("192.0.2.1"), name)
      const refused = yield* refusal(local.name(behind("192.0.2.1"), "Alan"), "TooManyNames")
      expect(refused).toMatchObject({ address: "192.0.2.1", perHour: 2 })
      yield* local.name(behind("192.0.2.2"), "Alan")
      for (const name of ["Kurt", "Emmy"]) yield* local.name(behind(`2001:db8::${name === "Kurt" ? 1 : 2}`), name)
      yield* refusal(local.name(behind("2001:db8::3"), "Alonzo"), "TooManyNames")
      yield* TestClock.adjust("1 hour")
      yield* local.name(behind("192.0.2.1"), "Barbara")
    }).pipe(Effect.provide(here({ namesPerHour: 2, proxies: ["10.0.0.0/8"] })))
  )

  it.effect("are not counted where they are taken already, wrong, or the visitor's own", () =>
    Effect.gen(function* () {
      const local = yield* Local.Local
      const { cookie } = yield* local.name(nobody, "Ada")
      for (let n = 0; n < 5; n++) {
        yield* refusal(local.name(nobody, "ADA"), "NameTaken")
        yield* refusal(local.name(nobody, "worker_1"), "InvalidName")
        yield* local.name(withCookie(cookie), "Ada")
      }
      yield* local.name(nobody, "Grace")
      yield* refusal(local.name(nobody, "Alan"), "TooManyNames")
    }).pipe(Effect.provide(here({ namesPerHour: 2 })))
  )

  it.effect("are a hundred by default, asked for at once or not", () =>
    Effect.gen(function* () {
      const local = yield* Local.Local
      const names = Array.from({ length: 150 }, (_, i) => `Person ${i}`)
      const all = yield* Effect.forEach(names, (name) => Effect.either(local.name(nobody, name)), {
        concurrency: "unbounded"
      })
      expect(all.filter(Either.isRight)).toHaveLength(100)
    }).pipe(Effect.provide(here({})))
  )
})

const kit = make({ arrive: (worker) => Effect.succeed({ worker }) })

/** Local as another process over the same store has it. */
const processLike = Effect.gen(function* () {
  const store = Layer.succeed(Store.Store, yield* Store.Store)
  return yield* Effect.provide(
    Local.Local,
    Layer.provide(Layer.fresh(Local.layer({ identify: "name", secret })), store)
  )
})

const reservations = (name: string, store: Layer.Layer<Store.Store, unknown>) =>
  share(Layer.provideMerge(Local.layer({ identify: "name", secret }), store))(`names over ${name}`, (it) => {
    it.effect("are given first come, first served, whatever their letter case", () =>
      Effect.gen(function* () {
        const local = yield* Local.Local
        expect(local.chooses).toBe(true)
        expect(yield* local.worker(nobody)).toEqual(Option.none())
        const ada = yield* local.name(nobody, " Ada ")
        expect(ada.worker).toBe("Ada")
        expect(yield* local.worker(withCookie(ada.cookie))).toEqual(Option.some("Ada"))
        for (const again of ["Ada", "ADA", "A\u200dda"]) yield* refusal(local.name(nobody, again), "NameTaken")
        yield* refusal(local.name(nobody, "A\nda"), "InvalidName")
      })
    )

    it.effect("that look alike in another script are given once, whoever comes first", () =>
      Effect.gen(function* () {
        const local = yield* Local.Local
        for (const name of ["Toma", "Νινα", "Vinny"]) yield* local.name(nobody, name)
        for (const again of ["ТОМА", "ΤΟΜΑ", "тома", "ꓔꓳꓟꓮ", "Ｔｏｍａ"]) {
          yield* refusal(local.name(nobody, again), "NameTaken")
        }
        for (const again of ["Nina", "NIVA", "viva", "ΝΙΝΑ"]) yield* refusal(local.name(nobody, again), "NameTaken")
        yield* refusal(local.release("Viva"), "NameNotTaken")
        yield* local.name(nobody, "Vava")
        yield* refusal(local.name(nobody, "νανα"), "NameTaken")
        yield* local.name(nobody, "Nana")
      })
    )

    it.effect("are the holder's when asked for again, with the cookie", () =>
      Effect.gen(function* () {
        const local = yield* Local.Local
        const grace = yield* local.name(nobody, "Grace")
        expect(yield* local.name(withCookie(grace.cookie), "Grace")).toEqual(grace)
        expect(yield* local.name(withCookie(grace.cookie), "gRACE")).toEqual(grace)
        const alan = yield* local.name(withCookie(grace.cookie), "Alan")
        yield* refusal(local.name(withCookie(alan.cookie), "Grace"), "NameTaken")
        yield* refusal(local.name(withCookie(`${grace.cookie}A`), "Grace"), "NameTaken")
        expect(yield* local.worker(withCookie(`${grace.cookie}A`))).toEqual(Option.none())
      })
    )

    it.effect("go to one of many who ask at once", () =>
      Effect.gen(function* () {
        const local = yield* Local.Local
        const asked = ["Mary", "MARY", "mary", "Mary "].flatMap((name) => Array.from({ length: 10 }, () => name))
        const answers = yield* Effect.forEach(asked, (one) => Effect.either(local.name(nobody, one)), {
          concurrency: "unbounded"
        })
        expect(answers.filter(Either.isRight)).toHaveLength(1)
        const tags = answers.flatMap((answer) => (Either.isLeft(answer) ? [answer.left._tag] : []))
        expect(new Set(tags)).toEqual(new Set(["NameTaken"]))
      })
    )

    it.effect("are the same worker's after they were freed, and proven to nobody by what proved them before", () =>
      Effect.gen(function* () {
        const local = yield* Local.Local
        const here = yield* processLike
        const there = yield* processLike
        const barbara = yield* here.name(nobody, "Barbara")
        const was = withCookie(barbara.cookie)
        for (const process of [here, there]) expect(yield* process.worker(was)).toEqual(Option.some("Barbara"))
        expect(yield* local.release("bARBARA")).toBe("Barbara")
        expect(yield* local.release("Barbara")).toBe("Barbara")
        expect(yield* local.worker(was)).toEqual(Option.none())
        yield* TestClock.adjust("3 seconds")
        for (const process of [here, there]) expect(yield* process.worker(was)).toEqual(Option.none())

        const again = yield* kit.patient(here.name(was, "BARBARA"))
        expect(again.worker).toBe("Barbara")
        expect(again.cookie).not.toBe(barbara.cookie)
        for (const process of [here, there, local]) {
          expect(yield* process.worker(withCookie(again.cookie))).toEqual(Option.some("Barbara"))
          expect(yield* process.worker(was)).toEqual(Option.none())
          yield* refusal(process.name(was, "Barbara"), "NameTaken")
        }
        yield* refusal(local.release("Nobody"), "NameNotTaken")
      })
    )

    it.effect("that were freed are given to one of many, once no process takes them for anybody's", () =>
      Effect.gen(function* () {
        const local = yield* Local.Local
        const here = yield* processLike
        const alan = yield* here.name(nobody, "Donald")
        expect(yield* here.worker(withCookie(alan.cookie))).toEqual(Option.some("Donald"))
        yield* local.release("Donald")
        const freedAt = yield* Clock.currentTimeMillis
        const asked = Effect.forEach(
          ["Donald", "DONALD", "donald"],
          (name) => Effect.either(local.name(nobody, name)),
          {
            concurrency: "unbounded"
          }
        )
        const answers = yield* kit.patient(asked)
        expect((yield* Clock.currentTimeMillis) - freedAt).toBeGreaterThanOrEqual(5_000)
        expect(answers.filter(Either.isRight).map(({ right }) => right.worker)).toEqual(["Donald"])
        yield* refusal(local.name(nobody, "Donald"), "NameTaken")
      })
    )

    it.effect("cost one row to read in three seconds, however often they are proven", () =>
      Effect.gen(function* () {
        const store = yield* Store.Store
        let reads = 0
        const counted: Store.Service = {
          ...store,
          get: (table, id) =>
            Effect.zipRight(
              Effect.sync(() => reads++),
              store.get(table, id)
            )
        }
        const local = yield* Effect.provideService(processLike, Store.Store, counted)
        const { cookie } = yield* local.name(nobody, "Margaret")
        for (let n = 0; n < 50; n++) yield* local.worker(withCookie(cookie))
        expect(reads).toBe(1)
        yield* TestClock.adjust("3 seconds")
        for (let n = 0; n < 50; n++) yield* local.worker(withCookie(cookie))
        expect(reads).toBe(2)
      })
    )

    it.effect("do not ask where a visit comes from, as long as nobody is kept out", () =>
      Effect.gen(function* () {
        const local = yield* Local.Local
        const { cookie } = yield* local.name({ ...nobody, peer: Option.none() }, "Edsger")
        const visit = { peer: Option.none(), headers: {}, cookie: Option.some(cookie) }
        expect(yield* local.worker(visit)).toEqual(Option.some("Edsger"))
      })
    )
  })

reservations("memory", Store.layerMemory)
reservations("a SQLite file", sqlite.layer())
reservations("Postgres", Layer.provide(SqlStore.layer, postgres.layer))
