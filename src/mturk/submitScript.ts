/** The script of a page that is carried inside the HIT: it sends the form to where the page's address says. */

const script = `(function () {
  var query = new URLSearchParams(location.search)
  var assignment = query.get("assignmentId") || ""
  var preview = assignment === "" || assignment === "ASSIGNMENT_ID_NOT_AVAILABLE"
  var action = (query.get("turkSubmitTo") || "").replace(/[/]+$/, "") + "/mturk/externalSubmit"
  function hidden(name, value) {
    var field = document.createElement("textarea")
    field.name = name
    field.defaultValue = value
    return field
  }
  function collect(data) {
    var fields = new Map()
    data.forEach(function (value, name) {
      if (name === "assignmentId") return
      if (typeof value !== "string") {
        if (value.name) throw new Error("Files cannot be sent: " + name)
        return
      }
      fields.set(name, (fields.get(name) || []).concat(value))
    })
    return fields
  }
  var asked = "input[name]:not([type=hidden],[type=submit],[type=image],[type=button],[type=reset],[type=file]),select[name],textarea[name]:not([hidden])"
  function isUnanswered(form, fields) {
    var isGiven = function (text) { return text.trim() !== "" }
    return form.querySelector(asked) !== null && !Array.from(fields.values()).flat().some(isGiven)
  }
  function send(form, submitter) {
    var isImage = submitter && submitter.type === "image"
    var data = isImage ? new FormData(form, submitter) : new FormData(form)
    if (submitter && submitter.name && !isImage) data.append(submitter.name, submitter.value)
    var fields = collect(data)
    if (isUnanswered(form, fields)) throw new Error("Nothing is filled in. Answer what the task asks, then submit it.")
    var sent = document.createElement("form")
    sent.method = "post"
    sent.acceptCharset = "utf-8"
    sent.action = action
    sent.hidden = true
    sent.append(hidden("assignmentId", assignment))
    fields.forEach(function (values, name) {
      sent.append(hidden(name, values.length > 1 ? JSON.stringify(values) : values[0]))
    })
    if (fields.size === 0) sent.append(hidden("submitted", "true"))
    document.body.append(sent)
    HTMLFormElement.prototype.submit.call(sent)
  }
  document.addEventListener("submit", function (event) {
    if (event.defaultPrevented) return
    event.preventDefault()
    if (preview) alert("This is a preview: accept the task before you submit it.")
    else
      try {
        send(event.target, event.submitter)
      } catch (error) {
        alert(error.message)
      }
  })
  document.addEventListener("DOMContentLoaded", function () {
    for (var form of document.querySelectorAll("form")) {
      form.setAttribute("method", "post")
      form.setAttribute("action", action)
      var field = form.querySelector("[name=assignmentId]")
      if (field) field.value = assignment
      else {
        field = hidden("assignmentId", assignment)
        field.hidden = true
        form.append(field)
      }
    }
  })
})()`

/** Small, for it is in every HIT. */
export const submitScript = `<script>${script.replace(/\n\s*/g, "\n")}</script>`
