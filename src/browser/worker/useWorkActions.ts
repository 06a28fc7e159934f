/** What a worker does with the unit in their hands, and what is said of it. */
import { useRef, useState } from "preact/hooks"
import type { Answers } from "../answers.js"
import * as api from "./api.js"
import * as drafts from "./drafts.js"
import type { Shim } from "./runInfo.js"
import type { Words } from "./words.js"

const waitingWords: Words = {
  title: "No connection",
  text: "Your answers are kept on this page and sent as soon as the server answers. Do not close it."
}

const noOtherWords: Words = {
  title: "There is no other one for you just now",
  text: "You keep this one. Submit it, or give it back."
}

/** One thing at a time, and each of them once. */
const useOneAtATime = () => {
  const [sending, setSending] = useState(false)
  const [note, setNote] = useState<Words | null>(null)
  const [problem, setProblem] = useState<api.Problem | null>(null)
  const busy = useRef(false)

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
  return { exclusively, note, problem, sending, setNote, setProblem }
}

export interface Following {
  readonly onSubmitted: () => Promise<void>
  readonly onGivenBack: () => Promise<void>
  readonly onOther: (work: api.Work) => void
}

export const useWorkActions = (work: api.Work, shim: Shim | null, { onGivenBack, onOther, onSubmitted }: Following) => {
  const { exclusively, ...shown } = useOneAtATime()
  const { setNote, setProblem } = shown
  const forgotten = useRef(false)

  const keepDraft = (answers: Answers) => {
    if (!forgotten.current) drafts.keep(work, answers)
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

  return { ...shown, giveBack, keepDraft, skip, submit }
}

export type WorkActions = ReturnType<typeof useWorkActions>
