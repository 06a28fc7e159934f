/** The way back to the crowd: a link, or a code to take along. */
import { useEffect, useState } from "preact/hooks"
import type { Exit as Way } from "./api.js"

/** Only the server says where to, and a browser goes to nothing but web addresses from here. */
const isWebAddress = (url: string): boolean => /^https?:\/\/[^/]/i.test(url)

interface LinkProps {
  readonly url: string
  readonly place: string
  /** Goes there by itself. */
  readonly goes: boolean
  readonly quiet: boolean
}

const ExitLink = ({ goes, place, quiet, url }: LinkProps) => {
  useEffect(() => {
    if (goes) location.assign(url)
  }, [goes, url])
  return (
    <>
      {goes && <p role="status">You are being taken to {place}.</p>}
      <div>
        <a class={quiet ? "button quiet" : "button"} href={url}>
          Go to {place}
        </a>
      </div>
    </>
  )
}

/** What a page may do without asking; over plain HTTP there is nothing, and people select the code themselves. */
const copy = async (text: string): Promise<boolean> => {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}

interface CodeProps {
  readonly code: string
  readonly place: string
  readonly quiet: boolean
}

const ExitCode = ({ code, place, quiet }: CodeProps) => {
  const [said, setSaid] = useState("")
  const press = async () => setSaid((await copy(code)) ? "Copied" : "Select the code and copy it yourself")
  return (
    <section class="card stack" aria-label="Your code">
      <p>
        {quiet ? "If you would rather not, enter" : "Enter"} this code at {place}:
      </p>
      <p class="code numbers">{code}</p>
      <div class="actions">
        <button type="button" class="button" onClick={press}>
          Copy the code
        </button>
        <span class="muted small" role="status">
          {said}
        </span>
      </div>
      <p class="muted small">The link that brought you here shows it again.</p>
    </section>
  )
}

export interface ExitProps {
  readonly exit: Way | null
  readonly place: string
  readonly goes?: boolean
  /** Beside something that is more likely to be wanted. */
  readonly quiet?: boolean
}

export const Exit = ({ exit, goes = false, place, quiet = false }: ExitProps) => {
  if (exit === null) return null
  if (exit._tag === "Code") return <ExitCode code={exit.code} place={place} quiet={quiet} />
  return isWebAddress(exit.url) ? <ExitLink url={exit.url} place={place} goes={goes} quiet={quiet} /> : null
}
