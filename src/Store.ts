/**
 * What is remembered: one service, of which memory and SQL are two implementations that pass one suite. Programs provide
 * one of its layers and leave the rest to the capabilities; methods and tables are for those who write a store.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import * as memory from "./store/memory/store.js"
import type { Service } from "./store/operations.js"

export type { AvailableOptions, ClaimOptions, PageOptions, Service, UpdateOptions, Where } from "./store/operations.js"

/**
 * The tag of the store, which every provider is built on.
 *
 * @since 0.1.0
 * @category services
 */
export class Store extends Context.Tag("effect-crowd/Store")<Store, Service>() {}

/**
 * Remembers until the process ends. Rows pass through JSON, so no fault of encoding stays hidden.
 *
 * @example
 * import * as Local from "effect-crowd/Local"
 * import { Store } from "effect-crowd"
 * import * as Layer from "effect/Layer"
 *
 * export const crowd = Layer.provide(Local.layer(), Store.layerMemory)
 *
 * @since 0.1.0
 * @category layers
 */
export const layerMemory: Layer.Layer<Store> = Layer.effect(Store, memory.make)
