import { Dialog } from "../Dialog.js"

interface Props {
  readonly onYes: () => void
  readonly onClose: () => void
}

export const GiveBackQuestion = ({ onClose, onYes }: Props) => (
  <Dialog title="Give this back?" onClose={onClose}>
    <div class="stack">
      <p>Somebody else can do it then. What you filled in is not kept.</p>
      <div class="row">
        <button type="button" class="button dangerous" onClick={onYes}>
          Yes, give back
        </button>
        <button type="button" class="button quiet" onClick={onClose}>
          Go on with it
        </button>
      </div>
    </div>
  </Dialog>
)
