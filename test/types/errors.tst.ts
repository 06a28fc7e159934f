import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { describe, expect, test } from "tstyche"
import type * as Agents from "../../src/Agents.js"
import type * as Budget from "../../src/Budget.js"
import type * as Crowd from "../../src/Crowd.js"
import type * as Journal from "../../src/Journal.js"
import type * as Local from "../../src/Local.js"
import type * as Messages from "../../src/Messages.js"
import type * as Qualifications from "../../src/Qualifications.js"
import type * as Requesters from "../../src/Requesters.js"
import type * as TaskRuns from "../../src/TaskRuns.js"
import type * as Units from "../../src/Units.js"
import type * as Workers from "../../src/Workers.js"

type ErrorOf<Method> = Method extends (...args: never) => infer Result
  ? ErrorOf<Result>
  : Method extends Effect.Effect<unknown, infer E, unknown>
    ? E
    : Method extends Stream.Stream<unknown, infer E, unknown>
      ? E
      : never

type Infallible = Effect.Effect<void>

/** An effect that fails as the method does. */
declare const failing: <Method>() => Effect.Effect<void, ErrorOf<Method>>

declare const handle: <const Tags extends ReadonlyArray<string>>(
  ...tags: Tags
) => { readonly [Tag in Tags[number]]: () => Effect.Effect<void> }

