/** What Prolific takes of a payment: a fee, and a tax on the fee. */
import * as Request from "@effect/platform/HttpClientRequest"
import * as BigDecimal from "effect/BigDecimal"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { ProviderError } from "../CrowdError.js"
import type { Driver } from "../Driver.js"
import * as Money from "../Money.js"
import { type Crowd, decodeSetup, type Rates } from "./crowd.js"
import { toProviderError } from "./errors.js"
import * as replies from "./replies.js"

/** What was recorded of most accounts, for where the account has not been asked yet. */
const recorded: Rates = { fee: "0.3333", vat: "0.2" }

export const share = (amount: Money.Money, { fee, vat }: Rates): Money.Money => {
  const rate = BigDecimal.multiply(
    BigDecimal.unsafeFromString(fee),
    BigDecimal.sum(BigDecimal.unsafeFromString("1"), BigDecimal.unsafeFromString(vat))
  )
  const exact = BigDecimal.multiply(BigDecimal.make(BigInt(amount.minor), 0), rate)
  const whole = BigDecimal.scale(BigDecimal.round(exact, { scale: 0, mode: "half-from-zero" }), 0)
  return Money.make(Number(whole.value), amount.currency)
}

/** By the account's rates, which a run has from when it was set up. */
export const fee: Driver["fee"] = ({ amount, setup }) =>
  share(
    amount,
    Option.match(Option.flatMap(setup, decodeSetup), { onNone: () => recorded, onSome: ({ rates }) => rates })
  )

const Rate = Schema.Union(Schema.Number, Schema.NumberFromString).pipe(Schema.between(0, 100))

const decodeRate = Schema.decodeUnknownOption(Rate)

const decimals = 6

/** As a share of one; accounts are told their rates in per cent, or as a share. */
export const decimalOf = (rate: number): string => (rate > 1 ? rate / 100 : rate).toFixed(decimals)

const quotient = (part: number, whole: number): string => decimalOf(whole === 0 ? 0 : part / whole)

/** Those of the study, which has its workspace's; the account's own can be others. */
export const ratesOf = (crowd: Pick<Crowd, "client">, study: replies.Study): Effect.Effect<Rates, ProviderError> => {
  const { fees_percentage, vat_percentage } = study
  const told = Option.all([Option.flatMap(fees_percentage, decodeRate), Option.flatMap(vat_percentage, decodeRate)])
  if (Option.isSome(told)) return Effect.succeed({ fee: decimalOf(told.value[0]), vat: decimalOf(told.value[1]) })
  return Effect.map(costOf(crowd, study.id), ({ fees, rewards, tax }) => ({
    fee: quotient(fees.amount, rewards.amount),
    vat: quotient(tax.amount, fees.amount)
  }))
}

/** What the study comes to when all its places are taken. */
export const costOf = ({ client }: Pick<Crowd, "client">, study: string) =>
  client
    .call(
      "get-study-cost",
      Request.get(`/api/v1/studies/${study}/cost/`, { urlParams: { is_projected: true } }),
      replies.Cost
    )
    .pipe(
      Effect.map(({ rewards }) => rewards),
      Effect.mapError(toProviderError)
    )
