import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"

interface Kept {
  readonly span: Tracer.Span
  readonly parent: string | undefined
}

/** Keeps every span, in the order in which they began. */
export const keeping = () => {
  const spans: Array<Kept> = []
  let last = 0
  const tracer = Tracer.make({
    span: (name, parent, context, links, startTime, kind) => {
      let status: Tracer.SpanStatus = { _tag: "Started", startTime }
      const attributes = new Map<string, unknown>()
      const span: Tracer.Span = {
        _tag: "Span",
        name,
        spanId: String(++last),
        traceId: "trace",
        parent,
        context,
        get status() {
          return status
        },
        attributes,
        links,
        sampled: true,
        kind,
        end: (endTime, exit) => {
          status = { _tag: "Ended", startTime, endTime, exit }
        },
        attribute: (key, value) => attributes.set(key, value),
        event: () => undefined,
        addLinks: () => undefined
      }
      spans.push({ span, parent: Option.getOrUndefined(parent)?.spanId })
      return span
    },
    context: (f) => f()
  })

  const ending = ({ status }: Tracer.Span): string => {
    if (status._tag === "Started") return " (not ended)"
    return Exit.match(status.exit, {
      onSuccess: () => "",
      onFailure: (cause) => (cause._tag === "Fail" ? ` !${String(cause.error)}` : " !")
    })
  }

  /** The spans under this one, indented, each with its attributes; ids of one kind are numbered as they appear. */
  const tree = (): string => {
    const ids = new Map<string, string>()
    const shown = (value: unknown): string => {
      const text = String(value)
      const [prefix = "", rest] = text.split("_")
      if (rest === undefined) return text
      const known = ids.get(text)
      if (known !== undefined) return known
      const name = `${prefix}#${[...ids.values()].filter((id) => id.startsWith(`${prefix}#`)).length + 1}`
      ids.set(text, name)
      return name
    }
    const attributesOf = ({ attributes }: Tracer.Span): string =>
      [...attributes]
        .filter(([key]) => key !== "crowd.provider")
        .map(([key, value]) => ` ${key.replace("crowd.", "")}=${shown(value)}`)
        .join("")
    const under = (parent: string | undefined, depth: number): ReadonlyArray<string> =>
      spans
        .filter((one) => one.parent === parent)
        .flatMap(({ span }) => [
          `${"  ".repeat(depth)}${span.name}${attributesOf(span)}${ending(span)}`,
          ...under(span.spanId, depth + 1)
        ])
    return under(undefined, 0).join("\n")
  }

  return { tracer, spans, tree }
}
