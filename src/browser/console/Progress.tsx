/** How far a run is, and what it costs. */
import * as format from "../format.js"
import type { RunView } from "./api.js"
import { counted, shares } from "./words.js"

export const total = ({ summary }: RunView): number => Object.values(summary.units).reduce((sum, n) => sum + n, 0)

const present = ({ summary }: RunView) =>
  shares
    .map(({ name, of, tone }) => ({ name, tone, count: of.reduce((sum, status) => sum + summary.units[status], 0) }))
    .filter(({ count }) => count > 0)

/** The words beside it say the same. */
export const Bar = ({ view }: { readonly view: RunView }) => (
  <div class="bar-of-units" aria-hidden="true">
    {present(view).map(({ count, name, tone }) => (
      <span key={name} class={`share ${tone}`} style={{ flexGrow: count }} />
    ))}
  </div>
)

export const Counts = ({ view }: { readonly view: RunView }) => (
  <ul class="counts small">
    {present(view).map(({ count, name, tone }) => (
      <li key={name}>
        <span class={`dot ${tone}`} aria-hidden="true" />
        <span class="numbers">{format.number(count)}</span> {name}
      </li>
    ))}
  </ul>
)

/** Why there is more to review than there are units, and what to do about it. */
export const Surplus = ({ view: { summary } }: { readonly view: RunView }) =>
  summary.surplus > 0 && (
    <p class="small">
      {counted(summary.surplus, "submission")} more than the units handed in: the crowd took the work of more people
      than were asked for. Review {summary.surplus === 1 ? "it" : "them"} like any other; what you approve is paid.
    </p>
  )

const none = "–"

export const spent = ({ summary: { cost } }: RunView): string =>
  format.money({ currency: cost.currency, minor: cost.total })

export const toCome = ({ reward, toCome }: RunView): string =>
  format.money({ currency: reward.currency, minor: toCome })

export const median = ({ summary: { medianTime } }: RunView): string =>
  medianTime === null ? none : format.duration(medianTime)

/** Of answers that came at once there is no wage to speak of. */
export const wage = ({ reward, summary: { hourlyWage, medianTime } }: RunView): string =>
  hourlyWage === null || medianTime === null || medianTime < 1000
    ? none
    : format.money({ currency: reward.currency, minor: hourlyWage })

export const Figures = ({ view }: { readonly view: RunView }) => {
  const { bonuses, currency, fees } = view.summary.cost
  const extra = [
    ...(bonuses > 0 ? [`${format.money({ currency, minor: bonuses })} bonuses`] : []),
    ...(fees > 0 ? [`${format.money({ currency, minor: fees })} fees`] : [])
  ]
  const figures: ReadonlyArray<readonly [name: string, value: string, note?: string | undefined]> = [
    ["Spent", spent(view), extra.length === 0 ? undefined : `with ${extra.join(" and ")}`],
    ["To come", toCome(view), "if all is approved"],
    ["Median time", median(view)],
    ["Hourly wage", wage(view), wage(view) === none ? undefined : "at the median"],
    ["Workers", format.number(view.summary.workers)]
  ]
  return (
    <dl class="figures">
      {figures.map(([name, value, note]) => (
        <div key={name}>
          <dt class="small muted">{name}</dt>
          <dd class="numbers">{value}</dd>
          {note !== undefined && <dd class="small muted">{note}</dd>}
        </div>
      ))}
    </dl>
  )
}
