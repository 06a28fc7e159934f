import * as format from "../format.js"
import type { PaidBonus, Past, Piece } from "./api.js"
import { accountWords, standing } from "./words.js"

const PieceRow = ({ piece }: { readonly piece: Piece }) => {
  const { label, tone } = standing(piece.status)
  return (
    <li class="past">
      <div>
        <p class="muted small numbers">{format.moment(piece.submittedAt ?? piece.acceptedAt)}</p>
        {piece.feedback !== null && <p class="feedback">{piece.feedback}</p>}
      </div>
      <span class={`tag ${tone}`}>{label}</span>
    </li>
  )
}

const Pieces = ({ pieces }: { readonly pieces: ReadonlyArray<Piece> }) => (
  <ul>
    {pieces.map((piece) => (
      <PieceRow key={piece.agent} piece={piece} />
    ))}
  </ul>
)

const shownAtOnce = 3

const Run = ({ past }: { readonly past: Past }) => {
  const { pieces, title } = past
  const words = accountWords(past)
  const earlier = pieces.slice(shownAtOnce)
  return (
    <li class="card past-list">
      <h3>{title}</h3>
      {words !== "" && <p class="small numbers">{words}</p>}
      <Pieces pieces={pieces.slice(0, shownAtOnce)} />
      {earlier.length > 0 && (
        <details>
          <summary class="small">{earlier.length} earlier</summary>
          <Pieces pieces={earlier} />
        </details>
      )}
    </li>
  )
}

export const History = ({ history }: { readonly history: ReadonlyArray<Past> }) => (
  <section class="stack" aria-labelledby="history">
    <h2 id="history">Your work</h2>
    <ul class="stack">
      {history.map((past) => (
        <Run key={past.run} past={past} />
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
