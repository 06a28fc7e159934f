import { useState } from "preact/hooks"
import { Link, Title } from "../navigation.js"
import { Notice, Page } from "./Page.js"
import { refreshEvery, useRefresh } from "./useRefresh.js"

const notOfferedWords = {
  title: "This task is not on offer",
  text: "It may be finished. Should more of it come, it appears here by itself."
}

/** What was launched a moment ago is on offer soon. */
const lookFirstAfter = 1_500

export const NotOffered = ({
  onLook,
  worker
}: {
  readonly worker: string | null
  readonly onLook: () => Promise<void>
}) => {
  const [every, setEvery] = useState(lookFirstAfter)
  useRefresh(async () => {
    setEvery(refreshEvery)
    await onLook()
  }, every)
  return (
    <Page worker={worker}>
      <Title>This task</Title>
      <Notice words={notOfferedWords} />
      <div class="actions">
        <Link to="/" class="button">
          See all tasks
        </Link>
      </div>
    </Page>
  )
}
