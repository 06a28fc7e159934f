/** Stub. */
import type { Answers } from "../Agents.js"
import * as Template from "../batch/Template.js"
import type { Inputs } from "../TaskRuns.js"
export interface Prepared {
  readonly template: string
}
export interface RenderOptions {
  readonly mode: "work" | "preview" | "review"
  readonly answers?: Answers | undefined
}
export const prepare = (template: string): Prepared => ({ template })
export const render = (prepared: Prepared, inputs: Inputs, _: RenderOptions): string =>
  Template.fill(prepared.template, inputs)
