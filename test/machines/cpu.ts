/** How much time on a processor Linux says that a process had, in seconds. */
import { readdirSync, readFileSync } from "node:fs"

const ticks = 100

interface Stat {
  readonly parent: number
  readonly own: number
  /** Of children that have ended. */
  readonly children: number
}

const statOf = (pid: number): Stat | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8")
    const fields = text
      .slice(text.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number)
    const at = (field: number): number => fields[field - 3] ?? 0
    return { parent: at(4), own: (at(14) + at(15)) / ticks, children: (at(16) + at(17)) / ticks }
  } catch {
    return undefined
  }
}

export const of = (pid: number): number => statOf(pid)?.own ?? 0

/** With all its children, those that have ended and those that live. */
export const ofFamily = (pid: number): number => {
  const root = statOf(pid)
  if (root === undefined) return 0
  const living = readdirSync("/proc").filter((name) => /^\d+$/.test(name))
  return living.reduce((sum, name) => {
    const stat = statOf(Number(name))
    return stat?.parent === pid ? sum + stat.own : sum
  }, root.own + root.children)
}
