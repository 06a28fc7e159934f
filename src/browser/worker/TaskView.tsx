/** One run, from the preview to the thanks. */
import { useEffect, useState } from "preact/hooks"
import { Title } from "../navigation.js"
import { Accept } from "./Accept.js"
import { Afterwards } from "./Afterwards.js"
import * as api from "./api.js"
import { goesOn } from "./autoNext.js"
import { HeldElsewhere } from "./HeldElsewhere.js"
import { type By, Leaving, TurnedAway } from "./Leaving.js"
import { failedWords, isBrokenLink, linkDetail } from "./linkWords.js"
import { NotOffered } from "./NotOffered.js"
import { Page, ProblemNotice } from "./Page.js"
import { Preview } from "./Preview.js"
import { holdsOne, loadRunInfo, type RunInfo, registrationOf, reloadRunInfo } from "./runInfo.js"
import { Working } from "./Working.js"
import type { Words } from "./words.js"

type State =
  | { readonly _tag: "Loading" }
  | { readonly _tag: "Preview"; readonly known: RunInfo; readonly problem?: api.Problem }
  | { readonly _tag: "Working"; readonly known: RunInfo; readonly work: api.Work; readonly arrival?: string }
  | { readonly _tag: "Thanks" | "GivenBack"; readonly known: RunInfo; readonly problem?: api.Problem }
  | { readonly _tag: "Leaving"; readonly known: RunInfo; readonly work: api.Work; readonly by: By }
  | {
      readonly _tag: "TurnedAway"
      readonly known: RunInfo
      readonly reason: api.Refusal
      readonly exit: api.Exit | null
    }
  | { readonly _tag: "HeldElsewhere"; readonly known: RunInfo; readonly since: number }
  | { readonly _tag: "NotOffered"; readonly lobby: api.Lobby }
  | { readonly _tag: "Failed"; readonly lobby?: api.Lobby; readonly problem: api.Problem }

const loading: State = { _tag: "Loading" }

const begin = async (run: string): Promise<State> => {
  const known = await loadRunInfo(run)
  if ("_tag" in known) return { _tag: "Failed", problem: known }
  if (!holdsOne(known)) {
    const { lobby, offer } = known
    return offer === undefined ? { _tag: "NotOffered", lobby } : { _tag: "Preview", known }
  }
  return accepted(run, known, (problem) =>
    known.lobby.exits ? { _tag: "Failed", lobby: known.lobby, problem } : { _tag: "Preview", known, problem }
  )
}

/** Somebody who comes again by the link of what they have done sees how it ended. */
const isAtWork = ({ lobby }: RunInfo, { status }: api.Work): boolean =>
  !lobby.exits || status === "accepted" || status === "in_task" || status === "disconnected"

/** With a unit in hand, or with what is in the way. */
const accepted = async (
  run: string,
  known: RunInfo,
  onProblem: (problem: api.Problem) => State,
  arrival?: string
): Promise<State> => {
  const reply = await api.accept(run, registrationOf(known))
  if (reply.ok && !isAtWork(known, reply.value)) return { _tag: "Leaving", known, work: reply.value, by: "ended" }
  if (reply.ok) return { _tag: "Working", known, work: reply.value, ...(arrival === undefined ? {} : { arrival }) }
  const { problem } = reply
  if (known.lobby.exits && problem._tag === "NotEligible") {
    return { _tag: "TurnedAway", known, reason: problem.reason, exit: "exit" in problem ? problem.exit : null }
  }
  return problem._tag === "HeldByAddress" ? { _tag: "HeldElsewhere", known, since: problem.since } : onProblem(problem)
}

/** Goes on with what the visitor says is theirs. */
const claimed = async (run: string, known: RunInfo): Promise<State> => {
  const reply = await api.mine(run)
  return reply.ok
    ? { _tag: "Working", known, work: reply.value }
    : { _tag: "Preview", known: await reloadRunInfo(known, run), problem: reply.problem }
}

