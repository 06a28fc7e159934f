/** The crowd of Prolific; imported only where it is named. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Prolific from "../Prolific.js"
import { type Account, Extras } from "./Extras.js"
import type { Terms } from "./terms.js"

const accountOf = ({ email, id, workspaces }: Prolific.Account): Account => ({
  id,
  name: Option.getOrElse(email, () => id),
  workspaces: workspaces.map(({ id, projects, title }) => ({
    id,
    name: title,
    projects: projects.map(({ id, title }) => ({ id, name: title }))
  }))
})

const extras = Layer.effect(
  Extras,
  Effect.map(Prolific.Prolific, (prolific) => ({
    account: Effect.asSome(Effect.map(prolific.account, accountOf)),
    routes: Layer.provide(Prolific.routes, Layer.succeed(Prolific.Prolific, prolific)),
    panel: Option.none()
  }))
)

/** Prolific brings its news only to where it can come. */
const isPublic = (url: string): boolean => url.startsWith("https:")

/** `url` is where participants come. */
export const layer = (url: Option.Option<string>, { live, prolific: { project, workspace } }: Terms) =>
  Layer.provideMerge(
    extras,
    Prolific.layer({
      live,
      pages: Option.getOrUndefined(url),
      hooks: Option.exists(url, isPublic),
      project: Option.getOrUndefined(project),
      workspace: Option.getOrUndefined(workspace)
    })
  )
