import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"

interface Kept {
  readonly span: Tracer.Span
  readonly parent: string | undefined
}

/** The tracer there is, by which each span is also seen as it begins. */
export const seeing = (see: (span: Tracer.Span) => void): Effect.Effect<Tracer.Tracer> =>
  Effect.map(Effect.tracer, (native) =>
    Tracer.make({
      ...native,
      span: (...options) => {
        const span = native.span(...options)
        see(span)
        return span
      }
    })
  )

/** Keeps every span, in the order in which they began. */
export const keeping = Effect.gen(function* () {
  const spans: Array<Kept> = []
  const tracer = yield* seeing((span) => spans.push({ span, parent: Option.getOrUndefined(span.parent)?.spanId }))

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
})
