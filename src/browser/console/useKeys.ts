/** Single keys that do something, wherever nobody is typing. */
import { useLayoutEffect } from "preact/hooks"

export type Keys = { readonly [key: string]: () => void }

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest("input, select, textarea, [contenteditable]") !== null

export const useKeys = (keys: Keys): void =>
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return
      if (document.querySelector("dialog[open]") !== null) return
      const action = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined
      if (action === undefined) return
      event.preventDefault()
      action()
    }
    addEventListener("keydown", press)
    return () => removeEventListener("keydown", press)
  })
