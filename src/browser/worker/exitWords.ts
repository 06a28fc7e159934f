/** What people are told who leave, or cannot begin, at a crowd that sends them by a link and takes them back. */
import type { Departure, Lobby, Problem, Refusal } from "./api.js"
import type { Words } from "./words.js"

/** What the crowd is called, after "at" and "to". */
export const placeOf = ({ crowd }: Pick<Lobby, "crowd">): string => crowd ?? "the place where you found this task"

const completedWords: Words = { title: "Thank you", text: "Your answers have been received." }

/** The crowd has heard that they are done, and we have nothing of it. */
const unansweredWords = (place: string): Words => ({
  title: "Your answers are missing",
  text: `You told ${place} that you are done, but no answers of yours have come here, so this may not be paid. Go on and submit them, or return it at ${place}.`
})

const returnedWords = (place: string): Words => ({
  title: "Given back",
  text: `Nothing of yours was kept, and somebody else can do this one now. Return it at ${place}, too: only you can do that.`
})

const timedOutWords = (place: string, takes: boolean): Words => ({
  title: "The time is over",
  text: takes
    ? `Nobody else has begun this one yet, so you can still go on and submit it. If you would rather not, return it at ${place}.`
    : `This was not submitted in time, and somebody else has it now. Return it at ${place}.`
})

/** How somebody's work here ended, or what is in the way of its end. */
export const departureWords = ({ answered, status, takes }: Departure, place: string): Words => {
  if (answered) return completedWords
  if (status === "returned") return returnedWords(place)
  return status === "expired" ? timedOutWords(place, takes) : unansweredWords(place)
}

/** Of answers that were taken just now. */
export const submittedWords = completedWords

/** Of answers that were taken just now, of a submission that the crowd has already. */
export const toldWords = (place: string): Words => ({
  title: "Thank you",
  text: `Your answers have been received, and you have told ${place} before that you are done. You can close this page.`
})

/** In the page of somebody whose time is over, and who may still have answers to send. */
export const lateWords = (place: string): Words => ({
  title: "The time is over",
  text: `You can still submit what you have, as long as nobody else has begun this one. If you would rather not, return it at ${place}.`
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
export const turnedAwayWords = ({ _tag }: Refusal, place: string): Words => ({
  title: refusalTitles[_tag],
  text: `${refusalTexts[_tag]} Return it at ${place}, so that it does not stay open there.`
})

/** Of a link that the crowd does not stand by. */
const strangeLinkWords = (place: string): Words => ({
  title: "This link does not work",
  text: `It is of another time or of somebody else, or was changed on its way. Open the task again at ${place}.`
})

export const unreachableWords = (place: string): Words => ({
  title:
    place === placeOf({ crowd: null }) ? "This cannot be looked up just now" : `${place} cannot be reached just now`,
  text: "Nothing is lost. Wait a moment, then try again."
})

/** Of what is in the way of whom a link has sent here; undefined where the crowd has no part in it. */
export const failedWords = ({ _tag }: Problem, lobby: Lobby | undefined): Words | undefined => {
  if (lobby?.exits !== true) return undefined
  if (_tag === "InvalidProviderData") return strangeLinkWords(placeOf(lobby))
  return _tag === "ProviderError" ? unreachableWords(placeOf(lobby)) : undefined
}

/** While it is not known yet where somebody goes whose answers are kept. */
export const waitingForExitWords = (place: string): Words => ({
  title: "Please keep this page open",
  text: `Your answers are safe here. The way back to ${place} is asked for again until it comes.`
})

export const returnHint = (place: string): string => `Return it at ${place} afterwards, too.`

/** In a page that nobody came to by a link of the crowd's. */
export const linkNeededWords = (place: string): Words => ({
  title: "This is a preview",
  text: `Nothing that is done here is sent. To work on it, open the task at ${place}: its link tells who you are.`
})

export const noListWords = (place: string): Words => ({
  title: "There is no list of tasks here",
  text: `Open a task at ${place}: its link leads to it.`
})
