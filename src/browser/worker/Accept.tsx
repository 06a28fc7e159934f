import { useState } from "preact/hooks"

interface AcceptProps {
  readonly label: string
  /** Beside something that is more likely to be wanted. */
  readonly quiet?: boolean
  readonly onAccept: () => Promise<void>
}

/** Asks once, however often it is pressed. */
export const Accept = ({ label, onAccept, quiet = false }: AcceptProps) => {
  const [busy, setBusy] = useState(false)
  const press = async () => {
    setBusy(true)
    await onAccept()
    setBusy(false)
  }
  return (
    <button type="button" class={quiet ? "button quiet" : "button"} disabled={busy} onClick={press}>
      {label}
    </button>
  )
}
