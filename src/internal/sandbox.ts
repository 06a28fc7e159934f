/**
 * What a task's page may do in its frame. It is in an origin of its own, so it reaches nothing of the page around it.
 */
export const sandbox = "allow-scripts allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox"
