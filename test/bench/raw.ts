/** Raw better-sqlite3, doing the two statements that change the unit. */
import Database from "better-sqlite3"

export interface Raw {
  /** Answers the unit. */
  readonly claim: (by: { readonly agent: string; readonly run: string; readonly worker: string }) => string
  readonly complete: (unit: string) => void
  readonly close: () => void
}

export const rawStatements = (filename: string, durability: string): Raw => {
  const db = new Database(filename)
  db.pragma("journal_mode = WAL")
  db.pragma("foreign_keys = ON")
  db.pragma("temp_store = MEMORY")
  db.pragma(`synchronous = ${durability === "full" ? "FULL" : "NORMAL"}`)
  const claim = db.prepare(
    `UPDATE crowd_units SET status = 'assigned', agent = ?, lease_until = ?, updated_at = ? WHERE id = (
       SELECT id FROM crowd_units u WHERE run = ? AND status = 'launched' AND place > -1 AND NOT EXISTS (
         SELECT 1 FROM crowd_agents a WHERE a.worker = ? AND a.assignment = u.assignment
       ) ORDER BY place LIMIT 1) RETURNING id`
  )
  const complete = db.prepare(
    "UPDATE crowd_units SET status = 'completed', lease_until = NULL, updated_at = ? WHERE id = ? AND status = 'assigned'"
  )
  return {
    claim: ({ agent, run, worker }) => {
      const now = Date.now()
      const row = claim.get(agent, now + 600_000, now, run, worker)
      if (typeof row !== "object" || row === null || !("id" in row)) throw new Error("nothing left to claim")
      return String(row.id)
    },
    complete: (unit) => void complete.run(Date.now(), unit),
    close: () => void db.close()
  }
}
