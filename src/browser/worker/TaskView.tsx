/** One run, from the preview to the thanks. */
import { useEffect, useState } from "preact/hooks"
import type { Json } from "../answers.js"
import * as format from "../format.js"
import { Link, Title } from "../navigation.js"
import { notAvailable } from "../parameters.js"
import { framePath, TaskFrame } from "../TaskFrame.js"
import * as api from "./api.js"
import { Notice, Page, ProblemNotice } from "./Page.js"
import { loadShim, type Shim } from "./shim.js"
import { lookAgainAfter, useLooks } from "./useLooks.js"
import { Working } from "./Working.js"
import { refusalText } from "./words.js"

/** What is known before anything is accepted. */
interface Known {
  readonly lobby: api.Lobby
  readonly offer: api.Offer | undefined
  readonly shim: Shim | null
}

type State =
  | { readonly _tag: "Loading" }
  | { readonly _tag: "Preview"; readonly known: Known; readonly problem?: api.Problem }
  | { readonly _tag: "Working"; readonly known: Known; readonly work: api.Work }
  | { readonly _tag: "Thanks" | "GivenBack"; readonly known: Known; readonly problem?: api.Problem }
  | { readonly _tag: "NotOffered"; readonly worker: string | null }
  | { readonly _tag: "Failed"; readonly problem: api.Problem }

const loading: State = { _tag: "Loading" }
const unknown: api.Problem = { _tag: "Unexpected" }

const know = async (run: string): Promise<Known | api.Problem> => {
  const lobby = await api.lobby()
  if (!lobby.ok) return lobby.problem
  try {
    const offer = lobby.value.offers.find((one) => one.run === run)
    return { lobby: lobby.value, offer, shim: await loadShim(lobby.value) }
  } catch {
    return unknown
  }
}

const registrationOf = ({ shim }: Known): Json => shim?.getAgentRegistration() ?? null

/** Somebody who holds a unit already, here or at the marketplace they come from, goes on with it. */
const goesOn = ({ offer, shim }: Known): boolean =>
  shim === null ? offer !== undefined && offer.held !== null : !shim.isPreview()

const begin = async (run: string): Promise<State> => {
  const known = await know(run)
  if ("_tag" in known) return { _tag: "Failed", problem: known }
  if (!goesOn(known)) {
    const { lobby, offer } = known
    return offer === undefined ? { _tag: "NotOffered", worker: lobby.worker } : { _tag: "Preview", known }
  }
  const work = await api.accept(run, registrationOf(known))
  return work.ok ? { _tag: "Working", known, work: work.value } : { _tag: "Preview", known, problem: work.problem }
}

const Facts = ({ offer }: { readonly offer: api.Offer }) => (
  <p class="muted numbers">
    {offer.reward.minor === 0 ? "Unpaid" : format.money(offer.reward)} · up to {format.duration(offer.duration)} ·{" "}
    {offer.left} left
  </p>
)

interface AcceptProps {
  readonly label: string
  readonly onAccept: () => Promise<void>
}

/** Asks once, however often it is pressed. */
const Accept = ({ label, onAccept }: AcceptProps) => {
  const [busy, setBusy] = useState(false)
  const press = async () => {
    setBusy(true)
    await onAccept()
    setBusy(false)
  }
  return (
    <button type="button" class="button" disabled={busy} onClick={press}>
      {label}
    </button>
  )
}

const previewNote = {
  title: "This is a preview",
  text: "Accept the task in the place where you found it, then work on it here."
}

interface PreviewProps {
  readonly run: string
  readonly known: Known
  readonly problem: api.Problem | undefined
  readonly onAccept: () => Promise<void>
}

