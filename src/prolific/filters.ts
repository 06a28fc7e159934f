/** What a task asks of its workers, as filters of a study. */
import * as Request from "@effect/platform/HttpClientRequest"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import type { ProviderError } from "../CrowdError.js"
import type { QualificationRequirement, Task } from "../TaskRuns.js"
import type { Crowd } from "./crowd.js"
import { failure, toProviderError } from "./errors.js"
import { blocked, softRejected } from "./groups.js"
import type { RangeFilter, SelectFilter } from "./protocol.js"
import { groupFor } from "./qualifications.js"
import * as replies from "./replies.js"

type Filter = SelectFilter | RangeFilter

const prefix = "prolific:"

/** A requirement of this name is one of Prolific's own filters, by its id or title; nothing is known of it here. */
export const enforces = (name: string): boolean => name.startsWith(prefix)

const method = "get-filters"

const wrong = (name: string, why: string) => failure("Rejected", method, `${name}: ${why}`)

const known = ({ client, workspace }: Crowd) =>
  Effect.flatMap(workspace, (workspace_id) =>
    client
      .call(method, Request.get("/api/v1/filters/", { urlParams: { workspace_id } }), replies.listOf(replies.Filter))
      .pipe(
        Effect.mapError(toProviderError),
        Effect.map(({ results }) => results)
      )
  )

/** The key of a choice, by itself or by its words; some filters take ids that they do not list. */
const choiceOf = ({ choices, title }: replies.Filter, value: string): Effect.Effect<string, ProviderError> => {
  const keys = Object.keys(choices)
  const found = keys.length === 0 || keys.includes(value) ? value : keys.find((key) => choices[key] === value)
  const some = keys.slice(0, 10).map((key) => `${key} (${choices[key]})`)
  return found === undefined
    ? wrong(prefix + title, `"${value}" is none of its choices, such as ${some.join(", ")}`)
    : Effect.succeed(found)
}

const selected = (filter: replies.Filter, asked: ReadonlyArray<QualificationRequirement>) =>
  Effect.forEach(asked, ({ comparator, name, value, values }) =>
    comparator === "equal" || comparator === "in"
      ? Effect.map(
          Effect.forEach(values ?? [value], (one) => choiceOf(filter, String(one))),
          (selected_values): SelectFilter => ({ filter_id: filter.filter_id, selected_values })
        )
      : wrong(name, `is a list of choices, for the comparators "equal" and "in", not "${comparator}"`)
  )

const isWithin = ({ max, min }: replies.Filter, value: number): boolean =>
  [min, max].every((bound, at) => {
    const limit = bound._tag === "Some" && typeof bound.value === "number" ? bound.value : undefined
    return limit === undefined || (at === 0 ? value >= limit : value <= limit)
  })

/** All that is asked of one range makes one filter. */
const ranged = (filter: replies.Filter, asked: ReadonlyArray<QualificationRequirement>) =>
  Effect.reduce(
    asked,
    { filter_id: filter.filter_id, selected_range: {} },
    (so: RangeFilter, { comparator, name, value }) => {
      if (!isWithin(filter, value)) return wrong(name, `${value} is outside of its range`)
      const range = so.selected_range
      switch (comparator) {
        case "equal":
          return Effect.succeed({ ...so, selected_range: { lower: value, upper: value } })
        case "greater_than_or_equal":
          return Effect.succeed({ ...so, selected_range: { ...range, lower: value } })
        case "less_than_or_equal":
          return Effect.succeed({ ...so, selected_range: { ...range, upper: value } })
        default:
          return wrong(
            name,
            `is a range, for "equal", "greater_than_or_equal" and "less_than_or_equal", not "${comparator}"`
          )
      }
    }
  )

const theirs = (crowd: Crowd, asked: ReadonlyArray<QualificationRequirement>) =>
  Effect.flatMap(asked.length === 0 ? Effect.succeed([]) : known(crowd), (all) =>
    Effect.forEach(
      Object.entries(Arr.groupBy(asked, ({ name }) => name)),
      ([name, requirements]): Effect.Effect<ReadonlyArray<Filter>, ProviderError> => {
        const asked = name.slice(prefix.length)
        const filter = all.find(({ filter_id }) => filter_id === asked) ?? all.find(({ title }) => title === asked)
        if (filter === undefined) return wrong(name, "there is no filter of this name in the workspace")
        return filter.type === "select"
          ? selected(filter, requirements)
          : Effect.map(ranged(filter, requirements), Arr.of)
      }
    )
  )

/**
 * Prolific's own filters, checked against its list; the groups of our qualifications; and whom the study excludes from the
 * start: who is blocked, and whose work was paid for and not wanted.
 */
export const filtersOf = (
  crowd: Crowd,
  { qualifications }: Task
): Effect.Effect<ReadonlyArray<Filter>, ProviderError> =>
  Effect.gen(function* () {
    const [ours, prolifics] = Arr.partition(qualifications, ({ name }) => enforces(name))
    const [needed, unwanted] = Arr.partition(ours, ({ comparator }) => comparator === "does_not_exist")
    const allowed = yield* Effect.forEach(needed, (requirement) => groupFor(crowd, requirement))
    const without = yield* Effect.forEach(unwanted, (requirement) =>
      groupFor(crowd, { ...requirement, comparator: "exists" })
    )
    const excluded = [yield* blocked(crowd), yield* softRejected(crowd), ...without]
    return [
      ...(yield* theirs(crowd, prolifics)).flat(),
      ...allowed.map((group) => ({ filter_id: "participant_group_allowlist", selected_values: [group] })),
      { filter_id: "participant_group_blocklist", selected_values: excluded }
    ]
  })
