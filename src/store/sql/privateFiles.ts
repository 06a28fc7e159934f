/** Files that hold secrets: whoever owns them reads them, and nobody else. */
import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import { shellWord } from "../../internal/text.js"

export const ownerOnly = 0o600
const others = 0o077

/** What is needed of a file system; tests have one that keeps no modes. */
export interface Files {
  /** Makes an empty file of this mode. False where it cannot, or where there is one. */
  readonly create: (path: string, mode: number) => boolean
  readonly remove: (path: string) => void
  /** Undefined where there is no such file. */
  readonly modeOf: (path: string) => number | undefined
  /** False where this process may not, or where there is no such thing. */
  readonly setMode: (path: string, mode: number) => boolean
}

const succeeds = (act: () => void): boolean => {
  try {
    act()
    return true
  } catch {
    return false
  }
}

export const onDisk: Files = {
  create: (path, mode) =>
    succeeds(() => {
      const file = fs.openSync(path, "wx", mode)
      // Whatever the umask took away.
      succeeds(() => fs.fchmodSync(file, mode))
      fs.closeSync(file)
    }),
  remove: (path) => fs.rmSync(path, { force: true }),
  modeOf: (path) => fs.statSync(path, { throwIfNoEntry: false })?.mode,
  setMode: (path, mode) => succeeds(() => fs.chmodSync(path, mode))
}

/**
 * - `Private`: nobody but its owner can read it.
 * - `Shared`: others can.
 * - `NoModes`: the file system does not keep who can.
 */
export type Privacy = "Private" | "Shared" | "NoModes"

const isPrivate = (mode: number): boolean => (mode & others) === 0

/** Whether a file that is made beside this one, for its owner alone, is so. Where none can be made, nothing is known. */
const keepsModes = (path: string, files: Files): boolean => {
  const probe = `${path}.${randomBytes(6).toString("hex")}`
  if (!files.create(probe, ownerOnly)) return true
  const mode = files.modeOf(probe)
  files.remove(probe)
  return mode === undefined || isPrivate(mode)
}

/** Who can read the file; one that is not there is private. */
export const privacyOf = (path: string, files: Files = onDisk): Privacy => {
  const mode = files.modeOf(path)
  if (mode === undefined || isPrivate(mode)) return "Private"
  return keepsModes(path, files) ? "Shared" : "NoModes"
}

/** The command that mends it. */
export const remedy = (path: string): string => `chmod 600 ${shellWord(path)}`

export const noModes = (path: string): string =>
  `Others may be able to read ${path}: its file system keeps no modes. Keep it where nobody else comes.`

/** Makes the file its owner's alone. Returns what there is to be told of it. */
const made = (path: string, files: Files): string | undefined => {
  const mode = files.modeOf(path)
  if (mode === undefined || isPrivate(mode)) return undefined
  return files.setMode(path, mode & ownerOnly)
    ? `Others could read ${path}; it is its owner's alone now.`
    : `Others can read ${path}. Its owner ends that with: ${remedy(path)}`
}

/** Makes the files that are there their owner's alone. Returns what there is to be told of them. */
export const keep = (first: string, more: ReadonlyArray<string>, files: Files = onDisk): ReadonlyArray<string> => {
  if (privacyOf(first, files) === "NoModes") return [noModes(first)]
  return [first, ...more].flatMap((path) => made(path, files) ?? [])
}
