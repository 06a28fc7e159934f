/** Amounts and times as people write them, in the language of the pages. */

const language = "en"

/** As in "1,204". */
export const number = (n: number): string => new Intl.NumberFormat(language).format(n)

interface Money {
  readonly currency: string
  readonly minor: number
}

/** As in "$0.05" or "5 ¥". */
export const money = ({ currency, minor }: Money): string => {
  const format = new Intl.NumberFormat(language, { style: "currency", currency })
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}

const unit = (value: number, name: string): string =>
  new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "long" }).format(value)

/** As in "10 minutes" or "1.5 hours". */
export const duration = (milliseconds: number): string => {
  const rounded = (length: number) => Math.round((milliseconds / length) * 10) / 10
  if (milliseconds < 90_000) return unit(Math.round(milliseconds / 1000), "second")
  if (milliseconds < 90 * 60_000) return unit(Math.round(milliseconds / 60_000), "minute")
  return milliseconds < 36 * 3_600_000 ? unit(rounded(3_600_000), "hour") : unit(rounded(86_400_000), "day")
}

/** As in "4:05" or "1:00:00"; never below nought. */
export const clock = (milliseconds: number): string => {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000))
  const two = (value: number) => String(value).padStart(2, "0")
  const minutes = Math.floor(seconds / 60)
  const short = `${minutes % 60}:${two(seconds % 60)}`
  return minutes < 60 ? short : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`
}

/** As in "14 Mar, 09:30". */
export const moment = (milliseconds: number): string =>
  new Intl.DateTimeFormat(language, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).format(
    milliseconds
  )
