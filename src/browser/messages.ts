/**
 * What the task's frame and the page around it tell each other. What comes from the frame is the requester's to forge.
 */
import type { Answers, Json } from "./answers.js"
import { type Kept, toKept } from "./storage.js"

export type FromFrame =
  | { readonly crowd: "ready" }
  | { readonly crowd: "height"; readonly height: number }
  /** The page would scroll to here, in pixels from its top. */
  | { readonly crowd: "scroll"; readonly top: number }
  /** All that the page wants to be kept. */
  | { readonly crowd: "storage"; readonly kept: Kept }
  /** What is filled in so far. */
  | { readonly crowd: "draft"; readonly answers: Answers }
  | { readonly crowd: "submit"; readonly answers: Answers }
  /** A submission that cannot be sent, for the files in these fields. */
  | { readonly crowd: "files"; readonly fields: ReadonlyArray<string> }
  /** The page has no button that submits it. */
  | { readonly crowd: "buttonless" }
  /** The requester's script failed. */
  | { readonly crowd: "problem"; readonly message: string }

export type ToFrame =
  | { readonly crowd: "restore"; readonly answers: Answers }
  /** The button below the page was pressed. */
  | { readonly crowd: "submit" }

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const isJson = (value: unknown): value is Json => {
  if (Array.isArray(value)) return value.every(isJson)
  if (isObject(value)) return Object.values(value).every(isJson)
  return value === null || ["string", "boolean"].includes(typeof value) || Number.isFinite(value)
}

export const isAnswers = (value: unknown): value is Answers => isObject(value) && isJson(value)

/** Undefined for what is none of ours. */
export const fromFrame = (data: unknown): FromFrame | undefined => {
  if (!isObject(data)) return undefined
  const { answers, crowd, fields, height, message, top } = data
  switch (crowd) {
    case "ready":
    case "buttonless":
      return { crowd }
    case "height":
      return typeof height === "number" && Number.isFinite(height) ? { crowd, height } : undefined
    case "scroll":
      return typeof top === "number" && Number.isFinite(top) ? { crowd, top } : undefined
    case "storage": {
      const kept = toKept(data["kept"])
      return kept === undefined ? undefined : { crowd, kept }
    }
    case "draft":
    case "submit":
      return isAnswers(answers) ? { crowd, answers } : undefined
    case "files":
      return Array.isArray(fields) ? { crowd, fields: fields.map(String) } : undefined
    case "problem":
      return { crowd, message: String(message).slice(0, 500) }
    default:
      return undefined
  }
}

export const toFrame = (data: unknown): ToFrame | undefined => {
  if (!isObject(data)) return undefined
  const { answers, crowd } = data
  if (crowd === "submit") return { crowd }
  return crowd === "restore" && isAnswers(answers) ? { crowd, answers } : undefined
}
