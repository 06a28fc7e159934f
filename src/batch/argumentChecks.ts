/** What is asked for is checked here, once for every crowd, before anything is written down. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { CurrencyNotPaid, type Fault, type InvalidInput, SettingNotKept } from "../CrowdError.js"
import type { Driver, Limit } from "../Driver.js"
import { lineFault, proseFault } from "../internal/text.js"
import { folder, type Media } from "../Media.js"
import { type Currency, format, Money, mostMinor } from "../Money.js"
import type { Inputs, QualificationRequirement, Task } from "../TaskRuns.js"
import * as Faults from "./faults.js"
import { taskFaults } from "./taskFile.js"

const isMoney = Schema.is(Money)

const failIfAny = (path: string, faults: ReadonlyArray<Fault>): Effect.Effect<void, InvalidInput> =>
  Faults.failIfAny(path, Faults.addAll(Faults.none, faults))

const faultsOf = (what: string, wrong: string | undefined): ReadonlyArray<Fault> =>
  wrong === undefined ? [] : [Faults.fault(what, wrong)]

const ifBlank = (text: string, advice: string): string | undefined => (text.trim() === "" ? advice : undefined)

const reasonFaults = (reason: string): ReadonlyArray<Fault> =>
  faultsOf("reason", proseFault(reason) ?? ifBlank(reason, "is empty; say what it is for"))

const amountFaults = (amount: Money): ReadonlyArray<Fault> => {
  if (!isMoney(amount)) return [Faults.fault("amount", "is no whole number of minor units of a currency")]
  if (amount.minor === 0) return [Faults.fault("amount", "is zero; a bonus is one minor unit or more")]
  return tooMuch("amount", amount)
}

const tooMuch = (what: string, amount: Money): ReadonlyArray<Fault> =>
  amount.minor > mostMinor
    ? [Faults.fault(what, `is ${format(amount)}; at most ${format({ ...amount, minor: mostMinor })} is paid at once`)]
    : []

const inexact = "comes to more than can be counted exactly"

/** Fails where what the run has cost and this would be more than is counted exactly. */
export const sum = (spent: number, more: number): Effect.Effect<void, InvalidInput> =>
  failIfAny(
    "bonus",
    Number.isSafeInteger(spent + more) ? [] : [Faults.fault("amount", `with what the run has cost ${inexact}`)]
  )

/** What is wrong with a task for so many rows: twice the rewards leaves room for fees. */
export const sumFaults = ({ reward, unitsPerAssignment }: Task, rows: number): ReadonlyArray<Fault> =>
  Number.isSafeInteger(2 * reward.minor * unitsPerAssignment * rows)
    ? []
    : [Faults.fault("task", `reward of ${rows} rows with ${unitsPerAssignment} units each ${inexact}`)]

/** Fails unless there is something to pay, and a reason. */
export const bonus = ({
  amount,
  reason
}: {
  readonly amount: Money
  readonly reason: string
}): Effect.Effect<void, InvalidInput> => failIfAny("bonus", [...amountFaults(amount), ...reasonFaults(reason)])

/** Fails where a block has no reason. */
export const block = (reason: string): Effect.Effect<void, InvalidInput> => failIfAny("block", reasonFaults(reason))

const nameFaults = (name: string): ReadonlyArray<Fault> =>
  faultsOf("name", lineFault(name) ?? ifBlank(name, "is empty; name the batch, so that its run is found again"))

/** Fails where a qualification has no name, or text that cannot be kept. */
export const qualification = (name: string, description: string): Effect.Effect<void, InvalidInput> =>
  failIfAny("qualification", [
    ...faultsOf("name", lineFault(name) ?? ifBlank(name, "is empty; name what it stands for")),
    ...faultsOf("description", proseFault(description))
  ])

/** Fails unless the value is a whole number. */
export const standing = (value: number): Effect.Effect<void, InvalidInput> =>
  failIfAny(
    "qualification",
    Number.isSafeInteger(value) ? [] : [Faults.fault("value", `is ${value}; write a whole number`)]
  )

/** What is wrong with a batch but for its data. */
export const settingFaults = ({ name, task }: { readonly name: string; readonly task: Task }): ReadonlyArray<Fault> => [
  ...nameFaults(name),
  ...taskFaults(task).map(({ message, path }) => Faults.fault("task", `${path.join(".")} ${message}`)),
  ...tooMuch("task reward", task.reward)
]

/** Fails where the batch has no name, or its task could not be written down. */
export const settings = (batch: { readonly name: string; readonly task: Task }): Effect.Effect<void, InvalidInput> =>
  failIfAny("batch", settingFaults(batch))

/** Fails where the batch has files of its own and the crowd has no place for them. */
export const media = (
  { carriesPages = false, provider }: Pick<Driver, "carriesPages" | "provider">,
  batch: { readonly name: string; readonly media: ReadonlyArray<Media> }
): Effect.Effect<void, InvalidInput> =>
  failIfAny(
    batch.name,
    carriesPages && batch.media.length > 0
      ? [
          Faults.fault(
            folder,
            `cannot go to ${provider}, which is sent each page whole and no files; serve the tasks from a page of yours (--question-url), or put the files on a server and name them by https addresses`
          )
        ]
      : []
  )

/** Fails where the crowd would refuse the page of a row. */
export const pages = (
  { pageFault }: Pick<Driver, "pageFault">,
  {
    name,
    rows,
    task,
    template
  }: {
    readonly name: string
    readonly task: Task
    readonly template: string
    readonly rows: Stream.Stream<Inputs, InvalidInput>
  }
): Effect.Effect<void, InvalidInput> => {
  if (pageFault === undefined) return Effect.void
  const faultOf = pageFault({ template, task })
  return rows.pipe(
    Stream.zipWithIndex,
    Stream.runFold(Faults.none, (faults, [inputs, index]) => {
      const wrong = faultOf(inputs)
      return wrong === undefined ? faults : Faults.addAll(faults, [Faults.fault(`row ${index + 1}`, wrong)])
    }),
    Effect.flatMap((faults) => Faults.failIfAny(name, faults))
  )
}

/** Fails unless the crowd pays in this currency. */
export const currency = (
  { currencies, provider }: Pick<Driver, "currencies" | "provider">,
  wanted: Currency
): Effect.Effect<void, CurrencyNotPaid> =>
  currencies === undefined || currencies.includes(wanted)
    ? Effect.void
    : new CurrencyNotPaid({ provider, currency: wanted, paid: currencies })

/**
 * Fails where a limit of the task is kept by nobody: not by the crowd, and not by us, who see nobody arrive where the
 * crowd carries the pages.
 */
export const limits = (
  {
    carriesPages = false,
    enforces,
    offers,
    provider
  }: Pick<Driver, "carriesPages" | "enforces" | "offers" | "provider">,
  { maxUnitsPerWorker, qualifications, unitsPerAssignment }: Task
): Effect.Effect<void, SettingNotKept> => {
  const isKept = (limit: Limit) => !carriesPages || offers.keeps?.includes(limit) === true
  const refuse = (setting: SettingNotKept["setting"]) => new SettingNotKept({ provider, setting })
  if (unitsPerAssignment > 1 && !isKept("differentPeople")) return refuse("unitsPerAssignment")
  if (Option.isSome(maxUnitsPerWorker) && !isKept("unitsPerWorker")) return refuse("maxUnitsPerWorker")
  const isOurs = ({ name }: QualificationRequirement) => enforces?.(name) !== true
  return qualifications.some(isOurs) && !isKept("qualifications") ? refuse("qualifications") : Effect.void
}
