/** The requester's page in a frame of its own origin: it can tell us things, and reach nothing. */
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks"
import { sandbox } from "../internal/sandbox.js"
import type { Answers } from "./answers.js"
import { type FromFrame, fromFrame, type ToFrame } from "./messages.js"
import { type Kept, toName } from "./storage.js"

interface Props {
  readonly src: string
  readonly title: string
  /** Shown, but not to be used: while answers are on their way. */
  readonly inert?: boolean
  /** Takes the focus once it is there, so that the page's own keys work at once. */
  readonly focused?: boolean
  /** Filled into the fields once the page is there. */
  readonly restored?: Answers | undefined
  /** What the page kept before; without any, it keeps things only as long as it is there. */
  readonly kept?: Kept | undefined
  /** What the page may use beside what all may; only where it has an origin with a name. */
  readonly permissions?: ReadonlyArray<string>
  readonly onMessage?: (message: FromFrame) => void
}

/** What pages may do that are not in a frame, and that reaches nothing of ours. */
const allowed = ["autoplay", "clipboard-write", "fullscreen"]

/**
 * The origin of a page from elsewhere, which it keeps, with its cookies: it is not ours. Ours have none, in a sandbox.
 */
const originOf = (src: string): string | undefined => {
  const { origin } = new URL(src, location.href)
  return origin === location.origin ? undefined : origin
}

/**
 * Not what the frame was led away to. A page from elsewhere leads it to where its form goes, and what is answered there is
 * in a sandbox, as our own pages are that have no origin with a name.
 */
const isHeard = (from: string, origin: string | undefined, permissions: ReadonlyArray<string>): boolean =>
  from === origin || (from === "null" && permissions.length === 0)

const showPlace = (frame: HTMLIFrameElement | null, top: number): void => {
  const box = frame?.getBoundingClientRect()
  if (box === undefined) return
  scrollTo({ top: scrollY + box.top + Math.max(0, Math.min(top, box.height)) })
}

const startHeight = 320
const highest = 50_000

export const TaskFrame = ({ focused, inert, kept, onMessage, permissions = [], restored, src, title }: Props) => {
  const frame = useRef<HTMLIFrameElement>(null)
  const origin = originOf(src)
  const tell = (message: ToFrame) => frame.current?.contentWindow?.postMessage(message, origin ?? "*")
  const name = useMemo(() => (kept === undefined ? undefined : toName(kept)), [src])
  const [height, setHeight] = useState(startHeight)
  const [isButtonless, setButtonless] = useState(false)
  // Before the frame can have loaded, so that nothing it says is missed.
  useLayoutEffect(() => {
    const listen = (event: MessageEvent) => {
      const target = frame.current?.contentWindow
      if (target === null || target === undefined || event.source !== target) return
      if (!isHeard(event.origin, origin, permissions)) return
      const message = fromFrame(event.data)
      if (message === undefined) return
      // Only where somebody is in it: who reads something else is not moved.
      if (message.crowd === "scroll" && document.activeElement === frame.current) showPlace(frame.current, message.top)
      if (message.crowd === "height") setHeight(Math.min(highest, Math.ceil(message.height) + 2))
      if (message.crowd === "buttonless") setButtonless(true)
      if (message.crowd === "ready" && restored !== undefined) tell({ crowd: "restore", answers: restored })
      if (message.crowd === "ready" && focused === true) frame.current?.focus({ preventScroll: true })
      onMessage?.(message)
    }
    addEventListener("message", listen)
    return () => removeEventListener("message", listen)
  })
  return (
    <>
      <iframe
        ref={frame}
        name={name}
        class="task-frame"
        src={src}
        title={title}
        allow={[...allowed, ...(origin === undefined ? [] : permissions)].join("; ")}
        sandbox={origin === undefined ? sandbox : `${sandbox} allow-same-origin`}
        inert={inert === true}
        style={{ height: `${height}px` }}
      />
      {isButtonless && (
        <button type="button" class="button" disabled={inert === true} onClick={() => tell({ crowd: "submit" })}>
          Submit
        </button>
      )}
    </>
  )
}
