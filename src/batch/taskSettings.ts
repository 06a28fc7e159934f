import type { Task } from "../TaskRuns.js"

/**
 * One setting of a `task.json`: its default as it would be written there, or in a word where there is none.
 *
 * @since 0.1.0
 * @category models
 */
export interface Setting {
  readonly name: string
  readonly byDefault: string
  readonly about: string
}

type Said = Omit<Setting, "name">

const said: { readonly [Name in keyof Task | "currency" | "foreign" | "separator"]: Said } = {
  title: { byDefault: "required", about: "What workers read first" },
  reward: { byDefault: "required", about: 'Paid for each accepted unit, as text: "0.05"' },
  currency: { byDefault: '"USD"', about: "Of the reward" },
  description: { byDefault: '""', about: "What workers read before they accept" },
  keywords: { byDefault: "[]", about: "Texts by which workers find the task" },
  duration: { byDefault: '"10 minutes"', about: "How long a worker may hold a unit" },
  lifetime: { byDefault: '"7 days"', about: "How long a unit stays on offer" },
  autoApprovalDelay: { byDefault: '"3 days"', about: "When a submission that nobody decided on is approved" },
  unitsPerAssignment: { byDefault: "1", about: "How many different people answer each row" },
  maxUnitsPerWorker: { byDefault: "no limit", about: "How many units one worker may hold or submit" },
  qualifications: { byDefault: "[]", about: 'What workers must be: [{ "name", "comparator", "value" or "values" }]' },
  markup: { byDefault: "[]", about: "Columns whose values are markup instead of text" },
  style: { byDefault: '"default"', about: '"none" leaves a page without style of its own as it is' },
  permissions: { byDefault: "[]", about: 'What the page asks browsers for: "microphone", "camera"' },
  panel: { byDefault: "none", about: 'How a panel\'s people come and leave: its name, or { "id", "exits", … }' },
  foreign: { byDefault: "not meant", about: '"meant" where {{, {% or crowd- elements are the page\'s own business' },
  separator: { byDefault: "by the name", about: 'Of the columns of the data: ",", ";" or "tab"' }
}

/** @internal */
export const settings: ReadonlyArray<Setting> = Object.entries(said).map(([name, rest]) => ({ name, ...rest }))
