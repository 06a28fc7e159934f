/**
 * Statements take 1, 2, 4 … up to this many rows or ids, so that there are few different texts to prepare and a
 * statement stays far below the 30,000 parameters any of the databases takes.
 */
const most = 256

const powerUpTo = (length: number): number => {
  let power = 1
  while (power * 2 <= length && power < most) power *= 2
  return power
}

/** The rows in their order, in groups of as many as a statement takes. @internal */
export const ofRows = <A>(rows: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> => {
  const chunks: Array<ReadonlyArray<A>> = []
  for (let from = 0; from < rows.length; ) {
    const size = powerUpTo(rows.length - from)
    chunks.push(rows.slice(from, from + size))
    from += size
  }
  return chunks
}

/** The ids, each once, in groups of as many as a statement takes; the last is filled up by repeating an id. @internal */
export const ofIds = (ids: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> => {
  if (ids.length === 1) return [ids]
  const distinct = Array.from(new Set(ids))
  const chunks: Array<ReadonlyArray<string>> = []
  for (let from = 0; from < distinct.length; from += most) {
    const chunk = distinct.slice(from, from + most)
    const last = chunk.slice(-1)
    while (powerUpTo(chunk.length) < chunk.length) chunk.push(...last)
    chunks.push(chunk)
  }
  return chunks
}
