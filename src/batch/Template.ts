/**
 * Filling a task's template with a row of data.
 *
 * @since 0.1.0
 */
import { escapeUTF8 } from "entities/escape"
import { fillWith } from "../Batch.js"
import type { Inputs } from "../TaskRuns.js"

/**
 * The template with each `${column}` replaced by the row's value, escaped so that it is text wherever HTML holds text:
 * between tags and inside quoted attributes. Data is never markup and never script; do not put a placeholder inside
 * `<script>`, put it in a `data-` attribute and read that.
 *
 * @since 0.1.0
 * @category templates
 */
export const fill = (template: string, inputs: Inputs): string => fillWith(template, inputs, escapeUTF8)
