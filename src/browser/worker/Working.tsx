/** A unit in this worker's hands. */
import { useCallback, useEffect, useMemo, useState } from "preact/hooks"
import * as format from "../format.js"
import type { FromFrame } from "../messages.js"
import { Title } from "../navigation.js"
import { TaskFrame } from "../TaskFrame.js"
import * as api from "./api.js"
import { GoOnSwitch } from "./autoNext.js"
import { Clock } from "./Clock.js"
import * as drafts from "./drafts.js"
import { lateWords, placeOf, returnHint, submitHereWords } from "./exitWords.js"
import { LeaveQuestion, type Leaving } from "./LeaveQuestion.js"
import { AllTasks, Notice, Page, ProblemNotice } from "./Page.js"
import type { Shim } from "./runInfo.js"
import * as storages from "./taskStorage.js"
import { usePresence } from "./usePresence.js"
import { type Following, useWorkActions, type WorkActions } from "./useWorkActions.js"
import { overWords, type Words } from "./words.js"

interface Props extends Omit<Following, "onSubmitted"> {
  readonly work: api.Work
  readonly lobby: api.Lobby
  readonly shim: Shim | null
  /** Said of a unit that came after another. */
  readonly arrival: string | undefined
  /** `told` where the crowd had heard before that they are done. */
  readonly onSubmitted: (told: boolean) => Promise<void>
  /** Nothing can be submitted any more, at a crowd that people have to be sent back to. */
  readonly onLost: () => void
}

const filesWords: Words = {
  title: "Not sent",
  text: "Files cannot be sent with this task. Take the file out, then submit again."
}

const brokenWords: Words = {
  title: "A part of this page failed",
  text: "If you cannot finish the task, give it back and tell whoever invited you."
}

/** The work is no longer this worker's, whatever they do. */
const isFinal = ({ _tag }: api.Problem): boolean =>
  _tag === "InvalidTransition" ||
  _tag === "NotYourAgent" ||
  _tag === "AgentNotFound" ||
  _tag === "AlreadySubmitted" ||
  _tag === "HeldByAddress"

/** What the task's page says of itself. */
const hear = (message: FromFrame, work: api.Work, { keepDraft, setNote, submit }: WorkActions) => {
  switch (message.crowd) {
    case "storage":
      return storages.keep(work, message.kept)
    case "draft":
      return keepDraft(message.answers)
    case "submit":
      return void submit(message.answers)
    case "files":
      return setNote(filesWords)
    case "problem":
      return setNote(brokenWords)
  }
}

interface HeadProps {
  readonly work: api.Work
  readonly timed: boolean
  readonly onOver: () => void
}

const Head = ({ onOver, timed, work }: HeadProps) => (
  <div class="work-head">
    <div>
      <Title>{work.title}</Title>
      {work.reward.minor > 0 && <p class="muted numbers">{format.money(work.reward)}</p>}
    </div>
    {timed && <Clock work={work} onOver={onOver} />}
  </div>
)

interface ActionsProps {
  readonly lobby: api.Lobby
  /** Whether the unit is the worker's, to give back. */
  readonly held: boolean
  readonly open: boolean
  readonly sending: boolean
  /** Whether another unit can come after this one here. */
  readonly goesOn: boolean
  readonly said: string | undefined
  readonly onSkip: () => void
  readonly onGiveBack: () => void
}

const Actions = ({ goesOn, held, lobby, onGiveBack, onSkip, open, said, sending }: ActionsProps) => (
  <div class="actions">
    {held && goesOn && (
      <button type="button" class="button quiet" disabled={sending} onClick={onSkip}>
        Skip
      </button>
    )}
    {held && (
      <button type="button" class="button quiet" disabled={sending} onClick={onGiveBack}>
        Give it back
      </button>
    )}
    {held && goesOn && <GoOnSwitch worker={lobby.worker} />}
    {!open && !sending && <AllTasks lobby={lobby} />}
    <span class="muted small" role="status">
      {sending ? "Sending…" : said}
    </span>
  </div>
)

