/** What is known of a run before anything of it is accepted. */
import type { Json } from "../answers.js"
import * as api from "./api.js"
import { loadShim, type Shim } from "./shim.js"

export interface Known {
  readonly lobby: api.Lobby
  readonly offer: api.Offer | undefined
  /** Null where this crowd hands out units itself, here. */
  readonly shim: Shim | null
}

const unknown: api.Problem = { _tag: "Unexpected" }

const offerIn = ({ offers }: api.Lobby, run: string) => offers.find((one) => one.run === run)

export const know = async (run: string): Promise<Known | api.Problem> => {
  const lobby = await api.lobby()
  if (!lobby.ok) return lobby.problem
  try {
    return { lobby: lobby.value, offer: offerIn(lobby.value, run), shim: await loadShim(lobby.value) }
  } catch {
    return unknown
  }
}

/** The same as it is now; as it was where the server does not say. */
export const knowAgain = async (known: Known, run: string): Promise<Known> => {
  const lobby = await api.lobby()
  return lobby.ok ? { ...known, lobby: lobby.value, offer: offerIn(lobby.value, run) } : known
}

export const registrationOf = ({ shim }: Known): Json => shim?.getAgentRegistration() ?? null

/** Somebody who holds a unit already, here or at the marketplace they come from, goes on with it. */
export const holdsOne = ({ offer, shim }: Known): boolean =>
  shim === null ? offer !== undefined && offer.held !== null : !shim.isPreview()
