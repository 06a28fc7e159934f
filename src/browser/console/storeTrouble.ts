/** That the server's store fails, as the page has heard last. */
import { useEffect, useState } from "preact/hooks"
import type * as ConsoleApi from "../../server/ConsoleApi.js"

export type Trouble = typeof ConsoleApi.Trouble.Encoded

interface State {
  readonly trouble: Trouble | null
  readonly isDismissed: boolean
}

let now: State = { trouble: null, isDismissed: false }

const listeners = new Set<(state: State) => void>()

const become = (next: State): void => {
  now = next
  for (const listener of listeners) listener(now)
}

/** As the server says it is. Of what was dismissed, only something new is shown. */
export const tellTrouble = (trouble: Trouble | null): void =>
  become({ trouble, isDismissed: now.isDismissed && trouble?.message === now.trouble?.message })

/** An answer to this page told of it; where that cannot even let the page in, the server tells nothing else. */
export const meetTrouble = (trouble: Trouble): void => {
  if (now.trouble === null) tellTrouble(trouble)
}

export const dismissTrouble = (): void => become({ ...now, isDismissed: true })

/** What there is to show. */
export const useTrouble = (): Trouble | null => {
  const [{ isDismissed, trouble }, setState] = useState(now)
  useEffect(() => {
    setState(now)
    listeners.add(setState)
    return () => {
      listeners.delete(setState)
    }
  }, [])
  return isDismissed ? null : trouble
}
