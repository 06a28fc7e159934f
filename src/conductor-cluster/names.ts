/** What the cluster of a crowd is called in the database. */
import * as Hash from "effect/Hash"

const longest = 24

/**
 * The beginning of the names of the cluster's tables. Each crowd has a cluster of its own, since a process conducts only
 * runs of the crowd that it hires. Short enough for all names of tables and indexes that begin with it.
 */
export const prefixOf = (provider: string, mode: string): string => {
  const name = `${provider}_${mode}`
  if (/^[a-z0-9_]+$/.test(name) && name.length <= longest) return `crowd_cluster_${name}`
  const hash = (Hash.string(name) >>> 0).toString(36)
  const readable = name.toLowerCase().replace(/[^a-z0-9_]/g, "_")
  return `crowd_cluster_${readable.slice(0, longest - hash.length - 1)}_${hash}`
}
