/** The three families of lists (FACTS §1 Pagination). */
import { type CallName, ok, type Reply, type Request } from "./operations.js"
import { Refused } from "./refusals.js"
import type { World } from "./world.js"

const defaultSize = 20
const largestPage = 200

const positive = (text: string | null, otherwise: number, least: number): number => {
  const value = text === null ? otherwise : Number(text)
  if (!Number.isSafeInteger(value) || value < least) throw new Refused(400, "Not a number that can be.")
  return value
}

type Listing = Pick<Request<CallName>, "url" | "query">

const link = (world: World, { url }: Listing, changes: Record<string, number>) => {
  const target = new URL(url)
  for (const [name, value] of Object.entries(changes)) target.searchParams.set(name, String(value))
  const path = `${target.pathname}${target.search}`
  return world.switches.internalNext ? `http://survey-api${path}` : `${target.origin}${path}`
}

const linked = (self: string, next: string | null, previous: string | null, last: string | null) => ({
  self: { href: self, title: "Current" },
  next: { href: next, title: "Next" },
  previous: { href: previous, title: "Previous" },
  last: { href: last, title: "Last" }
})

/** By page and page_size; a page past the end is not found. */
export const byPage = <A>(world: World, request: Listing, all: ReadonlyArray<A>, show: (row: A) => unknown): Reply => {
  const { listsStopAt, nextAtEnd } = world.switches
  const rows = all.slice(0, listsStopAt)
  const page = positive(request.query.get("page"), 1, 1)
  const size = Math.min(positive(request.query.get("page_size"), defaultSize, 1), largestPage)
  const last = Math.max(1, Math.ceil(rows.length / size))
  if (page > last) throw new Refused(404, "Invalid page.")
  const end = nextAtEnd ? last + 1 : last
  const at = (number: number) => (number < 1 || number > end ? null : link(world, request, { page: number }))
  return ok({
    results: rows.slice((page - 1) * size, page * size).map(show),
    _links: linked(request.url.href, at(page + 1), at(page - 1), at(last)),
    meta: { count: all.length }
  })
}

/** By limit and offset. */
export const byOffset = <A>(
  world: World,
  request: Listing,
  rows: ReadonlyArray<A>,
  show: (row: A) => unknown
): Reply => {
  const limit = world.switches.limitIgnored ? rows.length : positive(request.query.get("limit"), defaultSize, 1)
  const offset = positive(request.query.get("offset"), 0, 0)
  const end = offset + limit
  return ok({
    results: rows.slice(world.switches.limitIgnored ? 0 : offset, end).map(show),
    _links: linked(
      request.url.href,
      end < rows.length ? link(world, request, { limit, offset: end }) : null,
      offset > 0 ? link(world, request, { limit, offset: Math.max(0, offset - limit) }) : null,
      null
    ),
    meta: { count: rows.length, total: rows.length }
  })
}

/** All at once, whatever is asked. */
export const whole = <A>(world: World, request: Listing, rows: ReadonlyArray<A>, show: (row: A) => unknown): Reply =>
  ok({
    results: rows.slice(0, world.switches.listsStopAt).map(show),
    _links: linked(request.url.href, null, null, null),
    meta: { count: rows.length }
  })

/** Rows that are old enough for lists to show them. */
export const settled = <A>(world: World, rows: ReadonlyArray<A>, madeAt: (row: A) => number): ReadonlyArray<A> =>
  rows.filter((row) => madeAt(row) <= world.clock.now() - world.switches.listStaleness)
