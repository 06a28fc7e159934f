import { describe, expect, it } from "vitest"
import { type Guest, make } from "../../src/mturk/internal/slots.js"

/** Six guests for two places, in the order in which they come. */
const six = () => {
  const slots = make(2)
  const begun: Array<number> = []
  const guests = Array.from({ length: 6 }, (_, i) => {
    const guest = slots.guest()
    guest.enter(() => begun.push(i))
    return guest
  })
  return { slots, begun, leave: (i: number) => guests[i]?.leave() }
}

describe("slots", () => {
  it("let in so many at once, and the others in the order in which they came", () => {
    const { begun, leave } = six()
    expect(begun).toEqual([0, 1])
    leave(1)
    expect(begun).toEqual([0, 1, 2])
    leave(2)
    leave(0)
    expect(begun).toEqual([0, 1, 2, 3, 4])
  })

  it("are not lost with one who leaves while waiting, or twice", () => {
    const { begun, leave, slots } = six()
    leave(2)
    leave(0)
    leave(0)
    expect(begun).toEqual([0, 1, 3])
    for (const i of [1, 3, 4, 5, 5]) leave(i)
    const entered: Array<string> = []
    for (const name of ["a", "b", "c"]) slots.guest().enter(() => entered.push(name))
    expect(entered).toEqual(["a", "b"])
  })

  it("let one leave as soon as it is let in", () => {
    const slots = make(1)
    const [first, second, third] = [slots.guest(), slots.guest(), slots.guest()]
    const entered: Array<string> = []
    const passing = (guest: Guest, name: string) => () => {
      entered.push(name)
      guest.leave()
    }
    first.enter(() => entered.push("first"))
    second.enter(passing(second, "second"))
    third.enter(passing(third, "third"))
    first.leave()
    expect(entered).toEqual(["first", "second", "third"])
  })

  it("stay cheap, and are kept to, with very many who wait", async () => {
    const slots = make(4)
    let [now, most] = [0, 0]
    const work = () =>
      new Promise<void>((done) => {
        const guest = slots.guest()
        guest.enter(() => {
          most = Math.max(most, ++now)
          queueMicrotask(() => {
            now--
            guest.leave()
            done()
          })
        })
      })
    await Promise.all(Array.from({ length: 20_000 }, work))
    expect({ most, now }).toEqual({ most: 4, now: 0 })
  })
})
