/** Who may take part: the filters there are, and whether somebody passes those of a study, asked anew each time. */

import { ok, operation } from "./operations.js"
import type { CompositeFilter, CreateStudy, RangeFilter, SelectFilter } from "./protocol.js"
import { refuseUnless } from "./refusals.js"
import type { ParticipantRow, StudyRow, World } from "./world.js"

const select = (id: string, title: string, choices: Record<string, string>) => ({
  filter_id: id,
  title,
  description: title,
  type: "select",
  question: `${title}?`,
  choices,
  data_type: "ChoiceID"
})

const ofIds = (id: string, kind: "ParticipantGroupID" | "ParticipantID" | "StudyID") => ({
  filter_id: id,
  title: id,
  description: id,
  type: "select",
  question: "",
  choices: {},
  data_type: kind
})

const range = (id: string, title: string, min: number, max: number) => ({
  filter_id: id,
  title,
  description: title,
  type: "range",
  question: `${title}?`,
  min,
  max,
  data_type: "integer"
})

const filters = [
  range("age", "Age", 18, 100),
  range("approval_rate", "Approval rate", 0, 100),
  range("approval_numbers", "Number of previous submissions", 0, 10_000),
  select("sex", "Sex", { 0: "Male", 1: "Female" }),
  select("current-country-of-residence", "Current country of residence", {
    0: "United Kingdom",
    1: "United States",
    2: "Germany"
  }),
  select("fluent-languages", "Fluent languages", { 19: "English", 20: "German" }),
  ofIds("participant_group_allowlist", "ParticipantGroupID"),
  ofIds("participant_group_blocklist", "ParticipantGroupID"),
  ofIds("custom_allowlist", "ParticipantID"),
  ofIds("custom_blocklist", "ParticipantID"),
  ofIds("previous_studies_blocklist", "StudyID")
]

export type Filter = NonNullable<NonNullable<CreateStudy["filters"]>[number]>

const isComposite = (filter: Filter): filter is CompositeFilter => "selected_filters" in filter

const isRange = (filter: RangeFilter | SelectFilter): filter is RangeFilter => "selected_range" in filter

/** Refuses a filter that there is not, and values that it does not have. */
export const checkFilter = (world: World, filter: Filter): void => {
  if (isComposite(filter)) {
    for (const part of filter.selected_filters) checkFilter(world, part)
    return
  }
  const found = filters.find(({ filter_id }) => filter_id === filter.filter_id)
  refuseUnless(found !== undefined, { filters: [`Filter ${filter.filter_id} does not exist.`] })
  if (isRange(filter)) {
    refuseUnless(found.type === "range", { filters: [`${filter.filter_id} takes values, not a range.`] })
    return
  }
  refuseUnless(found.type === "select", { filters: [`${filter.filter_id} takes a range.`] })
  for (const value of filter.selected_values) {
    const isThere =
      found.data_type === "ChoiceID"
        ? "choices" in found && Object.keys(found.choices).includes(value)
        : found.data_type !== "ParticipantGroupID" || world.groups.get(value)?.isDeleted === false
    refuseUnless(isThere, { filters: [`${value} is no value of ${filter.filter_id}.`] })
  }
}

/** People may choose from a list of ids: how each is decided. */
const byIds: Readonly<Record<string, (world: World, id: string, values: ReadonlyArray<string>) => boolean>> = {
  participant_group_allowlist: (world, id, values) => values.some((group) => isMember(world, group, id)),
  participant_group_blocklist: (world, id, values) => !values.some((group) => isMember(world, group, id)),
  custom_allowlist: (_, id, values) => values.includes(id),
  custom_blocklist: (_, id, values) => !values.includes(id),
  previous_studies_blocklist: (world, id, values) =>
    ![...world.submissions.values()].some((row) => row.participant === id && values.includes(row.study.id))
}

const isMember = (world: World, group: string, participant: string): boolean =>
  world.groups.get(group)?.members.has(participant) === true

const passes = (world: World, filter: Filter, { answers, id }: ParticipantRow): boolean => {
  if (isComposite(filter)) {
    const each = (part: Filter) => passes(world, part, { answers, id, isTest: false })
    return filter.filter_id === "and" ? filter.selected_filters.every(each) : filter.selected_filters.some(each)
  }
  const answer = answers[filter.filter_id]
  if (isRange(filter)) {
    const { lower, upper } = filter.selected_range
    return (
      answer !== undefined && Number(answer) >= Number(lower ?? answer) && Number(answer) <= Number(upper ?? answer)
    )
  }
  const decide = byIds[filter.filter_id]
  return decide === undefined
    ? answer !== undefined && filter.selected_values.includes(String(answer))
    : decide(world, id, filter.selected_values)
}

export const isEligible = (world: World, study: StudyRow, participant: ParticipantRow): boolean =>
  study.isTest === participant.isTest &&
  (study.fields.filters ?? []).every((filter) => passes(world, filter, participant))

export const filterOperations = [
  operation("GET /api/v1/filters/", () => ok({ results: filters, _links: {}, meta: { count: filters.length } }))
]
