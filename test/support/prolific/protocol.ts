// Made by test/config/generate-prolific.mjs from Prolific's OpenAPI document. Do not edit.

export interface User {
  readonly id: string
  readonly email: string
}

export interface CreateTestParticipantForResearcher {
  readonly email: string
}

export interface CreateTestParticipantForResearcherResponse {
  readonly participant_id?: string | undefined
}

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

export interface Study {
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
  readonly id?: string | undefined
  readonly status?:
    | "UNPUBLISHED"
    | "SCHEDULED"
    | "PUBLISHING"
    | "ACTIVE"
    | "AWAITING REVIEW"
    | "PAUSED"
    | "COMPLETED"
    | undefined
  readonly is_ready_to_publish?: boolean | undefined
}

export interface StudyShort {
  readonly id: string
  readonly name: string
  readonly internal_name?: string | null | undefined
  readonly status?:
    | "UNPUBLISHED"
    | "SCHEDULED"
    | "PUBLISHING"
    | "ACTIVE"
    | "AWAITING REVIEW"
    | "PAUSED"
    | "COMPLETED"
    | undefined
  readonly study_type?: "SINGLE" | "UK_REP_SAMPLE" | "US_REP_SAMPLE" | undefined
  readonly estimated_completion_time?: number | undefined
  readonly total_available_places?: number | undefined
  readonly places_taken?: number | undefined
  readonly number_of_submissions?: number | undefined
  readonly reward?: number | undefined
  readonly total_cost?: number | undefined
  readonly published_at?: string | null | undefined
  readonly publish_at?: string | null | undefined
  readonly date_created?: string | undefined
  readonly is_ready_to_publish?: boolean | undefined
}

