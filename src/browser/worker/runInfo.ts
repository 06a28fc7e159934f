/** What is known of a run before anything of it is accepted. */

import type { Answers, Json } from "../answers.js"
import type { Lobby } from "./api.js"
import * as api from "./api.js"

export interface Shim {
  readonly isPreview: () => boolean
  readonly getAgentRegistration: () => Json
  readonly handleSubmitToProvider: (answers: Answers) => Promise<void>
}

/**
 * Null where the server itself knows its visitors. Of what is only drafted there is nothing but a preview. Rejects where
 * there is no shim for this provider.
 */
const loadShim = async ({ chooses, drafts, provider, worker }: Lobby): Promise<Shim | null> => {
  if (chooses || worker !== null) return null
  const shim: Shim = await import(`/assets/shim/${encodeURIComponent(provider)}.mjs`)
  return drafts ? { ...shim, isPreview: () => true } : shim
}

export interface RunInfo {
  readonly lobby: api.Lobby
  readonly offer: api.Offer | undefined
  /** Null where this crowd hands out units itself, here. */
  readonly shim: Shim | null
}

const unknown: api.Problem = { _tag: "Unexpected" }

const offerIn = ({ offers }: api.Lobby, run: string) => offers.find((one) => one.run === run)

export const loadRunInfo = async (run: string): Promise<RunInfo | api.Problem> => {
  const lobby = await api.lobby()
  if (!lobby.ok) return lobby.problem
  try {
    return { lobby: lobby.value, offer: offerIn(lobby.value, run), shim: await loadShim(lobby.value) }
  } catch {
    return unknown
  }
}

/** The same as it is now; as it was where the server does not say. */
export const reloadRunInfo = async (known: RunInfo, run: string): Promise<RunInfo> => {
  const lobby = await api.lobby()
  return lobby.ok ? { ...known, lobby: lobby.value, offer: offerIn(lobby.value, run) } : known
}

export const registrationOf = ({ shim }: RunInfo): Json => shim?.getAgentRegistration() ?? null

/** Somebody who holds a unit already, here or at the marketplace they come from, goes on with it. */
export const holdsOne = ({ offer, shim }: RunInfo): boolean =>
  shim === null ? offer !== undefined && offer.held !== null : !shim.isPreview()