const Preview = ({ known: { lobby, offer, shim }, onAccept, problem, run }: PreviewProps) => {
  const refusal = offer?.refusal ?? null
  const nameless = lobby.chooses && lobby.worker === null
  const canAccept = shim === null ? refusal === null && !nameless : !shim.isPreview()
  return (
    <Page worker={lobby.worker}>
      <Title>{offer?.title ?? "This task"}</Title>
      {offer !== undefined && <Facts offer={offer} />}
      {offer !== undefined && offer.description !== "" && <p>{offer.description}</p>}
      {problem !== undefined && <ProblemNotice problem={problem} />}
      {refusal !== null && problem === undefined && <p class="notice">{refusalText(refusal)}</p>}
      {nameless && <ProblemNotice problem={{ _tag: "NameNeeded" }} />}
      {shim?.isPreview() && <Notice words={previewNote} />}
      <div class="actions">
        {canAccept && <Accept label="Accept" onAccept={onAccept} />}
        <Link to="/" class="button quiet">
          See all tasks
        </Link>
      </div>
      {offer !== undefined && (
        <section class="stack" aria-label="Preview">
          <h2>What it looks like</h2>
          <TaskFrame
            src={framePath(`/frame/preview/${encodeURIComponent(run)}`, notAvailable)}
            title={`Preview: ${offer.title}`}
          />
        </section>
      )}
    </Page>
  )
}

const notOfferedWords = {
  title: "This task is not on offer",
  text: "It may be finished. Should more of it come, it appears here by itself."
}

/** What was launched a moment ago is on offer soon. */
const lookFirstAfter = 1_500

const NotOffered = ({ onLook, worker }: { readonly worker: string | null; readonly onLook: () => Promise<void> }) => {
  const [every, setEvery] = useState(lookFirstAfter)
  useLooks(async () => {
    setEvery(lookAgainAfter)
    await onLook()
  }, every)
  return (
    <Page worker={worker}>
      <Title>This task</Title>
      <Notice words={notOfferedWords} />
      <div class="actions">
        <Link to="/" class="button">
          See all tasks
        </Link>
      </div>
    </Page>
  )
}

interface AfterwardsProps {
  readonly title: string
  readonly text: string
  readonly known: Known
  readonly problem: api.Problem | undefined
  readonly onNext: () => Promise<void>
}

/** The next one can only be had here where this crowd hands out units itself. */
const Afterwards = ({ known: { lobby, shim }, onNext, problem, text, title }: AfterwardsProps) => (
  <Page worker={lobby.worker}>
    <Title>{title}</Title>
    <p>{text}</p>
    {problem !== undefined && <ProblemNotice problem={problem} />}
    <div class="actions">
      {shim === null && problem === undefined && <Accept label="Next one" onAccept={onNext} />}
      <Link to="/" class="button quiet">
        See all tasks
      </Link>
    </div>
  </Page>
)

export const TaskView = ({ run }: { readonly run: string }) => {
  const [state, setState] = useState<State>(loading)
  const restart = async () => setState(await begin(run))
  useEffect(() => {
    void restart()
  }, [run])

  const accept = (known: Known, onProblem: (problem: api.Problem) => State) => async () => {
    const reply = await api.accept(run, registrationOf(known))
    setState(reply.ok ? { _tag: "Working", known, work: reply.value } : onProblem(reply.problem))
  }

  switch (state._tag) {
    case "Loading":
      return <Page>{null}</Page>
    case "NotOffered":
      return <NotOffered worker={state.worker} onLook={restart} />
    case "Failed":
      return (
        <Page>
          <Title>This task</Title>
          <ProblemNotice problem={state.problem} />
          <div class="actions">
            <Accept label="Try again" onAccept={restart} />
          </div>
        </Page>
      )
    case "Preview": {
      const { known } = state
      const onAccept = accept(known, (problem) => ({ _tag: "Preview", known, problem }))
      return <Preview run={run} known={known} problem={state.problem} onAccept={onAccept} />
    }
    case "Working": {
      const { known, work } = state
      return (
        <Working
          key={work.agent}
          work={work}
          worker={known.lobby.worker}
          shim={known.shim}
          onSubmitted={() => setState({ _tag: "Thanks", known })}
          onGivenBack={() => setState({ _tag: "GivenBack", known })}
        />
      )
    }
    case "Thanks":
    case "GivenBack": {
      const { _tag, known, problem } = state
      const words =
        _tag === "Thanks"
          ? { title: "Thank you", text: "Your answers have been received." }
          : { title: "Given back", text: "Somebody else can do this one now. Nothing of yours was kept." }
      const onNext = accept(known, (problem) => ({ _tag, known, problem }))
      return <Afterwards {...words} known={known} problem={problem} onNext={onNext} />
    }
  }
}
