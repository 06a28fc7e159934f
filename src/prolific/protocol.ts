// Made by test/config/generate-prolific.mjs from Prolific's OpenAPI document. Do not edit.

export interface AutomaticallyApprove {
  readonly action: "AUTOMATICALLY_APPROVE"
}

export interface AddToParticipantGroup {
  readonly action: "ADD_TO_PARTICIPANT_GROUP"
  readonly participant_group: string
}

export interface RemoveFromParticipantGroup {
  readonly action: "REMOVE_FROM_PARTICIPANT_GROUP"
  readonly participant_group: string
}

export interface ManuallyReview {
  readonly action: "MANUALLY_REVIEW"
}

export interface RequestReturn {
  readonly action: "REQUEST_RETURN"
  readonly return_reason: string
}

export interface DynamicPayment {
  readonly action: "DYNAMIC_PAYMENT"
}

export interface FixedScreenOut {
  readonly action: "FIXED_SCREEN_OUT_PAYMENT"
  readonly fixed_screen_out_reward: number
  readonly slots: number
}

export interface CreateStudyCompletionCodesItems {
  readonly code: string | null
  readonly code_type:
    | "COMPLETED"
    | "FAILED_ATTENTION_CHECK"
    | "FOLLOW_UP_STUDY"
    | "GIVE_BONUS"
    | "INCOMPATIBLE_DEVICE"
    | "NO_CONSENT"
    | "OTHER"
    | "FIXED_SCREENOUT"
    | "SCREENED_IN"
    | "SCREENED_OUT"
  readonly actions: ReadonlyArray<
    | AutomaticallyApprove
    | AddToParticipantGroup
    | RemoveFromParticipantGroup
    | ManuallyReview
    | RequestReturn
    | DynamicPayment
    | FixedScreenOut
  >
  readonly actor?: "participant" | "researcher" | undefined
}

export interface SelectFilter {
  readonly filter_id: string
  readonly selected_values: ReadonlyArray<string>
  readonly weightings?: { readonly [name: string]: number } | undefined
}

export interface RangeFilterSelectedRange {
  readonly lower?: number | string | undefined
  readonly upper?: number | string | undefined
}

export interface RangeFilterWeightings {
  readonly selected_range: RangeFilterSelectedRange
  readonly weighting: number
}

export interface RangeFilter {
  readonly filter_id: string
  readonly selected_range: RangeFilterSelectedRange
  readonly weightings?: { readonly [name: string]: RangeFilterWeightings } | undefined
}

export interface CompositeFilter {
  readonly filter_id: "and" | "or"
  readonly selected_filters: ReadonlyArray<SelectFilter | RangeFilter | CompositeFilter>
}

export interface CreateStudySubmissionsConfig {
  readonly max_submissions_per_participant?: number | null | undefined
  readonly max_concurrent_submissions?: number | null | undefined
  readonly auto_rejection_categories?: ReadonlyArray<"EXCEPTIONALLY_FAST"> | undefined
}

export interface CreateStudy {
  readonly name: string
  readonly internal_name?: string | null | undefined
  readonly description: string
  readonly external_study_url: string
  readonly prolific_id_option: "question" | "url_parameters" | "not_required"
  readonly completion_codes?: ReadonlyArray<CreateStudyCompletionCodesItems> | undefined
  readonly total_available_places: number
  readonly estimated_completion_time: number
  readonly maximum_allowed_time?: number | undefined
  readonly reward: number
  readonly device_compatibility?: ReadonlyArray<"desktop" | "tablet" | "mobile"> | undefined
  readonly peripheral_requirements?: ReadonlyArray<"audio" | "camera" | "download" | "microphone"> | undefined
  readonly filters?: ReadonlyArray<SelectFilter | RangeFilter | CompositeFilter> | null | undefined
  readonly filter_set_id?: string | null | undefined
  readonly filter_set_version?: number | null | undefined
  readonly naivety_distribution_rate?: number | null | undefined
  readonly project?: string | undefined
  readonly submissions_config?: CreateStudySubmissionsConfig | undefined
  readonly study_labels?:
    | ReadonlyArray<
        | "survey"
        | "writing_task"
        | "annotation"
        | "decision_making_task"
        | "interview"
        | "other"
        | "ai_annotation"
        | "ai_evaluation"
        | "ai_reasoning"
        | "ai_fact_checking"
        | "ai_safety"
        | "ai_data_creation_text"
        | "ai_data_creation_audio"
        | "ai_data_creation_video"
        | "ai_data_creation_images"
        | "ai_other"
      >
    | undefined
  readonly content_warnings?: ReadonlyArray<"sensitive" | "explicit"> | undefined
  readonly content_warning_details?: string | undefined
  readonly metadata?: string | null | undefined
  readonly is_external_study_url_secure?: boolean | undefined
}

