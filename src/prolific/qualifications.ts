/** Qualifications by participant groups: Prolific keeps no values, so each value that a task asks for has a group. */
import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import * as Struct from "effect/Struct"
import type { ProviderError, StoreError } from "../CrowdError.js"
import { type GrantOrder, type Outward, oneByOne, type QualificationsDriver, receipt } from "../Driver.js"
import { satisfies } from "../provider/eligibility.js"
import { pages } from "../store/pages.js"
import * as tables from "../store/tables.js"
import type { QualificationRequirement } from "../TaskRuns.js"
import type { Crowd } from "./crowd.js"
import { failure, provider } from "./errors.js"
import { addTo, ensure, type Group, groups, prefix, remove, removeFrom } from "./groups.js"

const nameOf = (qualification: string): string => `${prefix}: ${qualification}`

const signs = {
  equal: "=",
  not_equal: "<>",
  less_than: "<",
  less_than_or_equal: "<=",
  greater_than: ">",
  greater_than_or_equal: ">=",
  in: "in",
  not_in: "not in"
} as const

type Comparator = keyof typeof signs

const comparators = Struct.keys(signs)

/** A requirement that a group stands for: those who satisfy it are in it. */
type Asked = Omit<QualificationRequirement, "comparator"> & { readonly comparator: Comparator }

const numbersOf = ({ value, values }: Asked): ReadonlyArray<number> =>
  values === undefined ? [value] : values.filter(Predicate.isNumber)

/** Such as `effect-crowd asks >= 80: reading`; the qualification's name comes last, for it may be any text. */
export const nameOfAsked = (asked: Asked): string =>
  `${prefix} asks ${signs[asked.comparator]} ${numbersOf(asked).join(",")}: ${asked.name}`

const shape = new RegExp(`^${prefix} asks (\\D+) (-?\\d+(?:,-?\\d+)*): (.+)$`, "s")

/** What a group of such a name stands for. */
export const askedBy = ({ name }: Pick<Group, "name">): Option.Option<Asked> => {
  const [, sign, numbers = "", qualification = ""] = shape.exec(name) ?? []
  const comparator = comparators.find((one) => signs[one] === sign)
  if (comparator === undefined) return Option.none()
  const values = numbers.split(",").map(Number)
  const [value = 0] = values
  return Option.some({
    name: qualification,
    comparator,
    value,
    ...(comparator === "in" || comparator === "not_in" ? { values } : {})
  })
}

/** The groups that stand for what was asked of this qualification, each with whether somebody of this value is in it. */
const askedOf = (crowd: Crowd, qualification: string, value: Option.Option<number>) =>
  groups(crowd).pipe(
    Stream.filterMap((group) =>
      Option.map(
        Option.filter(askedBy(group), ({ name }) => name === qualification),
        (asked) => ({ group: group.id, isIn: satisfies(value, asked) })
      )
    ),
    Stream.runCollect
  )

/** Puts a worker of this value into the groups where they belong, and takes them out of the others. */
const place = (crowd: Crowd, qualification: string, worker: string, value: Option.Option<number>) =>
  Effect.flatMap(askedOf(crowd, qualification, value), (found) =>
    Effect.forEach(
      found,
      ({ group, isIn }) => (isIn ? addTo(crowd, group, [worker]) : removeFrom(crowd, group, worker)),
      { discard: true }
    )
  )

const groupOf = ({ qualification }: GrantOrder): Effect.Effect<string, ProviderError> =>
  Option.match(qualification.remoteId, {
    onNone: () => failure("Rejected", "grant", `Prolific has no group of ${qualification.name}`),
    onSome: Effect.succeed
  })

/** Added or removed twice is the same as once. */
const changing = (
  { concurrency }: Crowd,
  send: (order: GrantOrder, group: string) => Effect.Effect<void, ProviderError>
): Outward<GrantOrder, ProviderError> =>
  oneByOne({
    concurrency,
    repeatableFor: Duration.infinity,
    send: ({ order }) =>
      Effect.as(
        Effect.flatMap(groupOf(order), (group) => send(order, group)),
        receipt()
      )
  })

export const qualifications = (crowd: Crowd): QualificationsDriver => ({
  create: (name, description) => Effect.asSome(ensure(crowd, nameOf(name), description || name)),
  delete: ({ name, remoteId }) =>
    Effect.gen(function* () {
      const asked = yield* askedOf(crowd, name, Option.none())
      const all = [...Option.toArray(remoteId), ...Chunk.map(asked, ({ group }) => group)]
      yield* Effect.forEach(all, (group) => remove(crowd, group), { discard: true })
    }),
  grant: changing(crowd, ({ qualification, value, worker }, group) =>
    Effect.zipRight(
      addTo(crowd, group, [worker.name]),
      place(crowd, qualification.name, worker.name, Option.some(value))
    )
  ),
  revoke: changing(crowd, ({ qualification, worker }, group) =>
    Effect.zipRight(removeFrom(crowd, group, worker.name), place(crowd, qualification.name, worker.name, Option.none()))
  )
})

/** The workers who satisfy it by our own record, in pages. */
const satisfying = ({ store }: Crowd, asked: Asked): Stream.Stream<ReadonlyArray<string>, StoreError> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const where = { provider, name: asked.name }
      const [known] = yield* store.page(tables.qualifications, { where, limit: 1 })
      if (known === undefined) return Stream.empty
      return pages(store, tables.grants, { where: { qualification: known.id }, limit: 100 }).pipe(
        Stream.filter(({ value }) => satisfies(value, asked)),
        Stream.grouped(100),
        Stream.mapEffect((grants) =>
          store.getAll(
            tables.workers,
            Chunk.toReadonlyArray(grants).map(({ worker }) => worker)
          )
        ),
        Stream.map((workers) => workers.map(({ name }) => name))
      )
    })
  )

const isAsked = (requirement: QualificationRequirement): requirement is Asked =>
  requirement.comparator !== "exists" && requirement.comparator !== "does_not_exist"

/**
 * The group of those who satisfy the requirement, found or made: whoever does by then is in it, and others as they are
 * granted it. Of `does_not_exist` it is the group of those who do not.
 */
export const groupFor = (crowd: Crowd, requirement: QualificationRequirement): Effect.Effect<string, ProviderError> =>
  Effect.gen(function* () {
    const { name } = requirement
    if (!isAsked(requirement)) return yield* ensure(crowd, nameOf(name), name)
    const group = yield* ensure(crowd, nameOfAsked(requirement), `Whose ${name} is as asked for.`)
    yield* satisfying(crowd, requirement).pipe(
      Stream.runForEach((workers) => addTo(crowd, group, workers)),
      Effect.catchTag("StoreError", (error) => failure("Unavailable", "setup", error.message, error))
    )
    return group
  })
