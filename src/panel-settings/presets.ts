/**
 * Panels whose parameters are known. What differs in each study, such as where SONA grants a credit or Prolific's completion
 * code, is written beside them as an exit.
 */

/** Until a study's own exit is written: a code of their own, against which somebody is paid by hand. */
const byCode = { completed: { code: "each" } } as const

export const presets = {
  /**
   * SONA Systems puts a number of 2 to 7 digits for %SURVEY_CODE% into the study's URL, and shows it beside the sign-up;
   * https://SCHOOL.sona-systems.com/webstudy_credit.aspx?experiment_id=N&credit_token=T&survey_code={id} grants the credit.
   * https://www.sona-systems.com/researcher/using-the-survey-code-feature/ and …/external-study-credit-granting/
   */
  sona: { id: "survey_code", link: "survey_code=%SURVEY_CODE%", exits: byCode },

  /**
   * Besample appends response_id, and takes a completion code that participants bring back.
   * davidjurgens/potato, docs/deployment/crowdsourcing-platforms.md, "Besample" (verified there in July 2026)
   */
  besample: { id: "response_id", link: "", exits: byCode },

  /**
   * Positly appends participantID and assignmentID, and demographics under names that can be chosen there; its completion
   * link is https://app.positly.com/#/f?task_id=ID.
   * https://www.positly.com/support/query-string-parameters/
   */
  positly: { id: "participantID", session: "assignmentID", link: "", exits: byCode },

  /**
   * CloudResearch Connect appends participantId, assignmentId and projectId; each project has a redirect URL or a code for
   * completion, which must not be used for kick-offs: those have partial redirects.
   * davidjurgens/potato, docs/deployment/connect_integration.md; https://connect-researcher-help.cloudresearch.com/hc/en-us/articles/5046202939796-Project-Completion
   */
  "connect-link": { id: "participantId", session: "assignmentId", study: "projectId", link: "", exits: byCode },

  /**
   * Prolific without its API: the placeholders of a study's URL; completion is
   * https://app.prolific.com/submissions/complete?cc=CODE.
   * https://docs.prolific.com/api-reference/studies (external_study_url)
   */
  "prolific-link": {
    id: "PROLIFIC_PID",
    session: "SESSION_ID",
    study: "STUDY_ID",
    link: "PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}&SESSION_ID={{%SESSION_ID%}}",
    exits: byCode
  }
} as const
