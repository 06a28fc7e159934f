/** Who imports whom, room by room from the ground up, with the lines of each. */
import * as Arr from "effect/Array"
import { arrows, files, roomOf, textOf } from "./imports.js"

const rooms = new Map(files.map((file) => [roomOf(file).name, roomOf(file)]))

const linesOf = (room: string): number =>
  files.filter((file) => roomOf(file).name === room).reduce((sum, file) => sum + textOf(file).split("\n").length - 1, 0)

const importedBy = (room: string): ReadonlyArray<string> => {
  const all = arrows.filter(({ from }) => roomOf(from).name === room).map(({ to }) => roomOf(to).name)
  return [...new Set(all)].filter((other) => other !== room).sort()
}

const lineOf = (room: string): string => {
  const below = importedBy(room)
  const what = below.length === 0 ? "" : `  imports ${below.join(" ")}`
  return `  ${room.padEnd(24)} ${String(linesOf(room)).padStart(5)} lines${what}`
}

const ordered = [...rooms.values()].toSorted((a, b) => a.height - b.height || a.name.localeCompare(b.name))

for (const [floor, of] of Object.entries(Arr.groupBy(ordered, (room) => room.floor))) {
  process.stdout.write(`\n${floor}\n${of.map(({ name }) => lineOf(name)).join("\n")}\n`)
}
