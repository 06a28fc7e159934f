/** Whether the fields of a study are ones that the API takes. */

import { checkFilter } from "./filters.js"
import type { BaseStudy, CreateStudy } from "./protocol.js"
import { known, refuseUnless } from "./refusals.js"
import type { StudyRow, World } from "./world.js"

const minutesOfDay = 24 * 60

/** The stricter of the two bounds that are told (FACTS §2, maximum_allowed_time). */
export const leastAllowedTime = (estimated: number): number => Math.ceil(2 + 2 * estimated + 2 * Math.sqrt(estimated))

const isWhole = (value: number): boolean => Number.isSafeInteger(value) && value > 0

const checkTimes = ({ estimated_completion_time: estimated, maximum_allowed_time: allowed }: CreateStudy): void => {
  refuseUnless(estimated > 0, { estimated_completion_time: ["Must be positive."] })
  if (allowed === undefined) return
  refuseUnless(allowed >= leastAllowedTime(estimated), {
    maximum_allowed_time: [`Must be at least ${leastAllowedTime(estimated)}.`]
  })
  refuseUnless(allowed < minutesOfDay, { maximum_allowed_time: ["Must be less than a day."] })
}

const checkCodes = (world: World, { completion_codes = [] }: CreateStudy): void => {
  const codes = completion_codes.map(({ code }) => code)
  refuseUnless(new Set(codes).size === codes.length, { completion_codes: ["Codes must be unique."] })
  for (const { actions, code } of completion_codes) {
    const names = actions.map(({ action }) => action)
    refuseUnless(!(names.includes("MANUALLY_REVIEW") && names.includes("AUTOMATICALLY_APPROVE")), {
      completion_codes: ["A code is reviewed or approved by itself, not both."]
    })
    refuseUnless(code !== null || (codes.length === 1 && names.length === 0), {
      completion_codes: ["Only a code that is alone and does nothing may be null."]
    })
    for (const action of actions) {
      if ("participant_group" in action) known(world.groups.get(action.participant_group))
    }
  }
}

export const checkDraft = (world: World, fields: CreateStudy): void => {
  refuseUnless(fields.name.trim() !== "", { name: ["This field may not be blank."] })
  refuseUnless(isWhole(fields.reward), { reward: ["A valid integer is required."] })
  refuseUnless(isWhole(fields.total_available_places), { total_available_places: ["A valid integer is required."] })
  refuseUnless(URL.canParse(fields.external_study_url), { external_study_url: ["Enter a valid URL."] })
  refuseUnless(fields.is_external_study_url_secure !== true || world.switches.secureLinks, {
    is_external_study_url_secure: ["Not enabled for this workspace."]
  })
  checkTimes(fields)
  checkCodes(world, fields)
  for (const filter of fields.filters ?? []) checkFilter(world, filter)
}

/** What may still change once a study is published (FACTS §3.1). */
const editable: ReadonlyArray<string> = ["internal_name", "total_available_places", "submissions_config"]

export const checkPublished = (study: StudyRow, changes: BaseStudy): void => {
  for (const name of Object.keys(changes)) {
    refuseUnless(editable.includes(name), { [name]: ["Cannot be changed once the study is published."] })
  }
  refuseUnless((changes.total_available_places ?? Number.POSITIVE_INFINITY) >= study.fields.total_available_places, {
    total_available_places: ["Places can only be increased."]
  })
}
