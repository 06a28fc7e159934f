import { useState } from "preact/hooks"

interface AcceptProps {
  readonly label: string
  readonly onAccept: () => Promise<void>
}

/** Asks once, however often it is pressed. */
export const Accept = ({ label, onAccept }: AcceptProps) => {
  const [busy, setBusy] = useState(false)
  const press = async () => {
    setBusy(true)
    await onAccept()
    setBusy(false)
  }
  return (
    <button type="button" class="button" disabled={busy} onClick={press}>
      {label}
    </button>
  )
}