/** The unit is not the worker's any more: their time is over, or the crowd was told that they are done. */
type End = "over" | "told"

/** Whoever comes again may have no unit any more from the first. */
const endOf = ({ status }: api.Work): End | undefined => {
  if (status === "expired") return "over"
  return status === "completed" ? "told" : undefined
}

/** What the server says against a worker's being there. */
const useEnding = (
  { lobby, onLost, work }: Pick<Props, "lobby" | "onLost" | "work">,
  { setProblem }: WorkActions,
  onEnd: (end: End) => void
) =>
  useCallback(
    async (found: api.Problem) => {
      if (!isFinal(found)) return
      if (!lobby.exits) return setProblem(found)
      const reply = await api.exit(work)
      if (!reply.ok) return isFinal(reply.problem) ? setProblem(reply.problem) : undefined
      if (!reply.value.takes) return onLost()
      return onEnd(reply.value.status === "expired" ? "over" : "told")
    },
    [work]
  )

/** Where people go on to the crowd, answers may still be taken. */
const EndNotice = ({ ended, lobby }: { readonly ended: End; readonly lobby: api.Lobby }) => {
  if (!lobby.exits) return <Notice tone="bad" words={overWords} />
  return <Notice tone="warn" words={ended === "over" ? lateWords(lobby) : submitHereWords(placeOf(lobby))} />
}

interface NoticesProps {
  readonly actions: WorkActions
  readonly ended: End | undefined
  readonly lobby: api.Lobby
}

const Notices = ({ actions: { note, problem, sending }, ended, lobby }: NoticesProps) => (
  <div class="stack">
    {note !== null && <Notice tone="warn" words={note} />}
    {ended !== undefined && !sending && <EndNotice ended={ended} lobby={lobby} />}
    {problem !== null && <ProblemNotice problem={problem} />}
  </div>
)

export const Working = ({ arrival, lobby, onLost, onSubmitted, shim, work, ...following }: Props) => {
  const [ended, setEnded] = useState<End | undefined>(lobby.exits ? endOf(work) : undefined)
  const actions = useWorkActions(work, shim, { ...following, onSubmitted: () => onSubmitted(ended === "told") })
  const { problem, sending } = actions
  const [asking, setAsking] = useState<Leaving>()
  const restored = useMemo(() => drafts.find(work), [work.agent])
  const kept = useMemo(() => storages.find(work), [work.agent])
  const lost = problem !== null && isFinal(problem)
  const held = !lost && ended === undefined
  const open = held || (!lost && lobby.exits)

  const end = useCallback((how: End) => {
    setEnded(how)
    setAsking(undefined)
  }, [])
  const endOver = useCallback(() => end("over"), [])
  usePresence(work, held, useEnding({ lobby, onLost, work }, actions, end))

  useEffect(() => {
    if (lost && lobby.exits) onLost()
  }, [lost])

  const leave = (leaving: Leaving) => {
    setAsking(undefined)
    return leaving === "skip" ? actions.skip() : actions.giveBack()
  }

  const hint = lobby.exits ? returnHint(lobby) : undefined
  const askToSkip = () => (drafts.find(work) === undefined ? actions.skip() : setAsking("skip"))

  return (
    <Page lobby={lobby}>
      <Head work={work} timed={held || (!lost && !lobby.exits)} onOver={endOver} />
      <Notices actions={actions} ended={lost ? undefined : ended} lobby={lobby} />
      <TaskFrame
        src={work.frame}
        title={work.title}
        focused
        inert={sending || !open}
        restored={restored}
        kept={kept}
        permissions={work.permissions}
        onMessage={(message) => open && hear(message, work, actions)}
      />
      <Actions
        lobby={lobby}
        held={held}
        open={open}
        sending={sending}
        goesOn={shim === null}
        said={arrival}
        onSkip={askToSkip}
        onGiveBack={() => setAsking("giveBack")}
      />
      {asking !== undefined && (
        <LeaveQuestion leaving={asking} hint={hint} onYes={() => leave(asking)} onClose={() => setAsking(undefined)} />
      )}
    </Page>
  )
}
