/** A question that wants an answer before anything else. The browser keeps the focus inside, and gives it back. */
import type { ComponentChildren } from "preact"
import { useEffect, useId, useRef } from "preact/hooks"

export interface DialogProps {
  readonly title: string
  readonly onClose: () => void
  readonly children: ComponentChildren
}

export const Dialog = ({ children, onClose, title }: DialogProps) => {
  const dialog = useRef<HTMLDialogElement>(null)
  const label = useId()
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} aria-labelledby={label} onClose={onClose}>
      <h2 id={label}>{title}</h2>
      {children}
    </dialog>
  )
}
