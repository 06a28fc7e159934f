/** One run, from the preview to the thanks. */
import { useEffect, useState } from "preact/hooks"
import { Title } from "../navigation.js"
import { Accept } from "./Accept.js"
import { Afterwards } from "./Afterwards.js"
import * as api from "./api.js"
import { goesOn } from "./autoNext.js"
import { HeldElsewhere } from "./HeldElsewhere.js"
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
  | { readonly _tag: "HeldElsewhere"; readonly known: RunInfo; readonly since: number }
  | { readonly _tag: "NotOffered"; readonly worker: string | null }
  | { readonly _tag: "Failed"; readonly problem: api.Problem }

const loading: State = { _tag: "Loading" }

const begin = async (run: string): Promise<State> => {
  const known = await loadRunInfo(run)
  if ("_tag" in known) return { _tag: "Failed", problem: known }
  if (!holdsOne(known)) {
    const { lobby, offer } = known
    return offer === undefined ? { _tag: "NotOffered", worker: lobby.worker } : { _tag: "Preview", known }
  }
  return accepted(run, known, (problem) => ({ _tag: "Preview", known, problem }))
}

/** With a unit in hand, or with what is in the way. */
const accepted = async (
  run: string,
  known: RunInfo,
  onProblem: (problem: api.Problem) => State,
  arrival?: string
): Promise<State> => {
  const reply = await api.accept(run, registrationOf(known))
  if (reply.ok) return { _tag: "Working", known, work: reply.value, ...(arrival === undefined ? {} : { arrival }) }
  const { problem } = reply
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
const afterSubmission = async (run: string, known: RunInfo): Promise<State> => {
  if (known.shim !== null) return { _tag: "Thanks", known }
  if (!goesOn(known.lobby.worker)) return { _tag: "Thanks", known: await reloadRunInfo(known, run) }
  const thanks = (problem: api.Problem): State => ({ _tag: "Thanks", known, problem })
  return accepted(run, known, thanks, "Received. This is the next one.")
}

const afterwards: { readonly [Tag in "Thanks" | "GivenBack"]: Words } = {
  Thanks: { title: "Thank you", text: "Your answers have been received." },
  GivenBack: { title: "Given back", text: "Somebody else can do this one now. Nothing of yours was kept." }
}

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
          worker={known.lobby.worker}
          shim={known.shim}
          arrival={arrival}
          onSubmitted={async () => setState(await afterSubmission(run, known))}
          onGivenBack={async () => setState({ _tag: "GivenBack", known: await reloadRunInfo(known, run) })}
          onOther={(work) => setState({ _tag: "Working", known, work, arrival: "Put back. This is another one." })}
        />
      )
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
