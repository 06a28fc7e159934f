/** What a requester asked for and cannot have. */
import * as Schema from "effect/Schema"
import * as Ids from "../Ids.js"
import * as Money from "../Money.js"

/**
 * The requester cannot pay for it. Nothing was sent.
 *
 * @since 0.1.0
 * @category errors
 */
export class InsufficientFunds extends Schema.TaggedError<InsufficientFunds>("effect-crowd/InsufficientFunds")(
  "InsufficientFunds",
  {
    needed: Money.Money,
    available: Money.Money,
    /**
     * Of a launch that was not begun: how many units were sent before, how many were to be sent now, and how many of
     * those the money buys.
     */
    launch: Schema.optionalWith(Schema.Struct({ sent: Schema.Int, toSend: Schema.Int, affordable: Schema.Int }), {
      exact: true
    })
  }
) {
  override get message() {
    const needed = `${Money.format(this.needed)} needed`
    const available = `${Money.format(this.available)} available`
    if (this.launch === undefined) return `Not enough money: ${needed}, ${available}. Nothing was sent; add funds.`
    const { affordable, sent, toSend } = this.launch
    const before = sent === 0 ? "Nothing was sent" : `${sent} were sent before, and nothing now`
    return `Not enough money: ${needed} for ${toSend} units, ${available}, which buys ${affordable}. ${before}; add funds or launch fewer units.`
  }
}

/**
 * What a worker should be told with a decision cannot be. Nothing was decided.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidFeedback extends Schema.TaggedError<InvalidFeedback>("effect-crowd/InvalidFeedback")(
  "InvalidFeedback",
  { description: Schema.String }
) {
  override get message() {
    return `This feedback cannot be given: ${this.description}. Nothing was decided.`
  }
}

/**
 * An amount in a currency that is not paid here: the crowd pays in others, or the run is accounted in another one.
 *
 * @since 0.1.0
 * @category errors
 */
export class CurrencyNotPaid extends Schema.TaggedError<CurrencyNotPaid>("effect-crowd/CurrencyNotPaid")(
  "CurrencyNotPaid",
  { provider: Schema.String, currency: Schema.String, paid: Schema.NonEmptyArray(Schema.String) }
) {
  override get message() {
    const paid = this.paid.join(", ")
    return `${this.provider} pays in ${paid} here, not in ${this.currency}. Nothing was sent; write the amount in ${paid}.`
  }
}

/** What can be done about a setting, by its name. */
const withoutSetting = {
  unitsPerAssignment: "set unitsPerAssignment to 1",
  maxUnitsPerWorker: "leave maxUnitsPerWorker out",
  qualifications: "leave the qualifications out"
}

/** What would be ignored if the setting were. */
const lostSetting = {
  unitsPerAssignment: "one worker could take several units of a row",
  maxUnitsPerWorker: "one worker could take as many units as there are",
  qualifications: "anybody could take its units"
}

/**
 * The task has a setting that neither the crowd keeps, nor we, because its workers are never seen to arrive. Nothing was
 * sent.
 *
 * @since 0.1.0
 * @category errors
 */
export class SettingNotKept extends Schema.TaggedError<SettingNotKept>("effect-crowd/SettingNotKept")(
  "SettingNotKept",
  { provider: Schema.String, setting: Schema.Literal("unitsPerAssignment", "maxUnitsPerWorker", "qualifications") }
) {
  override get message() {
    const { provider, setting } = this
    return `${provider} does not keep the task's ${setting}: ${lostSetting[setting]}. Nothing was sent; serve the tasks from a page of yours, where workers are seen to arrive, or ${withoutSetting[setting]}.`
  }
}

/**
 * The crowd does not accept the credentials that the requester has there.
 *
 * @since 0.1.0
 * @category errors
 */
export class CredentialsRejected extends Schema.TaggedError<CredentialsRejected>("effect-crowd/CredentialsRejected")(
  "CredentialsRejected",
  { provider: Schema.String, description: Schema.String }
) {
  override get message() {
    return `${this.provider} does not accept these credentials: ${this.description}`
  }
}

/**
 * What a requester was registered with does not fit `Requesters.registerArgs`.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidRegisterArgs extends Schema.TaggedError<InvalidRegisterArgs>("effect-crowd/InvalidRegisterArgs")(
  "InvalidRegisterArgs",
  { provider: Schema.String, description: Schema.String }
) {
  override get message() {
    return `${this.provider} cannot register a requester from this: ${this.description}`
  }
}

/**
 * No worker of this crowd has taken this name.
 *
 * @since 0.1.0
 * @category errors
 */
export class NameNotTaken extends Schema.TaggedError<NameNotTaken>("effect-crowd/NameNotTaken")("NameNotTaken", {
  name: Schema.String
}) {
  override get message() {
    return `Nobody is called ${this.name}: no visitor has chosen this name.`
  }
}

/**
 * A layer was given a setting that makes no sense.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidSetting extends Schema.TaggedError<InvalidSetting>("effect-crowd/InvalidSetting")(
  "InvalidSetting",
  { setting: Schema.String, value: Schema.String, description: Schema.String }
) {
  override get message() {
    return `The setting ${this.setting} cannot be "${this.value}": ${this.description}.`
  }
}

/**
 * This crowd pays a bonus only for work on a unit.
 *
 * @since 0.1.0
 * @category errors
 */
export class BonusNeedsUnit extends Schema.TaggedError<BonusNeedsUnit>("effect-crowd/BonusNeedsUnit")(
  "BonusNeedsUnit",
  { worker: Ids.WorkerId }
) {
  override get message() {
    return `A bonus for ${this.worker} must name a unit they worked on.`
  }
}

/**
 * This crowd blocks a worker only for one requester or one run; say which.
 *
 * @since 0.1.0
 * @category errors
 */
export class BlockNeedsScope extends Schema.TaggedError<BlockNeedsScope>("effect-crowd/BlockNeedsScope")(
  "BlockNeedsScope",
  { worker: Ids.WorkerId }
) {
  override get message() {
    return `Blocking ${this.worker} must name the requester, or a unit whose requester it is.`
  }
}

/**
 * There is a qualification of this name already.
 *
 * @since 0.1.0
 * @category errors
 */
export class QualificationExists extends Schema.TaggedError<QualificationExists>("effect-crowd/QualificationExists")(
  "QualificationExists",
  { name: Schema.String }
) {
  override get message() {
    return `A qualification named ${this.name} exists already; use it, or choose another name.`
  }
}
