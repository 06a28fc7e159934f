import * as format from "../format.js"
import type { PaidBonus, Past } from "./api.js"
import { standing } from "./words.js"

const Row = ({ past }: { readonly past: Past }) => {
  const { label, tone } = standing(past.status)
  return (
    <li class="past">
      <div>
        <h3>{past.title}</h3>
        <p class="muted small numbers">
          {format.moment(past.submittedAt ?? past.acceptedAt)}
          {past.reward.minor > 0 && ` · ${format.money(past.reward)}`}
        </p>
        {past.feedback !== null && <p class="feedback">{past.feedback}</p>}
      </div>
      <span class={`tag ${tone}`}>{label}</span>
    </li>
  )
}

export const History = ({ history }: { readonly history: ReadonlyArray<Past> }) => (
  <section class="stack" aria-labelledby="history">
    <h2 id="history">Your work</h2>
    <ul class="card past-list">
      {history.map((past) => (
        <Row key={past.agent} past={past} />
      ))}
    </ul>
  </section>
)

export const Bonuses = ({ bonuses }: { readonly bonuses: ReadonlyArray<PaidBonus> }) => (
  <section class="stack" aria-labelledby="bonuses">
    <h2 id="bonuses">Your bonuses</h2>
    <ul class="card past-list">
      {bonuses.map(({ amount, paidAt, reason, title, token }) => (
        <li key={token} class="past">
          <div>
            <h3>{title ?? "Bonus"}</h3>
            <p class="muted small numbers">{format.moment(paidAt)}</p>
            {reason !== "" && <p class="feedback">{reason}</p>}
          </div>
          <span class="reward numbers">{format.money(amount)}</span>
        </li>
      ))}
    </ul>
  </section>
)