// `catchTags` takes no tag that cannot happen, and leaves one that was not handled: each list is exact.
describe("catchTags over each method is exhaustive", () => {
  test("Requesters", () => {
    expect(
      failing<Requesters.Service["register"]>().pipe(
        Effect.catchTags(handle("InvalidRegisterArgs", "CredentialsRejected", "ProviderError", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Requesters.Service["isRegistered"]>().pipe(
        Effect.catchTags(handle("RequesterNotFound", "ProviderError", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Requesters.Service["get"]>().pipe(Effect.catchTags(handle("RequesterNotFound", "StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<Requesters.Service["findByName"]>().pipe(Effect.catchTags(handle("RequesterNotFound", "StoreError")))
    ).type.toBe<Infallible>()
    expect(failing<Requesters.Service["list"]>().pipe(Effect.catchTags(handle("StoreError")))).type.toBe<Infallible>()
    expect<keyof Requesters.Service>().type.toBe<
      "register" | "isRegistered" | "get" | "findByName" | "list" | "registerArgs"
    >()
  })

  test("TaskRuns", () => {
    expect(
      failing<TaskRuns.Service["open"]>().pipe(
        Effect.catchTags(
          handle("RequesterNotFound", "InvalidInput", "CurrencyNotPaid", "SettingNotKept", "BatchChanged", "StoreError")
        )
      )
    ).type.toBe<Infallible>()
    expect(
      failing<TaskRuns.Service["find"]>().pipe(
        Effect.catchTags(handle("RequesterNotFound", "BatchChanged", "InvalidInput", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(
      failing<TaskRuns.Service["lacking"]>().pipe(
        Effect.catchTags(handle("TaskRunNotFound", "AgentNotFound", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(
      failing<TaskRuns.Service["relaunch"]>().pipe(
        Effect.catchTags(handle("TaskRunNotFound", "AgentNotFound", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(
      failing<TaskRuns.Service["setup"]>().pipe(
        Effect.catchTags(handle("TaskRunNotFound", "ProviderError", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(
      failing<TaskRuns.Service["draft"]>().pipe(
        Effect.catchTags(handle("TaskRunNotFound", "ProviderError", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(
      failing<TaskRuns.Service["cleanup"]>().pipe(
        Effect.catchTags(handle("TaskRunNotFound", "ProviderError", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(
      failing<TaskRuns.Service["get"]>().pipe(Effect.catchTags(handle("TaskRunNotFound", "StoreError")))
    ).type.toBe<Infallible>()
    expect(failing<TaskRuns.Service["newest"]>().pipe(Effect.catchTags(handle("StoreError")))).type.toBe<Infallible>()
    expect(failing<TaskRuns.Service["list"]>().pipe(Effect.catchTags(handle("StoreError")))).type.toBe<Infallible>()
    expect(
      failing<TaskRuns.Service["template"]>().pipe(Effect.catchTags(handle("TaskRunNotFound", "StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<TaskRuns.Service["addRows"]>().pipe(Effect.catchTags(handle("TaskRunNotFound", "StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<TaskRuns.Service["rows"]>().pipe(Effect.catchTags(handle("TaskRunNotFound", "StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<TaskRuns.Service["assignment"]>().pipe(Effect.catchTags(handle("StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<TaskRuns.Service["assignments"]>().pipe(Effect.catchTags(handle("StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<TaskRuns.Service["olderThan"]>().pipe(Effect.catchTags(handle("TaskRunNotFound", "StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<TaskRuns.Service["counts"]>().pipe(Effect.catchTags(handle("TaskRunNotFound", "StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<TaskRuns.Service["undecided"]>().pipe(Effect.catchTags(handle("StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<TaskRuns.Service["reopenCutOff"]>().pipe(Effect.catchTags(handle("StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<TaskRuns.Service["isOver"]>().pipe(Effect.catchTags(handle("TaskRunNotFound", "StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<TaskRuns.Service["generation"]>().pipe(Effect.catchTags(handle("TaskRunNotFound", "StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<TaskRuns.Service["summary"]>().pipe(Effect.catchTags(handle("TaskRunNotFound", "StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<TaskRuns.Service["due"]>().pipe(Effect.catchTags(handle("TaskRunNotFound", "StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<TaskRuns.Service["addMedia"]>().pipe(
        Effect.catchTags(handle("TaskRunNotFound", "InvalidInput", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(failing<TaskRuns.Service["media"]>().pipe(Effect.catchTags(handle("StoreError")))).type.toBe<Infallible>()
    expect(
      failing<TaskRuns.Service["mediaBytes"]>().pipe(Effect.catchTags(handle("StoreError")))
    ).type.toBe<Infallible>()
    expect<keyof TaskRuns.Service>().type.toBe<
      | "find"
      | "open"
      | "setup"
      | "draft"
      | "cleanup"
      | "get"
      | "newest"
      | "list"
      | "olderThan"
      | "template"
      | "addMedia"
      | "media"
      | "mediaBytes"
      | "addRows"
      | "lacking"
      | "relaunch"
      | "rows"
      | "assignment"
      | "assignments"
      | "counts"
      | "undecided"
      | "reopenCutOff"
      | "isOver"
      | "generation"
      | "summary"
      | "due"
      | "changes"
    >()
  })

  test("Units", () => {
    const launch: Units.Service["launch"] = () => Stream.empty
    expect(
      failing<Units.Service["get"]>().pipe(Effect.catchTags(handle("UnitNotFound", "StoreError")))
    ).type.toBe<Infallible>()
    expect(failing<Units.Service["list"]>().pipe(Effect.catchTags(handle("StoreError")))).type.toBe<Infallible>()
    expect(failing<Units.Service["getAll"]>().pipe(Effect.catchTags(handle("StoreError")))).type.toBe<Infallible>()
    expect(
      failing<Units.Service["status"]>().pipe(Effect.catchTags(handle("UnitNotFound", "ProviderError", "StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<typeof launch<never>>().pipe(
        Effect.catchTags(handle("TaskRunNotFound", "InsufficientFunds", "Uncertain", "ProviderError", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Units.Service["expire"]>().pipe(
        Effect.catchTags(handle("UnitNotFound", "InvalidTransition", "Uncertain", "ProviderError", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Units.Service["expireAll"]>().pipe(
        Effect.catchTags(handle("TaskRunNotFound", "Uncertain", "ProviderError", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Units.Service["sync"]>().pipe(Effect.catchTags(handle("TaskRunNotFound", "ProviderError", "StoreError")))
    ).type.toBe<Infallible>()
    expect(failing<Units.Service["changes"]>().pipe(Effect.catchTags(handle("StoreError")))).type.toBe<Infallible>()
    expect(
      failing<Units.Service["busyUntil"]>().pipe(Effect.catchTags(handle("TaskRunNotFound", "StoreError")))
    ).type.toBe<Infallible>()
    expect<keyof Units.Service>().type.toBe<
      | "get"
      | "list"
      | "getAll"
      | "status"
      | "launch"
      | "expire"
      | "expireAll"
      | "expireOverdue"
      | "offerEnds"
      | "busyUntil"
      | "sync"
      | "changes"
    >()
  })

  test("Agents", () => {
    expect(
      failing<Agents.Service["register"]>().pipe(
        Effect.catchTags(handle("TaskRunNotFound", "InvalidProviderData", "NotEligible", "ProviderError", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Agents.Service["submit"]>().pipe(
        Effect.catchTags(
          handle(
            "AgentNotFound",
            "NotYourAgent",
            "InvalidAnswers",
            "AlreadySubmitted",
            "InvalidTransition",
            "StoreError"
          )
        )
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Agents.Service["start"]>().pipe(
        Effect.catchTags(handle("AgentNotFound", "InvalidTransition", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Agents.Service["heartbeat"]>().pipe(
        Effect.catchTags(handle("AgentNotFound", "InvalidTransition", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Agents.Service["return"]>().pipe(
        Effect.catchTags(handle("AgentNotFound", "InvalidTransition", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Agents.Service["disconnect"]>().pipe(
        Effect.catchTags(handle("AgentNotFound", "InvalidTransition", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Agents.Service["approve"]>().pipe(
        Effect.catchTags(
          handle(
            "AgentNotFound",
            "InvalidFeedback",
            "InvalidTransition",
            "InsufficientFunds",
            "Uncertain",
            "ProviderError",
            "StoreError"
          )
        )
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Agents.Service["approveAll"]>().pipe(
        Effect.catchTags(handle("TaskRunNotFound", "InsufficientFunds", "Uncertain", "ProviderError", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Agents.Service["softReject"]>().pipe(
        Effect.catchTags(
          handle(
            "AgentNotFound",
            "InvalidFeedback",
            "InvalidTransition",
            "InsufficientFunds",
            "Uncertain",
            "ProviderError",
            "StoreError"
          )
        )
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Agents.Service["reject"]>().pipe(
        Effect.catchTags(
          handle("AgentNotFound", "InvalidFeedback", "InvalidTransition", "Uncertain", "ProviderError", "StoreError")
        )
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Agents.Service["status"]>().pipe(Effect.catchTags(handle("AgentNotFound", "ProviderError", "StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<Agents.Service["markDone"]>().pipe(
        Effect.catchTags(handle("AgentNotFound", "ProviderError", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Agents.Service["exit"]>().pipe(Effect.catchTags(handle("AgentNotFound", "ProviderError", "StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<Agents.Service["refusalExit"]>().pipe(
        Effect.catchTags(handle("InvalidProviderData", "TaskRunNotFound", "ProviderError", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Agents.Service["endOverdue"]>().pipe(Effect.catchTags(handle("TaskRunNotFound", "StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<Agents.Service["disconnectSilent"]>().pipe(Effect.catchTags(handle("TaskRunNotFound", "StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<Agents.Service["get"]>().pipe(Effect.catchTags(handle("AgentNotFound", "StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<Agents.Service["list"]>().pipe(Effect.catchTags(handle("TaskRunNotFound", "StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<Agents.Service["submissions"]>().pipe(
        Effect.catchTags(handle("TaskRunNotFound", "AgentNotFound", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Agents.Service["watch"]>().pipe(Effect.catchTags(handle("TaskRunNotFound", "StoreError")))
    ).type.toBe<Infallible>()
    expect(failing<Agents.Service["ofWorker"]>().pipe(Effect.catchTags(handle("StoreError")))).type.toBe<Infallible>()
    expect<keyof Agents.Service>().type.toBe<
      | "register"
      | "submit"
      | "start"
      | "heartbeat"
      | "return"
      | "disconnect"
      | "approve"
      | "approveAll"
      | "softReject"
      | "reject"
      | "status"
      | "markDone"
      | "exit"
      | "refusalExit"
      | "endOverdue"
      | "disconnectSilent"
      | "get"
      | "list"
      | "submissions"
      | "watch"
      | "ofWorker"
    >()
  })

  test("Workers", () => {
    expect(
      failing<Workers.Service["get"]>().pipe(Effect.catchTags(handle("WorkerNotFound", "StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<Workers.Service["findByName"]>().pipe(Effect.catchTags(handle("WorkerNotFound", "StoreError")))
    ).type.toBe<Infallible>()
    expect(failing<Workers.Service["list"]>().pipe(Effect.catchTags(handle("StoreError")))).type.toBe<Infallible>()
    expect(
      failing<Workers.Service["ofRun"]>().pipe(Effect.catchTags(handle("TaskRunNotFound", "StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<Workers.Service["bonus"]>().pipe(
        Effect.catchTags(
          handle(
            "WorkerNotFound",
            "UnitNotFound",
            "TaskRunNotFound",
            "InvalidInput",
            "CurrencyNotPaid",
            "BonusNeedsUnit",
            "InsufficientFunds",
            "Uncertain",
            "ProviderError",
            "StoreError"
          )
        )
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Workers.Service["block"]>().pipe(
        Effect.catchTags(
          handle(
            "WorkerNotFound",
            "RequesterNotFound",
            "UnitNotFound",
            "InvalidInput",
            "BlockNeedsScope",
            "Uncertain",
            "ProviderError",
            "StoreError"
          )
        )
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Workers.Service["unblock"]>().pipe(
        Effect.catchTags(
          handle(
            "WorkerNotFound",
            "RequesterNotFound",
            "UnitNotFound",
            "BlockNeedsScope",
            "Uncertain",
            "ProviderError",
            "StoreError"
          )
        )
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Workers.Service["isBlocked"]>().pipe(
        Effect.catchTags(handle("WorkerNotFound", "RequesterNotFound", "UnitNotFound", "ProviderError", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Workers.Service["isEligible"]>().pipe(
        Effect.catchTags(handle("WorkerNotFound", "TaskRunNotFound", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Workers.Service["standing"]>().pipe(
        Effect.catchTags(handle("WorkerNotFound", "TaskRunNotFound", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Workers.Service["progress"]>().pipe(
        Effect.catchTags(handle("WorkerNotFound", "TaskRunNotFound", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect<keyof Workers.Service>().type.toBe<
      | "get"
      | "findByName"
      | "list"
      | "ofRun"
      | "bonus"
      | "bonuses"
      | "block"
      | "unblock"
      | "isBlocked"
      | "isEligible"
      | "standing"
      | "progress"
    >()
  })

  test("Qualifications", () => {
    expect(
      failing<Qualifications.Service["create"]>().pipe(
        Effect.catchTags(handle("InvalidInput", "QualificationExists", "ProviderError", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Qualifications.Service["delete"]>().pipe(
        Effect.catchTags(handle("QualificationNotFound", "ProviderError", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Qualifications.Service["find"]>().pipe(Effect.catchTags(handle("QualificationNotFound", "StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<Qualifications.Service["list"]>().pipe(Effect.catchTags(handle("StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<Qualifications.Service["grant"]>().pipe(
        Effect.catchTags(
          handle("InvalidInput", "QualificationNotFound", "WorkerNotFound", "Uncertain", "ProviderError", "StoreError")
        )
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Qualifications.Service["revoke"]>().pipe(
        Effect.catchTags(handle("QualificationNotFound", "WorkerNotFound", "Uncertain", "ProviderError", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Qualifications.Service["value"]>().pipe(Effect.catchTags(handle("QualificationNotFound", "StoreError")))
    ).type.toBe<Infallible>()
    expect<keyof Qualifications.Service>().type.toBe<
      "create" | "delete" | "find" | "list" | "grant" | "revoke" | "value"
    >()
  })

  test("Budget", () => {
    expect(
      failing<Budget.Service["available"]>().pipe(
        Effect.catchTags(handle("RequesterNotFound", "ProviderError", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect<keyof Budget.Service>().type.toBe<"available">()
  })

  test("Messages", () => {
    expect(
      failing<Messages.Service["send"]>().pipe(
        Effect.catchTags(handle("WorkerNotFound", "ProviderError", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect<keyof Messages.Service>().type.toBe<"send">()
  })

  test("Journal", () => {
    expect(
      failing<Journal.Service["settle"]>().pipe(Effect.catchTags(handle("TaskRunNotFound", "StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<Journal.Service["list"]>().pipe(Effect.catchTags(handle("TaskRunNotFound", "StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<Journal.Service["resolve"]>().pipe(Effect.catchTags(handle("IntentNotFound", "StoreError")))
    ).type.toBe<Infallible>()
    expect<keyof Journal.Service>().type.toBe<"settle" | "list" | "resolve">()
  })

  test("Crowd", () => {
    expect<Effect.Effect.Error<ReturnType<typeof Crowd.plan>>["_tag"]>().type.toBe<
      "RequesterNotFound" | "InvalidInput" | "CurrencyNotPaid" | "SettingNotKept" | "ProviderError" | "StoreError"
    >()
    expect<Crowd.LaunchError["_tag"]>().type.toBe<
      | "RequesterNotFound"
      | "TaskRunNotFound"
      | "BatchChanged"
      | "InvalidInput"
      | "CurrencyNotPaid"
      | "SettingNotKept"
      | "InsufficientFunds"
      | "Uncertain"
      | "ProviderError"
      | "StoreError"
    >()
  })

  test("Local", () => {
    expect(
      failing<Local.Service["worker"]>().pipe(Effect.catchTags(handle("Unwelcome", "StoreError")))
    ).type.toBe<Infallible>()
    expect(
      failing<Local.Service["name"]>().pipe(
        Effect.catchTags(handle("Unwelcome", "InvalidName", "NameTaken", "TooManyNames", "StoreError"))
      )
    ).type.toBe<Infallible>()
    expect(
      failing<Local.Service["release"]>().pipe(Effect.catchTags(handle("NameNotTaken", "StoreError")))
    ).type.toBe<Infallible>()
    expect<keyof Local.Service>().type.toBe<"chooses" | "network" | "worker" | "name" | "release">()
  })
})