/** What comes after a submission: the next one, for those who want it so. */
const afterSubmission = async (run: string, known: RunInfo, work: api.Work, told: boolean): Promise<State> => {
  if (known.lobby.exits) return { _tag: "Leaving", known, work, by: told ? "told" : "submitted" }
  if (known.shim !== null) return { _tag: "Thanks", known }
  if (!goesOn(known.lobby.worker)) return { _tag: "Thanks", known: await reloadRunInfo(known, run) }
  const thanks = (problem: api.Problem): State => ({ _tag: "Thanks", known, problem })
  return accepted(run, known, thanks, "Received. This is the next one.")
}

const afterGivingBack = async (run: string, known: RunInfo, work: api.Work): Promise<State> =>
  known.lobby.exits
    ? { _tag: "Leaving", known, work, by: "ended" }
    : { _tag: "GivenBack", known: await reloadRunInfo(known, run) }

const afterwards: { readonly [Tag in "Thanks" | "GivenBack"]: Words } = {
  Thanks: { title: "Thank you", text: "Your answers have been received." },
  GivenBack: { title: "Given back", text: "Somebody else can do this one now. Nothing of yours was kept." }
}

interface FailedProps {
  readonly lobby: api.Lobby | undefined
  readonly problem: api.Problem
  readonly onAgain: () => Promise<void>
}

const LinkDetail = ({ problem }: { readonly problem: api.Problem }) => {
  const detail = linkDetail(problem)
  return detail === undefined ? null : <p class="muted small">For whoever made the link: {detail}.</p>
}

const Failed = ({ lobby, onAgain, problem }: FailedProps) => (
  <Page lobby={lobby}>
    <Title>This task</Title>
    <ProblemNotice problem={problem} words={failedWords(problem, lobby)} />
    <LinkDetail problem={problem} />
    {!isBrokenLink(problem) && (
      <div class="actions">
        <Accept label="Try again" onAccept={onAgain} />
      </div>
    )}
  </Page>
)

export const TaskView = ({ run }: { readonly run: string }) => {
  const [state, setState] = useState<State>(loading)
  const restart = async () => setState(await begin(run))
  useEffect(() => {
    void restart()
  }, [run])

  switch (state._tag) {
    case "Loading":
      return <Page>{null}</Page>
    case "NotOffered":
      return <NotOffered lobby={state.lobby} onLook={restart} />
    case "Failed":
      return <Failed lobby={state.lobby} problem={state.problem} onAgain={restart} />
    case "Preview": {
      const { known, problem } = state
      const onAccept = async () =>
        setState(await accepted(run, known, (problem) => ({ _tag: "Preview", known, problem })))
      return <Preview run={run} known={known} problem={problem} onAccept={onAccept} onAsked={restart} />
    }
    case "Working": {
      const { arrival, known, work } = state
      return (
        <Working
          key={work.agent}
          work={work}
          lobby={known.lobby}
          shim={known.shim}
          arrival={arrival}
          onSubmitted={async (told) => setState(await afterSubmission(run, known, work, told))}
          onGivenBack={async () => setState(await afterGivingBack(run, known, work))}
          onLost={() => setState({ _tag: "Leaving", known, work, by: "ended" })}
          onOther={(work) => setState({ _tag: "Working", known, work, arrival: "Put back. This is another one." })}
        />
      )
    }
    case "Leaving": {
      const { by, known, work } = state
      const onGoOn = () => setState({ _tag: "Working", known, work })
      return <Leaving lobby={known.lobby} work={work} by={by} onGoOn={onGoOn} />
    }
    case "TurnedAway": {
      const { exit, known, reason } = state
      return <TurnedAway lobby={known.lobby} reason={reason} exit={exit} onAgain={restart} />
    }
    case "HeldElsewhere": {
      const { known, since } = state
      return <HeldElsewhere known={known} since={since} onMine={async () => setState(await claimed(run, known))} />
    }
    case "Thanks":
    case "GivenBack": {
      const { _tag, known, problem } = state
      const onNext = async () => setState(await accepted(run, known, (problem) => ({ _tag, known, problem })))
      return <Afterwards words={afterwards[_tag]} known={known} problem={problem} onNext={onNext} />
    }
  }
}
