/** What is on offer, and what became of one's own work. */
import { useCallback, useEffect, useState } from "preact/hooks"
import * as format from "../format.js"
import { Link, Title } from "../navigation.js"
import * as api from "./api.js"
import { ChooseName } from "./ChooseName.js"
import { placeOf } from "./exitWords.js"
import { Bonuses, History } from "./History.js"
import { Lacks } from "./Lacks.js"
import { noListWords } from "./linkWords.js"
import { Notice, Page, ProblemNotice } from "./Page.js"
import { useRefresh } from "./useRefresh.js"
import { closedText, offerAccountWords, yoursText } from "./words.js"

interface Seen {
  readonly lobby: api.Lobby
  readonly history: ReadonlyArray<api.Past>
  readonly bonuses: ReadonlyArray<api.PaidBonus>
}

const look = async (): Promise<api.Reply<Seen>> => {
  const [lobby, history, bonuses] = await Promise.all([api.lobby(), api.history(), api.bonuses()])
  if (!lobby.ok) return lobby
  if (!history.ok) return history
  return bonuses.ok
    ? { ok: true, value: { lobby: lobby.value, history: history.value, bonuses: bonuses.value } }
    : bonuses
}

const rank = ({ held, yours }: api.Offer): number => {
  if (held !== null) return 0
  return yours > 0 ? 1 : 2
}

interface CardProps {
  readonly offer: api.Offer
  readonly named: boolean
  readonly onAsked: () => Promise<void>
}

const Reward = ({ reward }: { readonly reward: api.Offer["reward"] }) => (
  <span class="reward numbers">{reward.minor === 0 ? "Unpaid" : format.money(reward)}</span>
)

/** Why there is no more of it for this visitor, what could help, and what it looks like where they may know. */
const Closed = ({ named, offer, onAsked }: CardProps) => (
  <div class="closed-why">
    <p class="refusal small">{closedText(offer)}</p>
    {named && <Lacks lacks={offer.lacks} onAsked={onAsked} />}
    {offer.refusal?._tag === "LacksQualification" && offer.preview && (
      <Link to={`/task/${offer.run}`} class="button quiet">
        Preview <span class="hidden">of {offer.title}</span>
      </Link>
    )}
  </div>
)

const Action = ({ named, offer, onAsked }: CardProps) => {
  if (offer.held !== null) {
    return (
      <Link to={`/task/${offer.run}`} class="button">
        {offer.heldElsewhere ? "View" : "Continue"} <span class="hidden">with {offer.title}</span>
      </Link>
    )
  }
  if (offer.yours === 0) return <Closed named={named} offer={offer} onAsked={onAsked} />
  return named ? (
    <Link to={`/task/${offer.run}`} class="button">
      View <span class="hidden">{offer.title}</span>
    </Link>
  ) : (
    <p class="refusal small">Choose a name to begin.</p>
  )
}

const OfferCard = ({ named, offer, onAsked }: CardProps) => (
  <li class={rank(offer) === 2 ? "card offer closed" : "card offer"}>
    <div class="offer-head">
      <h2>{offer.title}</h2>
      <Reward reward={offer.reward} />
    </div>
    {offer.description !== "" && <p>{offer.description}</p>}
    <div class="offer-foot">
      <div class="small numbers">
        <p class="muted">
          Up to {format.duration(offer.duration)} each · {yoursText(offer)}
          {offer.keywords.length > 0 && ` · ${offer.keywords.join(", ")}`}
        </p>
        <p>{offerAccountWords(offer)}</p>
        {offer.heldElsewhere && <p>In work at your address, in another browser</p>}
      </div>
      <Action named={named} offer={offer} onAsked={onAsked} />
    </div>
  </li>
)

const Offers = ({ lobby, onAsked }: { readonly lobby: api.Lobby; readonly onAsked: () => Promise<void> }) => {
  const named = lobby.worker !== null || !lobby.chooses
  if (lobby.offers.length === 0) {
    return <p class="card muted">Nothing is on offer just now. This page looks again by itself.</p>
  }
  return (
    <ul class="stack">
      {lobby.offers
        .toSorted((left, right) => rank(left) - rank(right))
        .map((offer) => (
          <OfferCard key={offer.run} offer={offer} named={named} onAsked={onAsked} />
        ))}
    </ul>
  )
}

/** Whoever works here comes by a crowd's link, to one task. */
const NoList = ({ lobby }: { readonly lobby: api.Lobby }) => (
  <Page lobby={lobby}>
    <Title>Tasks</Title>
    <Notice words={noListWords(placeOf(lobby))} />
  </Page>
)

export const Lobby = () => {
  const [reply, setReply] = useState<api.Reply<Seen> | null>(null)
  const refresh = useCallback(async () => setReply(await look()), [])
  useEffect(() => void refresh(), [refresh])
  useRefresh(refresh)

  if (reply === null) return <Page>{null}</Page>
  if (!reply.ok) {
    return (
      <Page>
        <Title>Tasks</Title>
        <ProblemNotice problem={reply.problem} />
        <div class="actions">
          <button type="button" class="button" onClick={refresh}>
            Try again
          </button>
        </div>
      </Page>
    )
  }
  const { bonuses, history, lobby } = reply.value
  if (lobby.exits) return <NoList lobby={lobby} />
  return (
    <Page lobby={lobby}>
      <Title>Tasks for you</Title>
      {lobby.chooses && lobby.worker === null && <ChooseName onChosen={refresh} />}
      <Offers lobby={lobby} onAsked={refresh} />
      {bonuses.length > 0 && <Bonuses bonuses={bonuses} />}
      {history.length > 0 && <History history={history} />}
    </Page>
  )
}
