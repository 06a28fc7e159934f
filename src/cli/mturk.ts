/**
 * The crowd that speaks Mechanical Turk's protocol; imported only where it is named, because the AWS SDK is an optional
 * package.
 */
import * as Option from "effect/Option"
import * as MTurk from "../MTurk.js"
import type { Terms } from "./terms.js"

// Which Node the SDK's later versions will need is nothing that who runs this command could act on.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true"

export const layer = ({ live, mturk: { fees, questionUrl } }: Terms) =>
  MTurk.layer({ mode: live ? "production" : "sandbox", host: Option.getOrUndefined(questionUrl), fees })
