/** A run before anything of it is accepted. */
import * as format from "../format.js"
import { Title } from "../navigation.js"
import { notAvailable } from "../parameters.js"
import { TaskFrame } from "../TaskFrame.js"
import { Accept } from "./Accept.js"
import type * as api from "./api.js"
import { placeOf } from "./exitWords.js"
import { Lacks } from "./Lacks.js"
import { linkNeededWords } from "./linkWords.js"
import { AllTasks, Notice, Page, ProblemNotice } from "./Page.js"
import type { RunInfo } from "./runInfo.js"
import { closedText, type Words, yoursText } from "./words.js"

const Facts = ({ offer }: { readonly offer: api.Offer }) => (
  <p class="muted numbers">
    {offer.reward.minor === 0 ? "Unpaid" : format.money(offer.reward)} · up to {format.duration(offer.duration)} ·{" "}
    {yoursText(offer)}
  </p>
)

const previewNote = {
  title: "This is a preview",
  text: "Accept the task in the place where you found it, then work on it here."
}

const draftNote = {
  title: "This is a draft",
  text: "It is not published yet. You see what it will look like; nothing that is done here is sent."
}

const previewWords = (lobby: api.Lobby): Words => {
  if (lobby.drafts) return draftNote
  return lobby.exits ? linkNeededWords(placeOf(lobby)) : previewNote
}

interface PreviewProps {
  readonly run: string
  readonly known: RunInfo
  readonly problem: api.Problem | undefined
  readonly onAccept: () => Promise<void>
  /** A qualification was asked for: what is on offer may be another. */
  readonly onAsked: () => Promise<void>
}

export const Preview = ({ known: { lobby, offer, shim }, onAccept, onAsked, problem, run }: PreviewProps) => {
  const isClosed = offer !== undefined && offer.held === null && offer.yours === 0
  const nameless = lobby.chooses && lobby.worker === null
  const canAccept = shim === null ? !isClosed && !nameless : !shim.isPreview()
  return (
    <Page lobby={lobby}>
      <Title>{offer?.title ?? "This task"}</Title>
      {offer !== undefined && <Facts offer={offer} />}
      {offer !== undefined && offer.description !== "" && <p>{offer.description}</p>}
      {problem !== undefined && <ProblemNotice problem={problem} />}
      {isClosed && shim === null && problem === undefined && <p class="notice">{closedText(offer)}</p>}
      {isClosed && !nameless && <Lacks lacks={offer.lacks} onAsked={onAsked} />}
      {nameless && <ProblemNotice problem={{ _tag: "NameNeeded" }} />}
      {shim?.isPreview() && <Notice words={previewWords(lobby)} />}
      <div class="actions">
        {canAccept && <Accept label="Accept" onAccept={onAccept} />}
        <AllTasks lobby={lobby} quiet />
      </div>
      {offer?.preview === true && (
        <section class="stack" aria-label="Preview">
          <h2>What it looks like</h2>
          <TaskFrame
            src={`/frame/preview/${encodeURIComponent(run)}?assignmentId=${notAvailable}`}
            title={`Preview: ${offer.title}`}
          />
        </section>
      )}
    </Page>
  )
}
