import { useState } from "preact/hooks"
import { Title } from "../navigation.js"
import type { Lobby } from "./api.js"
import { AllTasks, Notice, Page } from "./Page.js"
import { refreshEvery, useRefresh } from "./useRefresh.js"

const notOfferedWords = {
  title: "This task is not on offer",
  text: "It may be finished. Should more of it come, it appears here by itself."
}

/** What was launched a moment ago is on offer soon. */
const lookFirstAfter = 1_500

export const NotOffered = ({ lobby, onLook }: { readonly lobby: Lobby; readonly onLook: () => Promise<void> }) => {
  const [every, setEvery] = useState(lookFirstAfter)
  useRefresh(async () => {
    setEvery(refreshEvery)
    await onLook()
  }, every)
  return (
    <Page lobby={lobby}>
      <Title>This task</Title>
      <Notice words={notOfferedWords} />
      <div class="actions">
        <AllTasks lobby={lobby} />
      </div>
    </Page>
  )
}
