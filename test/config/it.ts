/**
 * Test files share their modules, and `layer` of `@effect/vitest` leaves its methods on the one `it` there is: without
 * this, `it.effect` of a later file would run with the services, and on the clock, of an earlier one.
 */
import "./goWithRun.js"
import { effect, flakyTest, it, layer, live, prop, scoped, scopedLive } from "@effect/vitest"

Object.assign(it, { effect, flakyTest, layer, live, prop, scoped, scopedLive })
