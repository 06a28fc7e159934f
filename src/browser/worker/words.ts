/** What workers are told, in plain words. */
import * as format from "../format.js"
import type { Account, Lack, Offer, Piece, Problem } from "./api.js"

type Refusal = NonNullable<Offer["refusal"]>

const refusals: { readonly [Tag in Refusal["_tag"]]: string } = {
  Blocked: "The requester has asked you not to work on this.",
  LacksQualification: "This needs a qualification that you do not have.",
  OverRowLimit: "You have seen as many of these as one person may. Those you gave back may be free again later.",
  OverWorkerLimit: "You have done as much of this as one person may. Thank you!",
  AlreadyWorked: "You have done your part of everything that is left here.",
  NothingLeft: "Nothing is free just now. More may come when others give theirs back."
}

const noMore = "There is no more of this for you just now. More may come when others give theirs back."

/** Why there is nothing for this visitor, of an offer of which they may do no more, or that is gone. */
export const closedText = (offer: Pick<Offer, "refusal"> | undefined): string =>
  offer === undefined || offer.refusal === null ? noMore : refusals[offer.refusal._tag]

/** How it stands with a qualification that was asked for. */
export const lackText = ({ name, reason, status }: Lack): string => {
  if (status === "open") return ""
  if (status === "asked") return `You asked for “${name}”. The requester decides.`
  return reason === null
    ? `“${name}” was not given to you.`
    : `“${name}” was not given to you. The requester says: ${reason}`
}

/** Where the server's counting ends: `countedTo` in Workers. */
const countedTo = 1000

/** How many more units this visitor may do. */
export const yoursText = ({ held, yours }: Pick<Offer, "held" | "yours">): string => {
  const more = yours >= countedTo ? "1,000 or more" : format.number(yours)
  if (held !== null) return yours === 0 ? "the last one for you" : `${more} more for you after this one`
  return yours === 0 ? "no more for you just now" : `${more} for you`
}

/** Of a unit that another browser at the visitor's address holds; the time is milliseconds since 1970. */
export const heldWords = (since: number): Words => ({
  title: `This address has held one of these tasks since ${format.moment(since)}`,
  text: "It was taken in another browser."
})

/** What a visitor has done and what it earned; empty where they have done nothing. */
export const accountWords = (
  { earned, submitted, toCome, waiting }: Account,
  done = format.number(submitted)
): string => {
  if (submitted === 0 && earned.minor === 0) return ""
  const pending = toCome.minor > 0 ? format.money(toCome) : format.number(waiting)
  return [
    `${done} done`,
    ...(earned.minor > 0 ? [`${format.money(earned)} earned`] : []),
    ...(waiting > 0 ? [`${pending} waiting for review`] : [])
  ].join(" · ")
}

/** The same, and of how many they have done so many. */
export const offerAccountWords = (offer: Offer): string => {
  const { held, submitted, yours } = offer
  const all = submitted + yours + (held === null ? 0 : 1)
  return yours >= countedTo || all === submitted
    ? accountWords(offer)
    : accountWords(offer, `${format.number(submitted)} of ${format.number(all)}`)
}

export interface Words {
  readonly title: string
  readonly text: string
}

export const overWords: Words = {
  title: "The time is over",
  text: "This piece was not submitted in time, so somebody else can have it."
}

const ended: { readonly [status: string]: Words } = {
  expired: overWords,
  returned: { title: "You gave this back", text: "Somebody else can have it now." },
  completed: { title: "This is submitted already", text: "Your answers are with the requester." }
}

const problems: { readonly [tag: string]: Words } = {
  Offline: { title: "No connection", text: "The server does not answer. Check your network, then try again." },
  StoreError: {
    title: "The server cannot keep anything just now",
    text: "What you typed stays here. Wait a moment, then try again; if that does not help, tell whoever invited you."
  },
  TimedOut: { title: "The server is busy", text: "Wait a moment, then try again." },
  Busy: { title: "Too much is asked for from here", text: "Wait a moment, then try again." },
  Stopping: { title: "The server is being stopped", text: "Wait a moment, then try again." },
  TaskRunNotFound: {
    title: "There is no such task",
    text: "It may be from another time or place. See what is on offer."
  },
  AgentNotFound: { title: "This work is not known here", text: "See what is on offer and begin again." },
  NotYourAgent: {
    title: "This is not yours",
    text: "It was accepted under another name or from another place. Nothing was sent."
  },
  AlreadySubmitted: { title: "You have submitted this before", text: "The answers that you sent first count." },
  InvalidAnswers: {
    title: "These answers cannot be sent",
    text: "They are too large or too many, or the page has sent what it may not. Shorten what you wrote, then submit again; if that does not help, tell whoever invited you."
  },
  NothingAnswered: {
    title: "Nothing is filled in",
    text: "Answer what the task asks, then submit it again. If you cannot, give it back."
  },
  TooLarge: { title: "These answers cannot be sent", text: "They are too large. Shorten them, then submit again." },
  InvalidProviderData: {
    title: "It is not known who you are",
    text: "Open this task from the place where you found it; its address tells who is working."
  },
  NameNeeded: { title: "Choose a name first", text: "Go to the list of tasks and tell us what to call you." },
  NameTaken: {
    title: "Somebody has this name already",
    text: "If that is you, use the browser you began with, or ask whoever invited you to free the name. Otherwise choose another name."
  },
  TooManyNames: {
    title: "Too many new names from here",
    text: "Use the browser in which you have a name, wait an hour, or ask whoever invited you to allow more."
  },
  Foreign: { title: "This came from another page", text: "Open the task here and submit it again." }
}

const unwelcomeWords: Words = {
  title: "You cannot take part from here",
  text: "Ask whoever invited you to let your address in."
}

const blockedWords: Words = {
  title: "You cannot take part from here",
  text: "Somebody at your address was blocked, and that holds for the address. Ask whoever invited you."
}

const unexpected: Words = { title: "Something went wrong", text: "Try again. If it stays, tell whoever invited you." }

const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`

export const problemWords = (problem: Problem): Words => {
  switch (problem._tag) {
    case "Unwelcome":
      return problem.reason === "blocked" ? blockedWords : unwelcomeWords
    case "HeldByAddress":
      return heldWords(problem.since)
    case "NotEligible":
      return { title: "Nothing for you here just now", text: refusals[problem.reason._tag] }
    case "InvalidTransition":
      return ended[problem.from] ?? { title: "This is decided already", text: "Nothing more can be changed here." }
    case "InvalidName":
      return { title: "This cannot be a name", text: sentence(problem.description) }
    default:
      return problems[problem._tag] ?? unexpected
  }
}

interface Standing {
  readonly label: string
  readonly tone: "busy" | "good" | "bad" | ""
}

const standings: { readonly [Status in Piece["status"]]: Standing } = {
  accepted: { label: "In progress", tone: "busy" },
  in_task: { label: "In progress", tone: "busy" },
  disconnected: { label: "In progress", tone: "busy" },
  completed: { label: "Waiting for review", tone: "" },
  approved: { label: "Approved", tone: "good" },
  soft_rejected: { label: "Approved", tone: "good" },
  rejected: { label: "Rejected", tone: "bad" },
  returned: { label: "Given back", tone: "" },
  expired: { label: "Time ran out", tone: "" }
}

export const standing = (status: Piece["status"]): Standing => standings[status]
