/** The end of a visit at a crowd that sends people by a link: how it ended, and where they go from here. */
import { useEffect, useState } from "preact/hooks"
import { Title } from "../navigation.js"
import { Accept } from "./Accept.js"
import * as api from "./api.js"
import { Exit, type ExitProps } from "./Exit.js"
import {
  departureWords,
  noExitText,
  placeOf,
  submittedWords,
  toldWords,
  turnedAwayWords,
  unreachableWords,
  waitingForExitWords
} from "./exitWords.js"
import { Notice, Page, ProblemNotice } from "./Page.js"
import type { Words } from "./words.js"

/** How the visit ended, asked for until there is an answer; and whether it has to be waited for. */
const useDeparture = (work: api.Work) => {
  const [reply, setReply] = useState<api.Reply<api.Departure>>()
  const [isWaiting, setWaiting] = useState(false)
  useEffect(() => {
    let isCurrent = true
    const ask = async () => {
      const found = await api.insistently(
        () => api.exit(work),
        () => setWaiting(true)
      )
      if (!isCurrent) return
      setWaiting(false)
      setReply(found)
    }
    void ask()
    return () => {
      isCurrent = false
    }
  }, [work])
  return { isWaiting, reply }
}

/**
 * By what they leave: their answers were taken just now, and they go on by themselves (`submitted`); the same, after they
 * had told the crowd that they are done, which has nothing more to hear from them (`told`); or it ended otherwise.
 */
export type By = "submitted" | "told" | "ended"

const wordsOf = (by: By, departure: api.Departure | undefined, lobby: api.Lobby): Words | undefined => {
  if (by === "told") return toldWords(placeOf(lobby))
  if (departure !== undefined) return departureWords(departure, lobby)
  return by === "submitted" ? submittedWords : undefined
}

/** Where there is none, people may go; unless there is something left to do here. */
const WayOut = (props: ExitProps) => {
  if (props.exit !== null) return <Exit {...props} />
  return props.quiet === true ? null : <p>{noExitText}</p>
}

interface Props {
  readonly lobby: api.Lobby
  readonly work: api.Work
  readonly by: By
  /** Back to the task, where answers are still taken. */
  readonly onGoOn: () => void
}

export const Leaving = ({ by, lobby, onGoOn, work }: Props) => {
  const { isWaiting, reply } = useDeparture(work)
  const place = placeOf(lobby)
  const departure = reply?.ok === true ? reply.value : undefined
  const submitted = by === "submitted"
  const words = wordsOf(by, departure, lobby)
  return (
    <Page lobby={lobby}>
      <Title>{words?.title ?? work.title}</Title>
      {words !== undefined && <p>{words.text}</p>}
      {isWaiting && <Notice tone="warn" words={submitted ? waitingForExitWords(place) : unreachableWords(place)} />}
      {reply?.ok === false && <ProblemNotice problem={reply.problem} />}
      {departure?.takes === true && (
        <div>
          <button type="button" class="button" onClick={onGoOn}>
            Go on with the task
          </button>
        </div>
      )}
      {departure !== undefined && by !== "told" && (
        <WayOut exit={departure.exit} place={place} goes={submitted} quiet={departure.takes} />
      )}
    </Page>
  )
}

interface TurnedAwayProps {
  readonly lobby: api.Lobby
  readonly reason: api.Refusal
  readonly exit: api.Exit | null
  readonly onAgain: () => Promise<void>
}

export const TurnedAway = ({ exit, lobby, onAgain, reason }: TurnedAwayProps) => {
  const { text, title } = turnedAwayWords(reason, lobby)
  return (
    <Page lobby={lobby}>
      <Title>{title}</Title>
      <p>{text}</p>
      <WayOut exit={exit} place={placeOf(lobby)} />
      {reason._tag === "NothingLeft" && (
        <div>
          <Accept label="Look again" quiet onAccept={onAgain} />
        </div>
      )}
    </Page>
  )
}
