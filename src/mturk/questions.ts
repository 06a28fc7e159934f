/** The question of a HIT: the page itself, or where it is. */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { escapeUTF8 } from "entities/escape"
import { assemble, type Prepared, prepare } from "../batch/TaskPage.js"
import { InvalidSetting } from "../CrowdError.js"
import type { Driver, LaunchOrder } from "../Driver.js"
import type { RunId } from "../Ids.js"
import type { Environment } from "./environment.js"
import { submitScript } from "./submitScript.js"

const schemas = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas"

/** The service takes no more, all in all. */
export const maxBytes = 65_535

/** At the most, of a UTF-16 code unit in UTF-8. */
const bytesPerUnit = 3

/** What XML 1.0 cannot say, not even escaped. */
const unspeakable =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g

export const speakable = (text: string): string => text.replace(unspeakable, "\uFFFD")

const cdata = (text: string): string => `<![CDATA[${text.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`

export const html = (page: string): string =>
  `<HTMLQuestion xmlns="${schemas}/2011-11-11/HTMLQuestion.xsd"><HTMLContent>${cdata(speakable(page))}</HTMLContent><FrameHeight>0</FrameHeight></HTMLQuestion>`

export const external = (url: string): string =>
  `<ExternalQuestion xmlns="${schemas}/2006-07-14/ExternalQuestion.xsd"><ExternalURL>${escapeUTF8(url)}</ExternalURL><FrameHeight>0</FrameHeight></ExternalQuestion>`

export const render = (prepared: Prepared, inputs: LaunchOrder["inputs"]): string =>
  assemble(prepared, inputs, { script: submitScript, button: "anywhere" })

/** The page is told which row it is for; its own parameters stay. */
const addressOf = (host: string, { run, units: [unit] }: LaunchOrder): string => {
  const url = new URL(host)
  url.searchParams.set("run", run.id)
  url.searchParams.set("assignment", unit.assignment)
  return url.href
}

/** Browsers show no page of plain http inside one of https; a service of your own may itself be plain. */
export const checkHost = (host: string | undefined, { amazon }: Environment): Effect.Effect<void, InvalidSetting> =>
  host === undefined ||
  (URL.canParse(host) && (amazon ? ["https:"] : ["https:", "http:"]).includes(new URL(host).protocol))
    ? Effect.void
    : new InvalidSetting({ setting: "host", value: host, description: "tasks are served from an https address" })

/** Why a HIT cannot carry this. */
const sizeFault = (question: string): string | undefined => {
  if (question.length * bytesPerUnit <= maxBytes) return undefined
  const bytes = new TextEncoder().encode(question).byteLength
  return bytes > maxBytes ? `has ${bytes} bytes, and a HIT carries ${maxBytes} at the most` : undefined
}

/** What is wrong with the page of a row, where each HIT carries its page. */
export const pageFault: NonNullable<Driver["pageFault"]> = ({ task, template }) => {
  const prepared = prepare(template, task)
  return (inputs) => {
    const fault = sizeFault(html(render(prepared, inputs)))
    return fault && `its page ${fault}; shorten it, or serve the tasks from a page of yours (--question-url)`
  }
}

export interface Questions {
  /** The question of one unit, or why there can be none. */
  readonly of: (order: LaunchOrder) => Either.Either<string, string>
}

/** `host` is where tasks are served; without one, each HIT carries its page. */
export const make = (host: string | undefined): Questions => {
  let last: { readonly run: RunId; readonly prepared: Prepared } | undefined
  const prepared = ({ run, template }: LaunchOrder): Prepared => {
    if (last?.run !== run.id) last = { run: run.id, prepared: prepare(template, run.task) }
    return last.prepared
  }
  return {
    of: (order) => {
      if (host !== undefined) return Either.right(external(addressOf(host, order)))
      const question = html(render(prepared(order), order.inputs))
      const fault = sizeFault(question)
      return fault === undefined ? Either.right(question) : Either.left(`the page of ${order.units[0].id} ${fault}`)
    }
  }
}
