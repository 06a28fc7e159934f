/** What cannot be used: files at any time, everything in a page that is only looked at. */

const fileNote = "Files cannot be sent with this task."

const closeFile = (input: HTMLInputElement): void => {
  if (input.disabled && input.dataset["crowd"] === "closed") return
  input.disabled = true
  input.dataset["crowd"] = "closed"
  const note = document.createElement("small")
  note.textContent = ` ${fileNote}`
  input.after(note)
}

const writable = "input:not([type]), input[type=text], input[type=number], input[type=email], input[type=url], textarea"

const close = (mode: "preview" | "review"): void => {
  for (const control of document.querySelectorAll("input, select, textarea, button")) {
    if (mode === "review" && control.matches(writable)) control.setAttribute("readonly", "")
    else control.setAttribute("disabled", "")
  }
}

/** Also for what the page's own script adds later. */
export const closeControls = (mode: "work" | "preview" | "review"): void => {
  const closeAll = () => {
    for (const input of document.querySelectorAll<HTMLInputElement>("input[type=file]")) closeFile(input)
    if (mode !== "work") close(mode)
  }
  new MutationObserver(closeAll).observe(document.documentElement, { childList: true, subtree: true })
  closeAll()
}
