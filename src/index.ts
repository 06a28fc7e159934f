/**
 * The front door: everything that is the same for every crowd. Providers, stores on disk, batch directories and test
 * suites have doors of their own (`effect-crowd/Mock`, `effect-crowd/store/SqliteStore`, …).
 *
 * @since 0.1.0
 */
export * as Agents from "./Agents.js"
export * as Batch from "./Batch.js"
export * as Budget from "./Budget.js"
export * as Conductor from "./Conductor.js"
export * as Crowd from "./Crowd.js"
export * as CrowdError from "./CrowdError.js"
export * as Driver from "./Driver.js"
export * as Ids from "./Ids.js"
export * as Journal from "./Journal.js"
export * as Json from "./Json.js"
export * as Media from "./Media.js"
export * as Messages from "./Messages.js"
export * as Money from "./Money.js"
export * as Owners from "./Owners.js"
export * as PanelSettings from "./PanelSettings.js"
export * as Provider from "./Provider.js"
export * as Qualifications from "./Qualifications.js"
export * as Requesters from "./Requesters.js"
export * as Results from "./Results.js"
export * as States from "./States.js"
export * as Store from "./Store.js"
export * as TaskRuns from "./TaskRuns.js"
export * as Units from "./Units.js"
export * as Workers from "./Workers.js"
