/** Asked before what is filled in goes. */
import { Dialog } from "../Dialog.js"

/** Two ways to leave a unit. */
export type Leaving = "giveBack" | "skip"

const words: { readonly [L in Leaving]: { readonly title: string; readonly text: string; readonly yes: string } } = {
  giveBack: {
    title: "Give this back?",
    text: "Somebody else can do it then. What you filled in is not kept.",
    yes: "Yes, give back"
  },
  skip: {
    title: "Put this back for another?",
    text: "What you filled in is not kept.",
    yes: "Yes, another one"
  }
}

interface Props {
  readonly leaving: Leaving
  /** What else has to be done then, elsewhere. */
  readonly hint?: string | undefined
  readonly onYes: () => void
  readonly onClose: () => void
}

export const LeaveQuestion = ({ hint, leaving, onClose, onYes }: Props) => {
  const { text, title, yes } = words[leaving]
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="stack">
        <p>{text}</p>
        {hint !== undefined && <p>{hint}</p>}
        <div class="row">
          <button type="button" class="button dangerous" onClick={onYes}>
            {yes}
          </button>
          <button type="button" class="button quiet" onClick={onClose}>
            Go on with it
          </button>
        </div>
      </div>
    </Dialog>
  )
}
