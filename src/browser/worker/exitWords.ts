/** What people are told who leave, or cannot begin, at a crowd that sends them by a link and takes them back. */
import type { Departure, Lobby, Refusal } from "./api.js"
import type { Words } from "./words.js"

/** What the crowd is called, after "at" and "to". */
export const placeOf = ({ crowd }: Pick<Lobby, "crowd">): string => crowd ?? "the place that sent you here"

type Crowd = Pick<Lobby, "crowd" | "returns">

/** One more sentence, where whoever leaves without answers has to return it at the crowd themselves. */
const returning = (crowd: Crowd, say: (place: string) => string): string =>
  crowd.returns ? ` ${say(placeOf(crowd))}` : ""

const orReturning = (crowd: Crowd): string =>
  returning(crowd, (place) => `If you would rather not, return it at ${place}.`)

const completedWords: Words = { title: "Thank you", text: "Your answers have been received." }

/** The crowd has heard that they are done, and we have nothing of it. */
const unansweredWords = (place: string): Words => ({
  title: "Your answers are missing",
  text: `You told ${place} that you are done, but no answers of yours have come here, so this may not be paid. Go on and submit them, or return it at ${place}.`
})

const returnedWords = (crowd: Crowd): Words => ({
  title: "Given back",
  text: `Nothing of yours was kept, and somebody else can do this one now.${returning(crowd, (place) => `Return it at ${place}, too: only you can do that.`)}`
})

const timedOutWords = (crowd: Crowd, takes: boolean): Words => ({
  title: "The time is over",
  text: takes
    ? `Nobody else has begun this one yet, so you can still go on and submit it.${orReturning(crowd)}`
    : `This was not submitted in time, and somebody else has it now.${returning(crowd, (place) => `Return it at ${place}.`)}`
})

type Outcome = NonNullable<Departure["outcome"]>

/** How a visit ended by what the task's page said. */
const saidWords: { readonly [O in Outcome]?: Words } = {
  partial: {
    title: "Thank you for what you have done",
    text: "It ends here for you. The answers that you gave until now have been received."
  },
  screenedOut: {
    title: "This one is not for you",
    text: "Thank you for your answers. This task is for other people; you have done nothing wrong."
  },
  overQuota: {
    title: "There are enough answers already",
    text: "Thank you for coming. Enough people like you have taken part, so that nothing is left for you to do here; you have done nothing wrong."
  },
  failedCheck: {
    title: "It ends here for you",
    text: "One of your answers to the check questions was not the right one, so you cannot go on. What you sent has been received."
  },
  noConsent: {
    title: "You have not agreed to take part",
    text: "Thank you for your time; there is nothing more to answer."
  }
}

/** How somebody's work here ended, or what is in the way of its end. */
export const departureWords = ({ answered, outcome, status, takes }: Departure, crowd: Crowd): Words => {
  const said = outcome === null ? undefined : saidWords[outcome]
  if (said !== undefined) return said
  if (answered) return completedWords
  if (status === "returned") return returnedWords(crowd)
  return status === "expired" ? timedOutWords(crowd, takes) : unansweredWords(placeOf(crowd))
}

/** Of answers that were taken just now. */
export const submittedWords = completedWords

/** Of answers that were taken just now, of a submission that the crowd has already. */
export const toldWords = (place: string): Words => ({
  title: "Thank you",
  text: `Your answers have been received, and you have told ${place} before that you are done. You can close this page.`
})

/** In the page of somebody whose time is over, and who may still have answers to send. */
export const lateWords = (crowd: Crowd): Words => ({
  title: "The time is over",
  text: `You can still submit what you have, as long as nobody else has begun this one.${orReturning(crowd)}`
})

/** In the page of somebody who told the crowd that they are done before they submitted here. */
export const submitHereWords = (place: string): Words => ({
  title: "Submit your answers here, too",
  text: `You told ${place} that you are done, but no answers of yours have come here yet.`
})

const refusalTitles: { readonly [Tag in Refusal["_tag"]]: string } = {
  Blocked: "You cannot take part in this",
  LacksQualification: "This is not for you",
  OverRowLimit: "You have done all you can of this",
  OverWorkerLimit: "You have done all you can of this",
  AlreadyWorked: "You have done all you can of this",
  NothingLeft: "There is nothing left to do"
}

const refusalTexts: { readonly [Tag in Refusal["_tag"]]: string } = {
  Blocked: "The requester has asked you not to work on this.",
  LacksQualification: "It is for people with a qualification that you do not have.",
  OverRowLimit: "You have seen as many of these as one person may.",
  OverWorkerLimit: "You have done as much of this as one person may. Thank you!",
  AlreadyWorked: "You have done your part of everything that is left here.",
  NothingLeft: "Others have taken all of it before you came; you have done nothing wrong."
}

/** Why there is nothing for somebody whom a link has sent here, and what to do at the crowd that sent them. */
export const turnedAwayWords = ({ _tag }: Refusal, crowd: Crowd): Words => ({
  title: refusalTitles[_tag],
  text: `${refusalTexts[_tag]}${returning(crowd, (place) => `Return it at ${place}, so that it does not stay open there.`)}`
})

/** Where there is nowhere to go on to. */
export const noExitText = "You can close this page."

export const returnHint = (crowd: Crowd): string | undefined =>
  crowd.returns ? `Return it at ${placeOf(crowd)} afterwards, too.` : undefined

export const unreachableWords = (place: string): Words => ({
  title:
    place === placeOf({ crowd: null }) ? "This cannot be looked up just now" : `${place} cannot be reached just now`,
  text: "Nothing is lost. Wait a moment, then try again."
})

/** While it is not known yet where somebody goes whose answers are kept. */
export const waitingForExitWords = (place: string): Words => ({
  title: "Please keep this page open",
  text: `Your answers are safe here. The way back to ${place} is asked for again until it comes.`
})
