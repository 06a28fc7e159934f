/** What people are told whom a crowd's link has sent here, and who cannot be let in by it. */
import type { Lobby, Problem } from "./api.js"
import { placeOf, unreachableWords } from "./exitWords.js"
import type { Words } from "./words.js"

type Link = Extract<Problem, { readonly _tag: "InvalidProviderData" }>

/** Of a link that the crowd does not stand by. */
const strangeLinkWords = (place: string): Words => ({
  title: "This link does not work",
  text: `It is of another time or of somebody else, or was changed on its way. Open the task again at ${place}.`
})

/** Of what is wrong with the link, and what to do. */
const linkWords: { readonly [Fault in NonNullable<Link["fault"]>]: (place: string) => Words } = {
  missing: (place) => ({
    title: "This link does not say who you are",
    text: `A part of it is missing. Open the task again at ${place}, and do not copy or shorten its link.`
  }),
  unfilled: (place) => ({
    title: "This link is not complete",
    text: `Where your own number or name should stand, it has a place that was never filled in. Open the task again at ${place}; if that does not help, tell whoever invited you.`
  }),
  preview: (place) => ({
    title: "This is a preview",
    text: `Its link is for looking only, and nothing can be submitted by it. To take part, open the task at ${place}.`
  }),
  unproven: (place) => ({
    title: "This link was changed",
    text: `It is not as it was given to you, so nobody can be let in by it. Open the task again at ${place}.`
  }),
  foreign: (place) => ({
    title: "This link is somebody else's",
    text: `Somebody came by it before under another name. Open the task at ${place}, where you get a link of your own.`
  })
}

/** Nothing but another link helps. */
export const isBrokenLink = (problem: Problem): boolean =>
  problem._tag === "InvalidProviderData" && problem.fault !== undefined

const detailAtMost = 200

/** The same in words for whoever made the link; undefined where it is no matter of the link. */
export const linkDetail = (problem: Problem): string | undefined =>
  problem._tag === "InvalidProviderData" ? problem.description.split("\n", 1)[0]?.slice(0, detailAtMost) : undefined

/** Of what is in the way of whom a link has sent here; undefined where the crowd has no part in it. */
export const failedWords = (problem: Problem, lobby: Lobby | undefined): Words | undefined => {
  if (lobby?.exits !== true) return undefined
  const place = placeOf(lobby)
  if (problem._tag === "InvalidProviderData") {
    return problem.fault === undefined ? strangeLinkWords(place) : linkWords[problem.fault](place)
  }
  return problem._tag === "ProviderError" ? unreachableWords(place) : undefined
}

/** In a page that nobody came to by a link of the crowd's. */
export const linkNeededWords = (place: string): Words => ({
  title: "This is a preview",
  text: `Nothing that is done here is sent. To work on it, open the task at ${place}: its link tells who you are.`
})

export const noListWords = (place: string): Words => ({
  title: "There is no list of tasks here",
  text: `Open a task at ${place}: its link leads to it.`
})
