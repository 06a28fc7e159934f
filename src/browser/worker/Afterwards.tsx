/** After a unit was submitted or given back. */
import { Title } from "../navigation.js"
import { Accept } from "./Accept.js"
import * as api from "./api.js"
import { GoOnSwitch } from "./autoNext.js"
import { AllTasks, Page, ProblemNotice } from "./Page.js"
import type { RunInfo } from "./runInfo.js"
import { closedText, offerAccountWords, type Words } from "./words.js"

interface Props {
  readonly words: Words
  readonly known: RunInfo
  readonly problem: api.Problem | undefined
  readonly onNext: () => Promise<void>
}

/** The next one can only be had here where this crowd hands out units itself, and has one. */
const hasNext = ({ offer, shim }: RunInfo, problem: api.Problem | undefined): boolean => {
  if (shim !== null) return false
  return problem === undefined ? offer !== undefined && offer.yours > 0 : api.isPassing(problem)
}

export const Afterwards = ({ known, onNext, problem, words: { text, title } }: Props) => {
  const { lobby, offer, shim } = known
  const next = hasNext(known, problem)
  return (
    <Page lobby={lobby}>
      <Title>{title}</Title>
      <p>{text}</p>
      {offer !== undefined && <p class="muted numbers">{offerAccountWords(offer)}</p>}
      {problem !== undefined && <ProblemNotice problem={problem} />}
      {problem === undefined && !next && shim === null && <p>{closedText(offer)}</p>}
      <div class="actions">
        {next && <Accept label="Next one" onAccept={onNext} />}
        <AllTasks lobby={lobby} quiet />
        {next && <GoOnSwitch worker={lobby.worker} />}
      </div>
    </Page>
  )
}
