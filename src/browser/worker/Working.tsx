/** A unit in this worker's hands. */
import { useCallback, useMemo, useRef, useState } from "preact/hooks"
import type { Answers } from "../answers.js"
import * as format from "../format.js"
import type { FromFrame } from "../messages.js"
import { Link, Title } from "../navigation.js"
import { TaskFrame } from "../TaskFrame.js"
import * as api from "./api.js"
import { GoOnSwitch } from "./autoNext.js"
import { Clock } from "./Clock.js"
import * as drafts from "./drafts.js"
import { LeaveQuestion, type Leaving } from "./LeaveQuestion.js"
import { Notice, Page, ProblemNotice } from "./Page.js"
import type { Shim } from "./runInfo.js"
import * as storages from "./taskStorage.js"
import { usePresence } from "./usePresence.js"
import { overWords, type Words } from "./words.js"

interface Props {
  readonly work: api.Work
  readonly worker: string | null
  readonly shim: Shim | null
  /** Said of a unit that came after another. */
  readonly arrival: string | undefined
  readonly onSubmitted: () => Promise<void>
  readonly onGivenBack: () => Promise<void>
  readonly onOther: (work: api.Work) => void
}

const waitingWords: Words = {
  title: "No connection",
  text: "Your answers are kept on this page and sent as soon as the server answers. Do not close it."
}

const filesWords: Words = {
  title: "Not sent",
  text: "Files cannot be sent with this task. Take the file out, then submit again."
}

const noOtherWords: Words = {
  title: "There is no other one for you just now",
  text: "You keep this one. Submit it, or give it back."
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

export const Working = ({ arrival, onGivenBack, onOther, onSubmitted, shim, work, worker }: Props) => {
  const [sending, setSending] = useState(false)
  const [note, setNote] = useState<Words | null>(null)
  const [problem, setProblem] = useState<api.Problem | null>(null)
  const [isOver, setOver] = useState(false)
  const [asking, setAsking] = useState<Leaving>()
  const busy = useRef(false)
  const forgotten = useRef(false)
  const restored = useMemo(() => drafts.find(work), [work.agent])
  const kept = useMemo(() => storages.find(work), [work.agent])
  const lost = problem !== null && isFinal(problem)
  const open = !lost && !isOver

  usePresence(
    work,
    open,
    useCallback((found: api.Problem) => {
      if (isFinal(found)) setProblem(found)
    }, [])
  )

  /** One thing at a time, and each of them once. */
  const exclusively = async (act: () => Promise<void>) => {
    if (busy.current) return
    busy.current = true
    setSending(true)
    setNote(null)
    setProblem(null)
    try {
      await act()
    } catch {
      setProblem({ _tag: "Unexpected" })
    }
    busy.current = false
    setSending(false)
  }

  /** What the frame still says of it comes too late. */
  const forget = () => {
    forgotten.current = true
    drafts.forget(work)
  }

  const submit = (answers: Answers) =>
    exclusively(async () => {
      drafts.keep(work, answers)
      const reply = await api.insistently(
        () => api.submit(work, answers),
        () => setNote(waitingWords)
      )
      setNote(null)
      if (!reply.ok) return setProblem(reply.problem)
      forget()
      await shim?.handleSubmitToProvider(answers)
      await onSubmitted()
    })

  const giveBack = () =>
    exclusively(async () => {
      const reply = await api.giveBack(work)
      if (!reply.ok) return setProblem(reply.problem)
      forget()
      await onGivenBack()
    })

  const skip = () =>
    exclusively(async () => {
      const reply = await api.skip(work)
      if (!reply.ok) return reply.problem._tag === "NotEligible" ? setNote(noOtherWords) : setProblem(reply.problem)
      forget()
      onOther(reply.value)
    })

  const leave = (leaving: Leaving) => {
    setAsking(undefined)
    return leaving === "skip" ? skip() : giveBack()
  }

  const askToSkip = () => (drafts.find(work) === undefined ? skip() : setAsking("skip"))

  const end = useCallback(() => {
    setOver(true)
    setAsking(undefined)
  }, [])

  const listen = (message: FromFrame) => {
    if (!open) return
    switch (message.crowd) {
      case "storage":
        return storages.keep(work, message.kept)
      case "draft":
        return forgotten.current ? undefined : drafts.keep(work, message.answers)
      case "submit":
        return void submit(message.answers)
      case "files":
        return setNote(filesWords)
      case "problem":
        return setNote(brokenWords)
    }
  }

  return (
    <Page worker={worker}>
      <div class="work-head">
        <div>
          <Title>{work.title}</Title>
          {work.reward.minor > 0 && <p class="muted numbers">{format.money(work.reward)}</p>}
        </div>
        {!lost && <Clock work={work} onOver={end} />}
      </div>
      <div class="stack">
        {note !== null && <Notice tone="warn" words={note} />}
        {isOver && !lost && !sending && <Notice tone="bad" words={overWords} />}
        {problem !== null && <ProblemNotice problem={problem} />}
      </div>
      <TaskFrame
        src={work.frame}
        title={work.title}
        focused
        inert={sending || !open}
        restored={restored}
        kept={kept}
        permissions={work.permissions}
        onMessage={listen}
      />
      <div class="actions">
        {open && shim === null && (
          <button type="button" class="button quiet" disabled={sending} onClick={askToSkip}>
            Skip
          </button>
        )}
        {open && (
          <button type="button" class="button quiet" disabled={sending} onClick={() => setAsking("giveBack")}>
            Give it back
          </button>
        )}
        {open && shim === null && <GoOnSwitch worker={worker} />}
        {!open && !sending && (
          <Link to="/" class="button">
            See all tasks
          </Link>
        )}
        <span class="muted small" role="status">
          {sending ? "Sending…" : arrival}
        </span>
      </div>
      {asking !== undefined && (
        <LeaveQuestion leaving={asking} onYes={() => leave(asking)} onClose={() => setAsking(undefined)} />
      )}
    </Page>
  )
}
