/**
 * Every way in which hiring a crowd can fail, as classes, as one union type and as a Schema. Each class survives
 * encode → JSON → decode, carries the ids of what it speaks about as fields, and has a message a person can act on.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { BatchChanged, InvalidInput } from "./errors/batches.js"
import { ProviderError, StoreError, Uncertain } from "./errors/providerAndStore.js"
import {
  BlockNeedsScope,
  BonusNeedsUnit,
  CredentialsRejected,
  CurrencyNotPaid,
  InsufficientFunds,
  InvalidFeedback,
  InvalidRegisterArgs,
  InvalidSetting,
  NameNotTaken,
  QualificationExists,
  SettingNotKept
} from "./errors/requesters.js"
import {
  AgentNotFound,
  IntentNotFound,
  InvalidTransition,
  QualificationNotFound,
  RequesterNotFound,
  TaskRunNotFound,
  UnitNotFound,
  WorkerNotFound
} from "./errors/states.js"
import {
  AlreadySubmitted,
  HeldByAddress,
  InvalidAnswers,
  InvalidName,
  InvalidProviderData,
  NameNeeded,
  NameTaken,
  NotEligible,
  NothingAnswered,
  NotYourAgent,
  TooManyNames,
  Unwelcome
} from "./errors/workers.js"

export * from "./errors/batches.js"
export * from "./errors/providerAndStore.js"
export * from "./errors/requesters.js"
export * from "./errors/states.js"
export * from "./errors/workers.js"

/**
 * Every failure as a Schema, for logs, wires and `--json`.
 *
 * @since 0.1.0
 * @category schemas
 */
export const CrowdError = Schema.Union(
  RequesterNotFound,
  TaskRunNotFound,
  UnitNotFound,
  WorkerNotFound,
  AgentNotFound,
  QualificationNotFound,
  IntentNotFound,
  InvalidTransition,
  InsufficientFunds,
  CurrencyNotPaid,
  SettingNotKept,
  NotEligible,
  CredentialsRejected,
  InvalidRegisterArgs,
  InvalidProviderData,
  InvalidAnswers,
  NothingAnswered,
  InvalidFeedback,
  NotYourAgent,
  AlreadySubmitted,
  Unwelcome,
  NameNeeded,
  HeldByAddress,
  NameTaken,
  TooManyNames,
  NameNotTaken,
  InvalidName,
  InvalidSetting,
  BonusNeedsUnit,
  BlockNeedsScope,
  QualificationExists,
  BatchChanged,
  InvalidInput,
  Uncertain,
  ProviderError,
  StoreError
)

/**
 * @since 0.1.0
 * @category models
 */
export type CrowdError = typeof CrowdError.Type