export interface BaseStudy {
  readonly name?: string | undefined
  readonly internal_name?: string | null | undefined
  readonly description?: string | undefined
  readonly external_study_url?: string | undefined
  readonly prolific_id_option?: "question" | "url_parameters" | "not_required" | undefined
  readonly completion_codes?: ReadonlyArray<CreateStudyCompletionCodesItems> | undefined
  readonly total_available_places?: number | undefined
  readonly estimated_completion_time?: number | undefined
  readonly maximum_allowed_time?: number | undefined
  readonly reward?: number | undefined
  readonly device_compatibility?: ReadonlyArray<"desktop" | "tablet" | "mobile"> | undefined
  readonly peripheral_requirements?: ReadonlyArray<"audio" | "camera" | "download" | "microphone"> | undefined
  readonly filters?: ReadonlyArray<SelectFilter | RangeFilter | CompositeFilter> | null | undefined
  readonly filter_set_id?: string | null | undefined
  readonly filter_set_version?: number | null | undefined
  readonly naivety_distribution_rate?: number | null | undefined
  readonly project?: string | undefined
  readonly submissions_config?: CreateStudySubmissionsConfig | undefined
  readonly study_labels?:
    | ReadonlyArray<
        | "survey"
        | "writing_task"
        | "annotation"
        | "decision_making_task"
        | "interview"
        | "other"
        | "ai_annotation"
        | "ai_evaluation"
        | "ai_reasoning"
        | "ai_fact_checking"
        | "ai_safety"
        | "ai_data_creation_text"
        | "ai_data_creation_audio"
        | "ai_data_creation_video"
        | "ai_data_creation_images"
        | "ai_other"
      >
    | undefined
  readonly content_warnings?: ReadonlyArray<"sensitive" | "explicit"> | undefined
  readonly content_warning_details?: string | undefined
  readonly metadata?: string | null | undefined
  readonly is_external_study_url_secure?: boolean | undefined
}

export interface StudyTransition {
  readonly action: "PUBLISH" | "SCHEDULE_PUBLISH" | "CANCEL_PUBLISH" | "PAUSE" | "START" | "STOP"
  readonly publish_at?: string | undefined
}

export interface StudyCostRequest {
  readonly reward: number
  readonly total_available_places: number
}

export interface CreateParticipantGroupBody {
  readonly workspace_id?: string | undefined
  readonly organisation_id?: string | undefined
  readonly name: string
  readonly description?: string | undefined
  readonly participant_ids?: ReadonlyArray<string> | undefined
}

export interface ParticipantIDList {
  readonly participant_ids?: ReadonlyArray<string> | undefined
}

export interface SubmissionTransitionCompletionCodeData {
  readonly percentage_of_reward?: number | undefined
  readonly message_to_participant?: string | undefined
}

export interface SubmissionTransition {
  readonly action: "APPROVE" | "COMPLETE" | "REJECT" | "RETURN" | "START" | "SCREEN_OUT" | "UNREJECT" | "UNRETURN"
  readonly message?: string | undefined
  readonly rejection_category?:
    | "TOO_QUICKLY"
    | "TOO_SLOWLY"
    | "FAILED_INSTRUCTIONS"
    | "INCOMP_LONGITUDINAL"
    | "FAILED_CHECK"
    | "LOW_EFFORT"
    | "MALINGERING"
    | "NO_CODE"
    | "BAD_CODE"
    | "NO_DATA"
    | "UNSUPP_DEVICE"
    | "OTHER"
    | undefined
  readonly completion_code?: string | undefined
  readonly completion_code_data?: SubmissionTransitionCompletionCodeData | undefined
}

export interface CreateBonusPaymentsBody {
  readonly study_id?: string | undefined
  readonly csv_bonuses?: string | undefined
}

export interface SendMessage {
  readonly recipient_id: string
  readonly body: string
  readonly study_id: string
}

export interface CreateSecret {
  readonly workspace_id?: string | undefined
}

export interface SubscriptionDetail {
  readonly id?: string | undefined
  readonly event_type: string
  readonly target_url: string
  readonly is_enabled?: boolean | undefined
  readonly workspace_id: string
}

export interface SubscriptionConfirmation {
  readonly secret: string
}
