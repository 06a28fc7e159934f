/** The crowd's own word on who works here, where the server cannot tell. */
import type { Answers, Json } from "../answers.js"
import type { Lobby } from "./api.js"

export interface Shim {
  readonly isPreview: () => boolean
  readonly getAgentRegistration: () => Json
  readonly handleSubmitToProvider: (answers: Answers) => Promise<void>
}

/** Null where the server itself knows its visitors. Rejects where there is no shim for this provider. */
export const loadShim = async ({ chooses, provider, worker }: Lobby): Promise<Shim | null> => {
  if (chooses || worker !== null) return null
  const shim: Shim = await import(`/assets/shim/${encodeURIComponent(provider)}.mjs`)
  return shim
}
