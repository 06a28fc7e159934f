/** The crowd that speaks Mechanical Turk's protocol; imported only where it is named, because the AWS SDK is an optional package. */
import * as Option from "effect/Option"
import * as MTurk from "../MTurk.js"

/** What was asked for of a crowd outside; the others have no use for it. */
export interface Terms {
  /** Real money. */
  readonly live: boolean
  /** Where your own page serves the tasks; without one, the crowd is sent each page. */
  readonly questionUrl: Option.Option<string>
  /** What the crowd takes on top of a payment. */
  readonly fees: "amazon" | "none"
}

// Which Node the SDK's later versions will need is nothing that who runs this command could act on.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true"

export const layer = ({ fees, live, questionUrl }: Terms) =>
  MTurk.layer({ mode: live ? "production" : "sandbox", host: Option.getOrUndefined(questionUrl), fees })
