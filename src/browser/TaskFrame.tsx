/** The requester's page in a frame of its own origin: it can tell us things, and reach nothing. */
import { useLayoutEffect, useRef, useState } from "preact/hooks"
import { sandbox } from "../internal/sandbox.js"
import type { Answers } from "./answers.js"
import { type FromFrame, fromFrame, type ToFrame } from "./messages.js"

/** With what Mechanical Turk's templates look for in their address. */
export const framePath = (path: string, assignmentId: string): string =>
  path.includes("?") ? path : `${path}?${new URLSearchParams({ assignmentId })}`

interface Props {
  readonly src: string
  readonly title: string
  /** Shown, but not to be used: while answers are on their way. */
  readonly inert?: boolean
  /** Takes the focus once it is there, so that the page's own keys work at once. */
  readonly focused?: boolean
  /** Filled into the fields once the page is there. */
  readonly restored?: Answers | undefined
  readonly onMessage?: (message: FromFrame) => void
}

/** A page from elsewhere keeps its own origin, which is not ours, with its cookies. */
const sandboxFor = (src: string): string =>
  new URL(src, location.href).origin === location.origin ? sandbox : `${sandbox} allow-same-origin`

const startHeight = 320
const highest = 50_000

export const TaskFrame = ({ focused, inert, onMessage, restored, src, title }: Props) => {
  const frame = useRef<HTMLIFrameElement>(null)
  const [height, setHeight] = useState(startHeight)
  const [isButtonless, setButtonless] = useState(false)
  // Before the frame can have loaded, so that nothing it says is missed.
  useLayoutEffect(() => {
    const listen = (event: MessageEvent) => {
      const target = frame.current?.contentWindow
      if (target === null || target === undefined || event.source !== target) return
      const message = fromFrame(event.data)
      if (message === undefined) return
      if (message.crowd === "height") setHeight(Math.min(highest, Math.ceil(message.height) + 2))
      if (message.crowd === "buttonless") setButtonless(true)
      if (message.crowd === "ready" && restored !== undefined) {
        const restore: ToFrame = { crowd: "restore", answers: restored }
        target.postMessage(restore, "*")
      }
      if (message.crowd === "ready" && focused === true) frame.current?.focus({ preventScroll: true })
      onMessage?.(message)
    }
    addEventListener("message", listen)
    return () => removeEventListener("message", listen)
  })
  const submit = () => {
    const press: ToFrame = { crowd: "submit" }
    frame.current?.contentWindow?.postMessage(press, "*")
  }
  return (
    <>
      <iframe
        ref={frame}
        class="task-frame"
        src={src}
        title={title}
        sandbox={sandboxFor(src)}
        inert={inert === true}
        style={{ height: `${height}px` }}
      />
      {isButtonless && (
        <button type="button" class="button" disabled={inert === true} onClick={submit}>
          Submit
        </button>
      )}
    </>
  )
}
