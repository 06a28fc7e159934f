/**
 * Runs first in the requester's page, which is in a frame of its own origin: whatever way the page is submitted, its
 * answers go to the page around it.
 */
import { type Answers, fromForm } from "../answers.js"
import { type FromFrame, toFrame } from "../messages.js"
import { reportProblems } from "../problems.js"
import { closeControls } from "./controls.js"
import { fill } from "./fill.js"
import { watchHeight } from "./height.js"
import { openLinksElsewhere, watchScrolling } from "./navigation.js"
import { provideStorage } from "./storage.js"

interface Settings {
  readonly mode: "work" | "preview" | "review"
  readonly answers?: Answers
  /** The origin of the page around it, where that is known. */
  readonly around?: string
  /** It is not known whether the page has a button that submits it. */
  readonly hasButtonBelow?: boolean
}

/** Both script elements go, so that the requester's scripts find the page as it was written. */
const takeSettings = (): Settings => {
  const script = document.currentScript
  const data = script?.previousElementSibling
  const settings: Settings = JSON.parse(data?.textContent ?? '{"mode":"preview"}')
  data?.remove()
  script?.remove()
  return settings
}

const { answers, around, hasButtonBelow = false, mode } = takeSettings()

/** The page around it is known by its place, and by its address where that is ours to know. */
const tell = (message: FromFrame) => parent.postMessage(message, around ?? "*")

const isAround = ({ origin, source }: MessageEvent): boolean =>
  source === parent && (around === undefined || origin === around)

/** A field of Mechanical Turk's, not an answer. */
const protocolField = "assignmentId"

const isButton = (element: HTMLElement): element is HTMLInputElement | HTMLButtonElement =>
  element instanceof HTMLInputElement || element instanceof HTMLButtonElement

/** With the button's own value, or where a picture was pressed. Older browsers leave it out, and say nothing. */
const dataOf = (form: HTMLFormElement, submitter: HTMLElement | null): FormData => {
  const isOwn = submitter !== null && isButton(submitter) && submitter.form === form
  if (!isOwn || !["submit", "image"].includes(submitter.type)) return new FormData(form)
  const { name, type, value } = submitter
  const data = new FormData(form, submitter)
  if (type === "submit" && name !== "" && !data.has(name)) data.append(name, value)
  return data
}

const collect = (form: HTMLFormElement, submitter: HTMLElement | null) => {
  const data = dataOf(form, submitter)
  data.delete(protocolField)
  return fromForm(data)
}

const submit = (form: HTMLFormElement, submitter: HTMLElement | null) => {
  if (mode !== "work") return
  const collected = collect(form, submitter)
  if (collected._tag === "Answers") tell({ crowd: "submit", answers: collected.answers })
  else tell({ crowd: "files", fields: collected.fields })
}

/** The page's own handlers come first and may hold a submission back, but not from here. */
const catchSubmissions = () => {
  addEventListener(
    "submit",
    (event) => {
      event.stopPropagation = () => {}
      event.stopImmediatePropagation = () => {}
    },
    true
  )
  addEventListener("submit", (event) => {
    if (event.defaultPrevented || !(event.target instanceof HTMLFormElement)) return
    event.preventDefault()
    submit(event.target, event.submitter)
  })
  HTMLFormElement.prototype.submit = function () {
    submit(this, null)
  }
}

/** Who closes the page loses no more than what they typed last. In milliseconds. */
const draftEvery = 150

const formOf = (target: EventTarget | null): HTMLFormElement | null => {
  if (!(target instanceof Element)) return null
  const isField =
    target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement
  return isField ? target.form : target.closest("form")
}

const tellDrafts = () => {
  let changed: HTMLFormElement | undefined
  const tellNow = () => {
    if (changed === undefined) return
    const collected = collect(changed, null)
    changed = undefined
    if (collected._tag === "Answers") tell({ crowd: "draft", answers: collected.answers })
  }
  const soon = (event: Event) => {
    const form = formOf(event.target)
    if (form === null) return
    if (changed === undefined) setTimeout(tellNow, draftEvery)
    changed = form
  }
  addEventListener("input", soon)
  addEventListener("change", soon)
}

const buttons = "form [type=submit], form [type=image], [form][type=submit], [form][type=image]"

/** Once the page's scripts had their time to make a button. */
const lookForButton = () => {
  if (document.querySelector(buttons) === null) tell({ crowd: "buttonless" })
}

/** As the page's own button would, with all that the browser and the page's scripts check then. */
const pressSubmit = () => {
  const forms = Array.from(document.forms)
  const form = forms.find(({ elements }) => elements.length > 0) ?? forms[0]
  if (form !== undefined) HTMLFormElement.prototype.requestSubmit.call(form)
}

const start = () => {
  closeControls(mode)
  if (answers !== undefined) {
    fill(answers)
    // Once more for fields that the page's script made meanwhile.
    addEventListener("load", () => fill(answers))
  }
  watchHeight((height) => tell({ crowd: "height", height }))
  if (mode === "work") tellDrafts()
  tell({ crowd: "ready" })
}

reportProblems(({ message }) => tell({ crowd: "problem", message }))
catchSubmissions()
openLinksElsewhere()
watchScrolling((top) => tell({ crowd: "scroll", top }))
provideStorage((kept) => tell({ crowd: "storage", kept }))
addEventListener("message", (event) => {
  const message = isAround(event) ? toFrame(event.data) : undefined
  if (message?.crowd === "restore") fill(message.answers)
  if (message?.crowd === "submit") pressSubmit()
})
// Called by the script that Mechanical Turk's templates load; without the marketplace it has nothing to do.
Object.assign(window, { turkSetAssignmentID: () => {} })
addEventListener("DOMContentLoaded", start)
if (hasButtonBelow) addEventListener("load", () => setTimeout(lookForButton))
