import * as Effect from "effect/Effect"
import { type Double, makeDouble } from "../support/prolific/double.js"
import type { Settings } from "../support/prolific/settings.js"

export interface Answered {
  readonly status: number
  // What a test reads of it, it says itself.
  readonly body: ReturnType<typeof JSON.parse>
  readonly headers: Headers
}

const ask =
  (double: Double) =>
  async (method: string, path: string, body?: unknown): Promise<Answered> => {
    const reply = await fetch(`${double.url}${path}`, {
      method,
      redirect: "manual",
      headers: { authorization: `Token ${double.token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    })
    const text = await reply.text()
    const isJson = reply.headers.get("content-type")?.includes("json") === true
    return { status: reply.status, body: isJson ? JSON.parse(text) : text, headers: reply.headers }
  }

export const draft = {
  name: "Which mood?",
  internal_name: "Which mood? [run_1]",
  description: "<p>Read and say</p>",
  external_study_url:
    "https://crowd.example.org/task/run_1?PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}&SESSION_ID={{%SESSION_ID%}}",
  prolific_id_option: "url_parameters",
  completion_codes: [{ code: "DONE1", code_type: "COMPLETED", actions: [{ action: "MANUALLY_REVIEW" }] }],
  total_available_places: 2,
  estimated_completion_time: 3,
  maximum_allowed_time: 30,
  reward: 60
}

export interface Asking extends Double {
  readonly ask: ReturnType<typeof ask>
  /** Makes a study, and publishes it. */
  readonly publish: (changes?: object) => Promise<string>
}

/** A double and somebody who asks it with the right token. */
export const asking = (settings?: Settings) =>
  Effect.map(makeDouble(settings), (double): Asking => {
    const asked = ask(double)
    return {
      ...double,
      ask: asked,
      publish: async (changes = {}) => {
        const { body, status } = await asked("POST", "/api/v1/studies/", { ...draft, ...changes })
        if (status !== 201) throw new Error(JSON.stringify(body))
        await asked("POST", `/api/v1/studies/${body.id}/transition/`, { action: "PUBLISH" })
        return body.id
      }
    }
  })