export interface StudiesListResponse {
  readonly results: ReadonlyArray<StudyShort>
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

export interface TestStudySetUpResponse {
  readonly study_id?: string | undefined
  readonly study_url?: string | undefined
}

export interface AmountAndCurrency {
  readonly amount?: number | undefined
  readonly currency?: string | undefined
}

export interface StudyCostBreakdown {
  readonly rewards?: AmountAndCurrency | undefined
  readonly fees?: AmountAndCurrency | undefined
  readonly tax?: AmountAndCurrency | undefined
}

export interface StudyTotalCost {
  readonly rewards?: StudyCostBreakdown | undefined
  readonly bonuses?: StudyCostBreakdown | undefined
  readonly _links?: { readonly [name: string]: unknown } | undefined
}

export interface SubmissionShort {
  readonly id: string
  readonly participant_id: string
  readonly status:
    | "RESERVED"
    | "ACTIVE"
    | "TIMED-OUT"
    | "AWAITING REVIEW"
    | "APPROVED"
    | "RETURNED"
    | "REJECTED"
    | "SCREENED OUT"
  readonly started_at: string
  readonly completed_at?: string | null | undefined
  readonly has_siblings: boolean
  readonly study_code?: string | null | undefined
  readonly return_requested?: string | null | undefined
}

export interface SubmissionListResponse {
  readonly results: ReadonlyArray<SubmissionShort>
}

export interface SubmissionsCountResponse {
  readonly ACTIVE?: number | undefined
  readonly APPROVED?: number | undefined
  readonly "AWAITING REVIEW"?: number | undefined
  readonly REJECTED?: number | undefined
  readonly RESERVED?: number | undefined
  readonly RETURNED?: number | undefined
  readonly "TIMED-OUT"?: number | undefined
  readonly "PARTIALLY APPROVED"?: number | undefined
  readonly "SCREENED OUT"?: number | undefined
  readonly TOTAL?: number | undefined
}

export interface StudyCostRequest {
  readonly reward: number
  readonly total_available_places: number
}

export interface StudyCostResponse {
  readonly total_cost: number
}

export interface SelectFilterListResponse {
  readonly filter_id?: string | undefined
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly type?: "select" | "range" | undefined
  readonly question?: string | undefined
  readonly choices?: { readonly [name: string]: unknown } | undefined
  readonly data_type?: "ChoiceID" | "ParticipantID" | "StudyID" | "ParticipantGroupID" | undefined
}

export interface SelectFilterListDetailedResponse {
  readonly filter_id?: string | undefined
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly type?: "select" | "range" | undefined
  readonly question?: string | undefined
  readonly choices?: { readonly [name: string]: unknown } | undefined
  readonly data_type?: "ChoiceID" | "ParticipantID" | "StudyID" | "ParticipantGroupID" | undefined
  readonly researcher_help_text?: string | null | undefined
  readonly participant_help_text?: string | null | undefined
  readonly category?: string | null | undefined
  readonly subcategory?: string | null | undefined
  readonly display_order?: number | null | undefined
  readonly tags?: ReadonlyArray<string> | null | undefined
}

export interface RangeFilterListResponse {
  readonly filter_id?: string | undefined
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly type?: "select" | "range" | undefined
  readonly question?: string | undefined
  readonly min?: number | string | undefined
  readonly max?: number | string | undefined
  readonly data_type?: "date" | "integer" | "float" | undefined
  readonly min_max?: number | string | undefined
  readonly max_min?: number | string | undefined
}

export interface RangeFilterListDetailedResponse {
  readonly filter_id?: string | undefined
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly type?: "select" | "range" | undefined
  readonly question?: string | undefined
  readonly min?: number | string | undefined
  readonly max?: number | string | undefined
  readonly data_type?: "date" | "integer" | "float" | undefined
  readonly min_max?: number | string | undefined
  readonly max_min?: number | string | undefined
  readonly researcher_help_text?: string | null | undefined
  readonly participant_help_text?: string | null | undefined
  readonly category?: string | null | undefined
  readonly subcategory?: string | null | undefined
  readonly display_order?: number | null | undefined
  readonly tags?: ReadonlyArray<string> | null | undefined
}

export interface FilterList {
  readonly results?:
    | ReadonlyArray<
        | SelectFilterListResponse
        | SelectFilterListDetailedResponse
        | RangeFilterListResponse
        | RangeFilterListDetailedResponse
      >
    | undefined
  readonly _links?: { readonly [name: string]: unknown } | undefined
  readonly meta?: { readonly [name: string]: unknown } | undefined
}

export interface ApiV1ParticipantGroupsGetParametersFilter0 {
  readonly workspace_id: string
}

export interface ApiV1ParticipantGroupsGetParametersFilter1 {
  readonly project_id: string
}

export interface ParticipantGroupFeederStudiesItemsFeederCompletionCodesItems {
  readonly code?: string | undefined
  readonly code_type?: string | undefined
  readonly action?: "ADD_TO_PARTICIPANT_GROUP" | "REMOVE_FROM_PARTICIPANT_GROUP" | undefined
}

export interface ParticipantGroupFeederStudiesItems {
  readonly id?: string | undefined
  readonly name?: string | undefined
  readonly internal_name?: string | undefined
  readonly status?: string | undefined
  readonly feeder_completion_codes?:
    | ReadonlyArray<ParticipantGroupFeederStudiesItemsFeederCompletionCodesItems>
    | undefined
}

export interface ParticipantGroup {
  readonly id?: string | undefined
  readonly name?: string | undefined
  readonly project_id?: string | null | undefined
  readonly workspace_id?: string | null | undefined
  readonly organisation_id?: string | null | undefined
  readonly description?: string | null | undefined
  readonly participant_count?: number | undefined
  readonly is_deleted?: boolean | undefined
  readonly feeder_studies?: ReadonlyArray<ParticipantGroupFeederStudiesItems> | undefined
}

export interface ParticipantGroupListResponse {
  readonly results?: ReadonlyArray<ParticipantGroup> | undefined
}

export interface CreateParticipantGroupBody {
  readonly workspace_id?: string | undefined
  readonly organisation_id?: string | undefined
  readonly name: string
  readonly description?: string | undefined
  readonly participant_ids?: ReadonlyArray<string> | undefined
}

export interface ParticipantGroupMembership {
  readonly participant_id?: string | undefined
  readonly datetime_created?: string | undefined
}

export interface ParticipantGroupMembershipListResponse {
  readonly results?: ReadonlyArray<ParticipantGroupMembership> | undefined
}

export interface ParticipantIDList {
  readonly participant_ids?: ReadonlyArray<string> | undefined
}

export interface SubmissionDetail {
  readonly id: string
  readonly completed_at?: string | null | undefined
  readonly entered_code?: string | null | undefined
  readonly participant?: string | undefined
  readonly started_at: string
  readonly status:
    | "ACTIVE"
    | "APPROVED"
    | "PARTIALLY APPROVED"
    | "AWAITING REVIEW"
    | "REJECTED"
    | "RESERVED"
    | "RETURNED"
    | "TIMED-OUT"
    | "SCREENED OUT"
    | "UNKNOWN"
  readonly study_id: string
  readonly parent_study_id?: string | null | undefined
  readonly bonus_payments?: ReadonlyArray<number> | undefined
  readonly return_requested?: string | null | undefined
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

export interface Submission {
  readonly id: string
  readonly completed_at?: string | null | undefined
  readonly entered_code?: string | null | undefined
  readonly participant?: string | undefined
  readonly started_at: string
  readonly status:
    | "ACTIVE"
    | "APPROVED"
    | "AWAITING REVIEW"
    | "REJECTED"
    | "RESERVED"
    | "RETURNED"
    | "TIMED-OUT"
    | "SCREENED OUT"
    | "UNKNOWN"
  readonly study_id: string
}

export interface RequestSubmissionReturnBody {
  readonly request_return_reasons: ReadonlyArray<string>
}

export interface ReturnRequestedResponse {
  readonly id?: string | undefined
  readonly status?:
    | "ACTIVE"
    | "APPROVED"
    | "AWAITING REVIEW"
    | "SCREENED OUT"
    | "REJECTED"
    | "RESERVED"
    | "RETURNED"
    | "TIMED-OUT"
    | "UNKNOWN"
    | undefined
  readonly participant?: string | undefined
  readonly return_requested?: string | null | undefined
}

export interface SubmissionsBulkApproveSubmissionsRequest0 {
  readonly study_id: string
  readonly participant_ids: ReadonlyArray<string>
}

export interface SubmissionsBulkApproveSubmissionsRequest1 {
  readonly submission_ids: ReadonlyArray<string>
}

export interface CreateBonusPaymentsBody {
  readonly study_id?: string | undefined
  readonly csv_bonuses?: string | undefined
}

export interface BulkBonus {
  readonly id: string
  readonly study?: string | undefined
  readonly amount?: number | undefined
  readonly fees?: number | undefined
  readonly vat?: number | undefined
  readonly total_amount: number
}

export interface MessageData {
  readonly study_id?: string | undefined
  readonly category?:
    | "payment-timing"
    | "payment-issues"
    | "technical-issues"
    | "feedback"
    | "rejections"
    | "other"
    | undefined
}

export interface Message {
  readonly id: string
  readonly sender_id: string
  readonly body: string
  readonly sent_at: string
  readonly type?: string | undefined
  readonly channel_id: string
  readonly data?: MessageData | undefined
}

export interface Messages {
  readonly results?: ReadonlyArray<Message> | undefined
}

export interface SendMessage {
  readonly recipient_id: string
  readonly body: string
  readonly study_id: string
}

export interface SendBulkMessage {
  readonly ids: ReadonlyArray<string>
  readonly body: string
  readonly study_id: string
}

export interface MessageParticipantGroup {
  readonly participant_group_id: string
  readonly body: string
  readonly study_id?: string | undefined
}

export interface WorkspaceUser {
  readonly id: string
  readonly name?: string | undefined
  readonly email?: string | undefined
  readonly roles?: ReadonlyArray<string> | undefined
}

export interface WorkspaceShort {
  readonly id: string
  readonly title: string
  readonly description?: string | undefined
  readonly owner?: string | undefined
  readonly users?: ReadonlyArray<WorkspaceUser> | undefined
  readonly naivety_distribution_rate?: number | null | undefined
}

export interface WorkspacesListResponse {
  readonly results: ReadonlyArray<WorkspaceShort>
}

export interface PublicDetails {
  readonly status?: "ENABLED" | "DISABLED" | undefined
  readonly title?: string | undefined
  readonly short_description?: string | undefined
  readonly description?: string | undefined
}

export interface ProjectShort {
  readonly id: string
  readonly title: string
  readonly description?: string | undefined
  readonly owner?: string | undefined
  readonly type: "PRIVATE" | "PUBLIC"
  readonly public_details?: PublicDetails | null | undefined
  readonly users?: ReadonlyArray<WorkspaceUser> | undefined
  readonly naivety_distribution_rate?: number | null | undefined
}

export interface Workspace {
  readonly id: string
  readonly title: string
  readonly description?: string | undefined
  readonly owner?: string | undefined
  readonly users?: ReadonlyArray<WorkspaceUser> | undefined
  readonly projects?: ReadonlyArray<ProjectShort> | undefined
  readonly wallet?: string | undefined
  readonly naivety_distribution_rate?: number | null | undefined
}

export interface WorkspaceBalance {
  readonly currency_code?: string | undefined
  readonly total_balance?: number | undefined
  readonly balance_breakdown?: object | undefined
  readonly available_balance?: number | undefined
  readonly available_balance_breakdown?: object | undefined
}

export interface ProjectShortListResponse {
  readonly results: ReadonlyArray<ProjectShort>
}

export interface EventType {
  readonly event_type?: string | undefined
  readonly description?: string | undefined
}

export interface EventTypeList {
  readonly results?: ReadonlyArray<EventType> | undefined
}

export interface SecretDetail {
  readonly id?: string | undefined
  readonly value?: string | undefined
  readonly workspace_id?: string | undefined
}

export interface SecretList {
  readonly results?: ReadonlyArray<SecretDetail> | undefined
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

export interface SubscriptionList {
  readonly results: ReadonlyArray<SubscriptionDetail>
}

export interface SubscriptionConfirmation {
  readonly secret: string
}

export interface SubscriptionUpdateDetail {
  readonly event_type?: string | undefined
  readonly target_url?: string | undefined
  readonly is_enabled?: boolean | undefined
}

export interface SubscriptionEvent {
  readonly id?: string | undefined
  readonly datetime_created?: string | undefined
  readonly datetime_updated?: string | undefined
  readonly event_type?: string | undefined
  readonly resource_id?: string | undefined
  readonly status?: "PENDING" | "SUCCEEDED" | "FAILED" | undefined
  readonly target_url?: string | undefined
  readonly payload?: object | null | undefined
}

export interface SubscriptionEventList {
  readonly results: ReadonlyArray<SubscriptionEvent>
}

export interface RewardRecommendationsResponseItems {
  readonly currency?: "USD" | "GBP" | undefined
  readonly min_reward_per_hour?: number | undefined
  readonly recommended_reward_per_hour?: number | undefined
}

export interface JWK {
  readonly kty: "RSA"
  readonly kid: string
  readonly alg: "RS256"
  readonly n: string
  readonly e: string
  readonly use: "sig"
  readonly key_ops: ReadonlyArray<"verify">
}

export interface JWKSResponse {
  readonly keys?: ReadonlyArray<JWK> | undefined
}

/** What goes in the query and in the body of each call, and what its good reply says. */
export interface Calls {
  readonly "GET /api/v1/users/me/": { readonly reply: User }
  readonly "POST /api/v1/researchers/participants/": {
    readonly body: CreateTestParticipantForResearcher
    readonly reply: CreateTestParticipantForResearcherResponse
  }
  readonly "POST /api/v1/studies/": { readonly body: CreateStudy; readonly reply: Study }
  readonly "GET /api/v1/projects/{project_id}/studies/": {
    readonly query: {
      readonly page?: number | undefined
      readonly page_size?: number | undefined
      readonly ordering?: string | undefined
    }
    readonly reply: StudiesListResponse
  }
  readonly "GET /api/v1/studies/{id}/": { readonly reply: Study }
  readonly "PATCH /api/v1/studies/{id}/": { readonly body: BaseStudy; readonly reply: Study }
  readonly "DELETE /api/v1/studies/{id}/": { readonly reply: object }
  readonly "POST /api/v1/studies/{id}/transition/": { readonly body: StudyTransition; readonly reply: Study }
  readonly "POST /api/v1/studies/{id}/test-study": { readonly reply: TestStudySetUpResponse }
  readonly "GET /api/v1/studies/{id}/cost/": {
    readonly query: { readonly is_projected?: boolean | undefined }
    readonly reply: StudyTotalCost
  }
  readonly "GET /api/v1/studies/{id}/submissions/": {
    readonly query: { readonly ordering?: string | undefined }
    readonly reply: SubmissionListResponse
  }
  readonly "GET /api/v1/studies/{id}/submissions/counts/": { readonly reply: SubmissionsCountResponse }
  readonly "POST /api/v1/study-cost-calculator/": { readonly body: StudyCostRequest; readonly reply: StudyCostResponse }
  readonly "GET /api/v1/filters/": {
    readonly query: {
      readonly detailed?: string | undefined
      readonly workspace_id?: string | undefined
      readonly filter_tag?: string | undefined
    }
    readonly reply: FilterList
  }
  readonly "GET /api/v1/participant-groups/": {
    readonly query: {
      readonly active?: "true" | "false" | undefined
      readonly filter: ApiV1ParticipantGroupsGetParametersFilter0 | ApiV1ParticipantGroupsGetParametersFilter1
    }
    readonly reply: ParticipantGroupListResponse
  }
  readonly "POST /api/v1/participant-groups/": {
    readonly body: CreateParticipantGroupBody
    readonly reply: ParticipantGroup
  }
  readonly "GET /api/v1/participant-groups/{id}/": { readonly reply: ParticipantGroup }
  readonly "DELETE /api/v1/participant-groups/{id}/": { readonly reply: object }
  readonly "GET /api/v1/participant-groups/{id}/participants/": {
    readonly reply: ParticipantGroupMembershipListResponse
  }
  readonly "POST /api/v1/participant-groups/{id}/participants/": {
    readonly body: ParticipantIDList
    readonly reply: ParticipantGroupMembershipListResponse
  }
  readonly "DELETE /api/v1/participant-groups/{id}/participants/": {
    readonly body: ParticipantIDList
    readonly reply: ParticipantGroupMembershipListResponse
  }
  readonly "GET /api/v1/submissions/": {
    readonly query: {
      readonly study: string
      readonly status?:
        | "ACTIVE"
        | "AWAITING_REVIEW"
        | "APPROVED"
        | "PARTIALLY_APPROVED"
        | "REJECTED"
        | "RETURNED"
        | "SCREENED_OUT"
        | "TIMED-OUT"
        | "UNKNOWN"
        | undefined
      readonly completed?: "0" | "1" | "true" | "false" | "yes" | "no" | "t" | "f" | undefined
      readonly returned?: "0" | "1" | "true" | "false" | "yes" | "no" | "t" | "f" | undefined
      readonly awaiting_review?: "0" | "1" | "true" | "false" | "yes" | "no" | "t" | "f" | undefined
      readonly approved?: "0" | "1" | "true" | "false" | "yes" | "no" | "t" | "f" | undefined
      readonly active?: "0" | "1" | "true" | "false" | "yes" | "no" | "t" | "f" | undefined
      readonly timeout?: "0" | "1" | "true" | "false" | "yes" | "no" | "t" | "f" | undefined
      readonly rejected?: "0" | "1" | "true" | "false" | "yes" | "no" | "t" | "f" | undefined
      readonly screened_out?: "0" | "1" | "true" | "false" | "yes" | "no" | "t" | "f" | undefined
      readonly completeoractive?: "0" | "1" | "true" | "false" | "yes" | "no" | "t" | "f" | undefined
      readonly submitted_from?: string | undefined
      readonly submitted_before?: string | undefined
      readonly ordering?:
        | "started_at"
        | "-started_at"
        | "submission_reward"
        | "-submission_reward"
        | "study_name"
        | "-study_name"
        | undefined
      readonly page_size?: number | undefined
      readonly page?: number | undefined
    }
    readonly reply: SubmissionListResponse
  }
  readonly "GET /api/v1/submissions/{id}/": { readonly reply: SubmissionDetail }
  readonly "POST /api/v1/submissions/{id}/transition/": {
    readonly body: SubmissionTransition
    readonly reply: Submission
  }
  readonly "POST /api/v1/submissions/{id}/request-return/": {
    readonly body: RequestSubmissionReturnBody
    readonly reply: ReturnRequestedResponse
  }
  readonly "POST /api/v1/submissions/bulk-approve/": {
    readonly body: SubmissionsBulkApproveSubmissionsRequest0 | SubmissionsBulkApproveSubmissionsRequest1
    readonly reply: string
  }
  readonly "POST /api/v1/submissions/bonus-payments/": {
    readonly body: CreateBonusPaymentsBody
    readonly reply: BulkBonus
  }
  readonly "POST /api/v1/bulk-bonus-payments/{id}/pay/": { readonly reply: string }
  readonly "GET /api/v1/messages/": {
    readonly query: {
      readonly user_id?: string | undefined
      readonly created_after?: string | undefined
      readonly excluded_sender_ids?: string | undefined
    }
    readonly reply: Messages
  }
  readonly "POST /api/v1/messages/": { readonly body: SendMessage; readonly reply: object }
  readonly "POST /api/v1/messages/bulk/": { readonly body: SendBulkMessage; readonly reply: object }
  readonly "POST /api/v1/messages/participant-group/": {
    readonly body: MessageParticipantGroup
    readonly reply: object
  }
  readonly "GET /api/v1/workspaces/": { readonly reply: WorkspacesListResponse }
  readonly "GET /api/v1/workspaces/{workspace_id}/": { readonly reply: Workspace }
  readonly "GET /api/v1/workspaces/{workspace_id}/balance/": { readonly reply: WorkspaceBalance }
  readonly "GET /api/v1/workspaces/{workspace_id}/projects/": { readonly reply: ProjectShortListResponse }
  readonly "GET /api/v1/hooks/event-types/": { readonly reply: EventTypeList }
  readonly "GET /api/v1/hooks/secrets/": {
    readonly query: { readonly workspace_id: string }
    readonly reply: SecretList
  }
  readonly "POST /api/v1/hooks/secrets/": { readonly body: CreateSecret; readonly reply: SecretDetail }
  readonly "GET /api/v1/hooks/subscriptions/": {
    readonly query: { readonly is_enabled?: boolean | undefined; readonly workspace_id?: string | undefined }
    readonly reply: SubscriptionList
  }
  readonly "POST /api/v1/hooks/subscriptions/": { readonly body: SubscriptionDetail; readonly reply: SubscriptionList }
  readonly "POST /api/v1/hooks/subscriptions/{subscription_id}/": {
    readonly body: SubscriptionConfirmation
    readonly reply: SubscriptionDetail
  }
  readonly "PATCH /api/v1/hooks/subscriptions/{subscription_id}/": {
    readonly body: SubscriptionUpdateDetail
    readonly reply: SubscriptionDetail
  }
  readonly "DELETE /api/v1/hooks/subscriptions/{subscription_id}/": { readonly reply: object }
  readonly "GET /api/v1/hooks/subscriptions/{subscription_id}/events/": {
    readonly query: {
      readonly offset?: number | undefined
      readonly limit?: number | undefined
      readonly status?: string | undefined
      readonly resource_id?: string | undefined
    }
    readonly reply: SubscriptionEventList
  }
  readonly "GET /api/v1/reward-recommendations/": {
    readonly query: {
      readonly workspace_id: string
      readonly currency: "USD" | "GBP"
      readonly screener_ids?: string | undefined
    }
    readonly reply: ReadonlyArray<RewardRecommendationsResponseItems>
  }
  readonly "GET /.well-known/study/jwks.json": { readonly reply: JWKSResponse }
}
