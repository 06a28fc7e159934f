// Made by test/config/generate-mturk.mjs from the service model. Do not edit.
import * as Schema from "effect/Schema"
import * as member from "./shapes.js"

export const targetPrefix = "MTurkRequesterServiceV20170117"

export const String = member.text()
export const Integer = member.integer()
export const AcceptQualificationRequestRequest = Schema.Struct({
  QualificationRequestId: String,
  IntegerValue: member.optional(Integer)
})
export type AcceptQualificationRequestRequest = typeof AcceptQualificationRequestRequest.Type
export const AcceptQualificationRequestResponse = Schema.Struct({})
export type AcceptQualificationRequestResponse = typeof AcceptQualificationRequestResponse.Type
export const EntityId = member.text({ min: 1, max: 64, pattern: /^[A-Z0-9]+$/ })
export const Boolean = Schema.Boolean
export const ApproveAssignmentRequest = Schema.Struct({
  AssignmentId: EntityId,
  RequesterFeedback: member.optional(String),
  OverrideRejection: member.optional(Boolean)
})
export type ApproveAssignmentRequest = typeof ApproveAssignmentRequest.Type
export const ApproveAssignmentResponse = Schema.Struct({})
export type ApproveAssignmentResponse = typeof ApproveAssignmentResponse.Type
export const CustomerId = member.text({ min: 1, max: 64, pattern: /^A[A-Z0-9]+$/ })
export const AssociateQualificationWithWorkerRequest = Schema.Struct({
  QualificationTypeId: EntityId,
  WorkerId: CustomerId,
  IntegerValue: member.optional(Integer),
  SendNotification: member.optional(Boolean)
})
export type AssociateQualificationWithWorkerRequest = typeof AssociateQualificationWithWorkerRequest.Type
export const AssociateQualificationWithWorkerResponse = Schema.Struct({})
export type AssociateQualificationWithWorkerResponse = typeof AssociateQualificationWithWorkerResponse.Type
export const IdempotencyToken = member.text({ min: 1, max: 64 })
export const CreateAdditionalAssignmentsForHITRequest = Schema.Struct({
  HITId: EntityId,
  NumberOfAdditionalAssignments: Integer,
  UniqueRequestToken: member.optional(IdempotencyToken)
})
export type CreateAdditionalAssignmentsForHITRequest = typeof CreateAdditionalAssignmentsForHITRequest.Type
export const CreateAdditionalAssignmentsForHITResponse = Schema.Struct({})
export type CreateAdditionalAssignmentsForHITResponse = typeof CreateAdditionalAssignmentsForHITResponse.Type
export const Long = member.integer()
export const CurrencyAmount = member.text({ pattern: /^[0-9]+(\.)?[0-9]{0,2}$/ })
export const Comparator = member.oneOf(
  "LessThan",
  "LessThanOrEqualTo",
  "GreaterThan",
  "GreaterThanOrEqualTo",
  "EqualTo",
  "NotEqualTo",
  "Exists",
  "DoesNotExist",
  "In",
  "NotIn"
)
export const IntegerList = Schema.Array(Integer)
export const CountryParameters = member.text({ min: 2, max: 2 })
export const Locale = Schema.Struct({ Country: CountryParameters, Subdivision: member.optional(CountryParameters) })
export type Locale = typeof Locale.Type
export const LocaleList = Schema.Array(Locale)
export const HITAccessActions = member.oneOf("Accept", "PreviewAndAccept", "DiscoverPreviewAndAccept")
export const QualificationRequirement = Schema.Struct({
  QualificationTypeId: String,
  Comparator: Comparator,
  IntegerValues: member.optional(IntegerList),
  LocaleValues: member.optional(LocaleList),
  RequiredToPreview: member.optional(Boolean),
  ActionsGuarded: member.optional(HITAccessActions)
})
export type QualificationRequirement = typeof QualificationRequirement.Type
export const QualificationRequirementList = Schema.Array(QualificationRequirement)
export const StringList = Schema.Array(String)
export const ParameterMapEntry = Schema.Struct({ Key: member.optional(String), Values: member.optional(StringList) })
export type ParameterMapEntry = typeof ParameterMapEntry.Type
export const ParameterMapEntryList = Schema.Array(ParameterMapEntry)
export const PolicyParameter = Schema.Struct({
  Key: member.optional(String),
  Values: member.optional(StringList),
  MapEntries: member.optional(ParameterMapEntryList)
})
export type PolicyParameter = typeof PolicyParameter.Type
export const PolicyParameterList = Schema.Array(PolicyParameter)
export const ReviewPolicy = Schema.Struct({ PolicyName: String, Parameters: member.optional(PolicyParameterList) })
export type ReviewPolicy = typeof ReviewPolicy.Type
export const HITLayoutParameter = Schema.Struct({ Name: String, Value: String })
export type HITLayoutParameter = typeof HITLayoutParameter.Type
export const HITLayoutParameterList = Schema.Array(HITLayoutParameter)
export const CreateHITRequest = Schema.Struct({
  MaxAssignments: member.optional(Integer),
  AutoApprovalDelayInSeconds: member.optional(Long),
  LifetimeInSeconds: Long,
  AssignmentDurationInSeconds: Long,
  Reward: CurrencyAmount,
  Title: String,
  Keywords: member.optional(String),
  Description: String,
  Question: member.optional(String),
  RequesterAnnotation: member.optional(String),
  QualificationRequirements: member.optional(QualificationRequirementList),
  UniqueRequestToken: member.optional(IdempotencyToken),
  AssignmentReviewPolicy: member.optional(ReviewPolicy),
  HITReviewPolicy: member.optional(ReviewPolicy),
  HITLayoutId: member.optional(EntityId),
  HITLayoutParameters: member.optional(HITLayoutParameterList)
})
export type CreateHITRequest = typeof CreateHITRequest.Type
export const Timestamp = member.timestamp
export const HITStatus = member.oneOf("Assignable", "Unassignable", "Reviewable", "Reviewing", "Disposed")
export const HITReviewStatus = member.oneOf(
  "NotReviewed",
  "MarkedForReview",
  "ReviewedAppropriate",
  "ReviewedInappropriate"
)
export const HIT = Schema.Struct({
  HITId: member.optional(EntityId),
  HITTypeId: member.optional(EntityId),
  HITGroupId: member.optional(EntityId),
  HITLayoutId: member.optional(EntityId),
  CreationTime: member.optional(Timestamp),
  Title: member.optional(String),
  Description: member.optional(String),
  Question: member.optional(String),
  Keywords: member.optional(String),
  HITStatus: member.optional(HITStatus),
  MaxAssignments: member.optional(Integer),
  Reward: member.optional(CurrencyAmount),
  AutoApprovalDelayInSeconds: member.optional(Long),
  Expiration: member.optional(Timestamp),
  AssignmentDurationInSeconds: member.optional(Long),
  RequesterAnnotation: member.optional(String),
  QualificationRequirements: member.optional(QualificationRequirementList),
  HITReviewStatus: member.optional(HITReviewStatus),
  NumberOfAssignmentsPending: member.optional(Integer),
  NumberOfAssignmentsAvailable: member.optional(Integer),
  NumberOfAssignmentsCompleted: member.optional(Integer)
})
export type HIT = typeof HIT.Type
export const CreateHITResponse = Schema.Struct({ HIT: member.optional(HIT) })
export type CreateHITResponse = typeof CreateHITResponse.Type
export const CreateHITTypeRequest = Schema.Struct({
  AutoApprovalDelayInSeconds: member.optional(Long),
  AssignmentDurationInSeconds: Long,
  Reward: CurrencyAmount,
  Title: String,
  Keywords: member.optional(String),
  Description: String,
  QualificationRequirements: member.optional(QualificationRequirementList)
})
export type CreateHITTypeRequest = typeof CreateHITTypeRequest.Type
export const CreateHITTypeResponse = Schema.Struct({ HITTypeId: member.optional(EntityId) })
export type CreateHITTypeResponse = typeof CreateHITTypeResponse.Type
export const CreateHITWithHITTypeRequest = Schema.Struct({
  HITTypeId: EntityId,
  MaxAssignments: member.optional(Integer),
  LifetimeInSeconds: Long,
  Question: member.optional(String),
  RequesterAnnotation: member.optional(String),
  UniqueRequestToken: member.optional(IdempotencyToken),
  AssignmentReviewPolicy: member.optional(ReviewPolicy),
  HITReviewPolicy: member.optional(ReviewPolicy),
  HITLayoutId: member.optional(EntityId),
  HITLayoutParameters: member.optional(HITLayoutParameterList)
})
export type CreateHITWithHITTypeRequest = typeof CreateHITWithHITTypeRequest.Type
export const CreateHITWithHITTypeResponse = Schema.Struct({ HIT: member.optional(HIT) })
export type CreateHITWithHITTypeResponse = typeof CreateHITWithHITTypeResponse.Type
export const QualificationTypeStatus = member.oneOf("Active", "Inactive")
export const CreateQualificationTypeRequest = Schema.Struct({
  Name: String,
  Keywords: member.optional(String),
  Description: String,
  QualificationTypeStatus: QualificationTypeStatus,
  RetryDelayInSeconds: member.optional(Long),
  Test: member.optional(String),
  AnswerKey: member.optional(String),
  TestDurationInSeconds: member.optional(Long),
  AutoGranted: member.optional(Boolean),
  AutoGrantedValue: member.optional(Integer)
})
export type CreateQualificationTypeRequest = typeof CreateQualificationTypeRequest.Type
export const QualificationType = Schema.Struct({
  QualificationTypeId: member.optional(EntityId),
  CreationTime: member.optional(Timestamp),
  Name: member.optional(String),
  Description: member.optional(String),
  Keywords: member.optional(String),
  QualificationTypeStatus: member.optional(QualificationTypeStatus),
  Test: member.optional(String),
  TestDurationInSeconds: member.optional(Long),
  AnswerKey: member.optional(String),
  RetryDelayInSeconds: member.optional(Long),
  IsRequestable: member.optional(Boolean),
  AutoGranted: member.optional(Boolean),
  AutoGrantedValue: member.optional(Integer)
})
export type QualificationType = typeof QualificationType.Type
export const CreateQualificationTypeResponse = Schema.Struct({ QualificationType: member.optional(QualificationType) })
export type CreateQualificationTypeResponse = typeof CreateQualificationTypeResponse.Type
export const CreateWorkerBlockRequest = Schema.Struct({ WorkerId: CustomerId, Reason: String })
export type CreateWorkerBlockRequest = typeof CreateWorkerBlockRequest.Type
export const CreateWorkerBlockResponse = Schema.Struct({})
export type CreateWorkerBlockResponse = typeof CreateWorkerBlockResponse.Type
export const DeleteHITRequest = Schema.Struct({ HITId: EntityId })
export type DeleteHITRequest = typeof DeleteHITRequest.Type
export const DeleteHITResponse = Schema.Struct({})
export type DeleteHITResponse = typeof DeleteHITResponse.Type
export const DeleteQualificationTypeRequest = Schema.Struct({ QualificationTypeId: EntityId })
export type DeleteQualificationTypeRequest = typeof DeleteQualificationTypeRequest.Type
export const DeleteQualificationTypeResponse = Schema.Struct({})
export type DeleteQualificationTypeResponse = typeof DeleteQualificationTypeResponse.Type
export const DeleteWorkerBlockRequest = Schema.Struct({ WorkerId: CustomerId, Reason: member.optional(String) })
export type DeleteWorkerBlockRequest = typeof DeleteWorkerBlockRequest.Type
export const DeleteWorkerBlockResponse = Schema.Struct({})
export type DeleteWorkerBlockResponse = typeof DeleteWorkerBlockResponse.Type
export const DisassociateQualificationFromWorkerRequest = Schema.Struct({
  WorkerId: CustomerId,
  QualificationTypeId: EntityId,
  Reason: member.optional(String)
})
export type DisassociateQualificationFromWorkerRequest = typeof DisassociateQualificationFromWorkerRequest.Type
export const DisassociateQualificationFromWorkerResponse = Schema.Struct({})
export type DisassociateQualificationFromWorkerResponse = typeof DisassociateQualificationFromWorkerResponse.Type
export const GetAccountBalanceRequest = Schema.Struct({})
export type GetAccountBalanceRequest = typeof GetAccountBalanceRequest.Type
export const GetAccountBalanceResponse = Schema.Struct({
  AvailableBalance: member.optional(CurrencyAmount),
  OnHoldBalance: member.optional(CurrencyAmount)
})
export type GetAccountBalanceResponse = typeof GetAccountBalanceResponse.Type
export const GetAssignmentRequest = Schema.Struct({ AssignmentId: EntityId })
export type GetAssignmentRequest = typeof GetAssignmentRequest.Type
export const AssignmentStatus = member.oneOf("Submitted", "Approved", "Rejected")
export const Assignment = Schema.Struct({
  AssignmentId: member.optional(EntityId),
  WorkerId: member.optional(CustomerId),
  HITId: member.optional(EntityId),
  AssignmentStatus: member.optional(AssignmentStatus),
  AutoApprovalTime: member.optional(Timestamp),
  AcceptTime: member.optional(Timestamp),
  SubmitTime: member.optional(Timestamp),
  ApprovalTime: member.optional(Timestamp),
  RejectionTime: member.optional(Timestamp),
  Deadline: member.optional(Timestamp),
  Answer: member.optional(String),
  RequesterFeedback: member.optional(String)
})
export type Assignment = typeof Assignment.Type
export const GetAssignmentResponse = Schema.Struct({
  Assignment: member.optional(Assignment),
  HIT: member.optional(HIT)
})
export type GetAssignmentResponse = typeof GetAssignmentResponse.Type
export const GetFileUploadURLRequest = Schema.Struct({ AssignmentId: EntityId, QuestionIdentifier: String })
export type GetFileUploadURLRequest = typeof GetFileUploadURLRequest.Type
export const GetFileUploadURLResponse = Schema.Struct({ FileUploadURL: member.optional(String) })
export type GetFileUploadURLResponse = typeof GetFileUploadURLResponse.Type
export const GetHITRequest = Schema.Struct({ HITId: EntityId })
export type GetHITRequest = typeof GetHITRequest.Type
export const GetHITResponse = Schema.Struct({ HIT: member.optional(HIT) })
export type GetHITResponse = typeof GetHITResponse.Type
export const GetQualificationScoreRequest = Schema.Struct({ QualificationTypeId: EntityId, WorkerId: CustomerId })
export type GetQualificationScoreRequest = typeof GetQualificationScoreRequest.Type
export const QualificationStatus = member.oneOf("Granted", "Revoked")
export const Qualification = Schema.Struct({
  QualificationTypeId: member.optional(EntityId),
  WorkerId: member.optional(CustomerId),
  GrantTime: member.optional(Timestamp),
  IntegerValue: member.optional(Integer),
  LocaleValue: member.optional(Locale),
  Status: member.optional(QualificationStatus)
})
export type Qualification = typeof Qualification.Type
export const GetQualificationScoreResponse = Schema.Struct({ Qualification: member.optional(Qualification) })
export type GetQualificationScoreResponse = typeof GetQualificationScoreResponse.Type
export const GetQualificationTypeRequest = Schema.Struct({ QualificationTypeId: EntityId })
export type GetQualificationTypeRequest = typeof GetQualificationTypeRequest.Type
export const GetQualificationTypeResponse = Schema.Struct({ QualificationType: member.optional(QualificationType) })
export type GetQualificationTypeResponse = typeof GetQualificationTypeResponse.Type
export const PaginationToken = member.text({ min: 1, max: 255 })
export const ResultSize = member.integer({ min: 1, max: 100 })
export const AssignmentStatusList = Schema.Array(AssignmentStatus)
export const ListAssignmentsForHITRequest = Schema.Struct({
  HITId: EntityId,
  NextToken: member.optional(PaginationToken),
  MaxResults: member.optional(ResultSize),
  AssignmentStatuses: member.optional(AssignmentStatusList)
})
export type ListAssignmentsForHITRequest = typeof ListAssignmentsForHITRequest.Type
export const AssignmentList = Schema.Array(Assignment)
export const ListAssignmentsForHITResponse = Schema.Struct({
  NextToken: member.optional(PaginationToken),
  NumResults: member.optional(Integer),
  Assignments: member.optional(AssignmentList)
})
export type ListAssignmentsForHITResponse = typeof ListAssignmentsForHITResponse.Type
export const ListBonusPaymentsRequest = Schema.Struct({
  HITId: member.optional(EntityId),
  AssignmentId: member.optional(EntityId),
  NextToken: member.optional(PaginationToken),
  MaxResults: member.optional(ResultSize)
})
export type ListBonusPaymentsRequest = typeof ListBonusPaymentsRequest.Type
export const BonusPayment = Schema.Struct({
  WorkerId: member.optional(CustomerId),
  BonusAmount: member.optional(CurrencyAmount),
  AssignmentId: member.optional(EntityId),
  Reason: member.optional(String),
  GrantTime: member.optional(Timestamp)
})
export type BonusPayment = typeof BonusPayment.Type
export const BonusPaymentList = Schema.Array(BonusPayment)
export const ListBonusPaymentsResponse = Schema.Struct({
  NumResults: member.optional(Integer),
  NextToken: member.optional(PaginationToken),
  BonusPayments: member.optional(BonusPaymentList)
})
export type ListBonusPaymentsResponse = typeof ListBonusPaymentsResponse.Type
export const ListHITsRequest = Schema.Struct({
  NextToken: member.optional(PaginationToken),
  MaxResults: member.optional(ResultSize)
})
export type ListHITsRequest = typeof ListHITsRequest.Type
export const HITList = Schema.Array(HIT)
export const ListHITsResponse = Schema.Struct({
  NextToken: member.optional(PaginationToken),
  NumResults: member.optional(Integer),
  HITs: member.optional(HITList)
})
export type ListHITsResponse = typeof ListHITsResponse.Type
export const ListHITsForQualificationTypeRequest = Schema.Struct({
  QualificationTypeId: EntityId,
  NextToken: member.optional(PaginationToken),
  MaxResults: member.optional(ResultSize)
})
export type ListHITsForQualificationTypeRequest = typeof ListHITsForQualificationTypeRequest.Type
export const ListHITsForQualificationTypeResponse = Schema.Struct({
  NextToken: member.optional(PaginationToken),
  NumResults: member.optional(Integer),
  HITs: member.optional(HITList)
})
export type ListHITsForQualificationTypeResponse = typeof ListHITsForQualificationTypeResponse.Type
export const ListQualificationRequestsRequest = Schema.Struct({
  QualificationTypeId: member.optional(EntityId),
  NextToken: member.optional(PaginationToken),
  MaxResults: member.optional(ResultSize)
})
export type ListQualificationRequestsRequest = typeof ListQualificationRequestsRequest.Type
export const QualificationRequest = Schema.Struct({
  QualificationRequestId: member.optional(String),
  QualificationTypeId: member.optional(EntityId),
  WorkerId: member.optional(CustomerId),
  Test: member.optional(String),
  Answer: member.optional(String),
  SubmitTime: member.optional(Timestamp)
})
export type QualificationRequest = typeof QualificationRequest.Type
export const QualificationRequestList = Schema.Array(QualificationRequest)
export const ListQualificationRequestsResponse = Schema.Struct({
  NumResults: member.optional(Integer),
  NextToken: member.optional(PaginationToken),
  QualificationRequests: member.optional(QualificationRequestList)
})
export type ListQualificationRequestsResponse = typeof ListQualificationRequestsResponse.Type
export const ListQualificationTypesRequest = Schema.Struct({
  Query: member.optional(String),
  MustBeRequestable: Boolean,
  MustBeOwnedByCaller: member.optional(Boolean),
  NextToken: member.optional(PaginationToken),
  MaxResults: member.optional(ResultSize)
})
export type ListQualificationTypesRequest = typeof ListQualificationTypesRequest.Type
export const QualificationTypeList = Schema.Array(QualificationType)
export const ListQualificationTypesResponse = Schema.Struct({
  NumResults: member.optional(Integer),
  NextToken: member.optional(PaginationToken),
  QualificationTypes: member.optional(QualificationTypeList)
})
export type ListQualificationTypesResponse = typeof ListQualificationTypesResponse.Type
export const ReviewPolicyLevel = member.oneOf("Assignment", "HIT")
export const ReviewPolicyLevelList = Schema.Array(ReviewPolicyLevel)
export const ListReviewPolicyResultsForHITRequest = Schema.Struct({
  HITId: EntityId,
  PolicyLevels: member.optional(ReviewPolicyLevelList),
  RetrieveActions: member.optional(Boolean),
  RetrieveResults: member.optional(Boolean),
  NextToken: member.optional(PaginationToken),
  MaxResults: member.optional(ResultSize)
})
export type ListReviewPolicyResultsForHITRequest = typeof ListReviewPolicyResultsForHITRequest.Type
export const ReviewResultDetail = Schema.Struct({
  ActionId: member.optional(EntityId),
  SubjectId: member.optional(EntityId),
  SubjectType: member.optional(String),
  QuestionId: member.optional(EntityId),
  Key: member.optional(String),
  Value: member.optional(String)
})
export type ReviewResultDetail = typeof ReviewResultDetail.Type
export const ReviewResultDetailList = Schema.Array(ReviewResultDetail)
export const ReviewActionStatus = member.oneOf("Intended", "Succeeded", "Failed", "Cancelled")
export const ReviewActionDetail = Schema.Struct({
  ActionId: member.optional(EntityId),
  ActionName: member.optional(String),
  TargetId: member.optional(EntityId),
  TargetType: member.optional(String),
  Status: member.optional(ReviewActionStatus),
  CompleteTime: member.optional(Timestamp),
  Result: member.optional(String),
  ErrorCode: member.optional(String)
})
export type ReviewActionDetail = typeof ReviewActionDetail.Type
export const ReviewActionDetailList = Schema.Array(ReviewActionDetail)
export const ReviewReport = Schema.Struct({
  ReviewResults: member.optional(ReviewResultDetailList),
  ReviewActions: member.optional(ReviewActionDetailList)
})
export type ReviewReport = typeof ReviewReport.Type
export const ListReviewPolicyResultsForHITResponse = Schema.Struct({
  HITId: member.optional(EntityId),
  AssignmentReviewPolicy: member.optional(ReviewPolicy),
  HITReviewPolicy: member.optional(ReviewPolicy),
  AssignmentReviewReport: member.optional(ReviewReport),
  HITReviewReport: member.optional(ReviewReport),
  NextToken: member.optional(PaginationToken)
})
export type ListReviewPolicyResultsForHITResponse = typeof ListReviewPolicyResultsForHITResponse.Type
export const ReviewableHITStatus = member.oneOf("Reviewable", "Reviewing")
export const ListReviewableHITsRequest = Schema.Struct({
  HITTypeId: member.optional(EntityId),
  Status: member.optional(ReviewableHITStatus),
  NextToken: member.optional(PaginationToken),
  MaxResults: member.optional(ResultSize)
})
export type ListReviewableHITsRequest = typeof ListReviewableHITsRequest.Type
export const ListReviewableHITsResponse = Schema.Struct({
  NextToken: member.optional(PaginationToken),
  NumResults: member.optional(Integer),
  HITs: member.optional(HITList)
})
export type ListReviewableHITsResponse = typeof ListReviewableHITsResponse.Type
export const ListWorkerBlocksRequest = Schema.Struct({
  NextToken: member.optional(PaginationToken),
  MaxResults: member.optional(ResultSize)
})
export type ListWorkerBlocksRequest = typeof ListWorkerBlocksRequest.Type
export const WorkerBlock = Schema.Struct({ WorkerId: member.optional(CustomerId), Reason: member.optional(String) })
export type WorkerBlock = typeof WorkerBlock.Type
export const WorkerBlockList = Schema.Array(WorkerBlock)
export const ListWorkerBlocksResponse = Schema.Struct({
  NextToken: member.optional(PaginationToken),
  NumResults: member.optional(Integer),
  WorkerBlocks: member.optional(WorkerBlockList)
})
export type ListWorkerBlocksResponse = typeof ListWorkerBlocksResponse.Type
export const ListWorkersWithQualificationTypeRequest = Schema.Struct({
  QualificationTypeId: EntityId,
  Status: member.optional(QualificationStatus),
  NextToken: member.optional(PaginationToken),
  MaxResults: member.optional(ResultSize)
})
export type ListWorkersWithQualificationTypeRequest = typeof ListWorkersWithQualificationTypeRequest.Type
export const QualificationList = Schema.Array(Qualification)
export const ListWorkersWithQualificationTypeResponse = Schema.Struct({
  NextToken: member.optional(PaginationToken),
  NumResults: member.optional(Integer),
  Qualifications: member.optional(QualificationList)
})
export type ListWorkersWithQualificationTypeResponse = typeof ListWorkersWithQualificationTypeResponse.Type
export const CustomerIdList = Schema.Array(CustomerId)
export const NotifyWorkersRequest = Schema.Struct({ Subject: String, MessageText: String, WorkerIds: CustomerIdList })
export type NotifyWorkersRequest = typeof NotifyWorkersRequest.Type
export const NotifyWorkersFailureCode = member.oneOf("SoftFailure", "HardFailure")
export const NotifyWorkersFailureStatus = Schema.Struct({
  NotifyWorkersFailureCode: member.optional(NotifyWorkersFailureCode),
  NotifyWorkersFailureMessage: member.optional(String),
  WorkerId: member.optional(CustomerId)
})
export type NotifyWorkersFailureStatus = typeof NotifyWorkersFailureStatus.Type
export const NotifyWorkersFailureStatusList = Schema.Array(NotifyWorkersFailureStatus)
export const NotifyWorkersResponse = Schema.Struct({
  NotifyWorkersFailureStatuses: member.optional(NotifyWorkersFailureStatusList)
})
export type NotifyWorkersResponse = typeof NotifyWorkersResponse.Type
export const RejectAssignmentRequest = Schema.Struct({ AssignmentId: EntityId, RequesterFeedback: String })
export type RejectAssignmentRequest = typeof RejectAssignmentRequest.Type
export const RejectAssignmentResponse = Schema.Struct({})
export type RejectAssignmentResponse = typeof RejectAssignmentResponse.Type
export const RejectQualificationRequestRequest = Schema.Struct({
  QualificationRequestId: String,
  Reason: member.optional(String)
})
export type RejectQualificationRequestRequest = typeof RejectQualificationRequestRequest.Type
export const RejectQualificationRequestResponse = Schema.Struct({})
export type RejectQualificationRequestResponse = typeof RejectQualificationRequestResponse.Type
export const SendBonusRequest = Schema.Struct({
  WorkerId: CustomerId,
  BonusAmount: CurrencyAmount,
  AssignmentId: EntityId,
  Reason: String,
  UniqueRequestToken: member.optional(IdempotencyToken)
})
export type SendBonusRequest = typeof SendBonusRequest.Type
export const SendBonusResponse = Schema.Struct({})
export type SendBonusResponse = typeof SendBonusResponse.Type
export const NotificationTransport = member.oneOf("Email", "SQS", "SNS")
export const EventType = member.oneOf(
  "AssignmentAccepted",
  "AssignmentAbandoned",
  "AssignmentReturned",
  "AssignmentSubmitted",
  "AssignmentRejected",
  "AssignmentApproved",
  "HITCreated",
  "HITExpired",
  "HITReviewable",
  "HITExtended",
  "HITDisposed",
  "Ping"
)
export const EventTypeList = Schema.Array(EventType)
export const NotificationSpecification = Schema.Struct({
  Destination: String,
  Transport: NotificationTransport,
  Version: String,
  EventTypes: EventTypeList
})
export type NotificationSpecification = typeof NotificationSpecification.Type
export const SendTestEventNotificationRequest = Schema.Struct({
  Notification: NotificationSpecification,
  TestEventType: EventType
})
export type SendTestEventNotificationRequest = typeof SendTestEventNotificationRequest.Type
export const SendTestEventNotificationResponse = Schema.Struct({})
export type SendTestEventNotificationResponse = typeof SendTestEventNotificationResponse.Type
export const UpdateExpirationForHITRequest = Schema.Struct({ HITId: EntityId, ExpireAt: Timestamp })
export type UpdateExpirationForHITRequest = typeof UpdateExpirationForHITRequest.Type
export const UpdateExpirationForHITResponse = Schema.Struct({})
export type UpdateExpirationForHITResponse = typeof UpdateExpirationForHITResponse.Type
export const UpdateHITReviewStatusRequest = Schema.Struct({ HITId: EntityId, Revert: member.optional(Boolean) })
export type UpdateHITReviewStatusRequest = typeof UpdateHITReviewStatusRequest.Type
export const UpdateHITReviewStatusResponse = Schema.Struct({})
export type UpdateHITReviewStatusResponse = typeof UpdateHITReviewStatusResponse.Type
export const UpdateHITTypeOfHITRequest = Schema.Struct({ HITId: EntityId, HITTypeId: EntityId })
export type UpdateHITTypeOfHITRequest = typeof UpdateHITTypeOfHITRequest.Type
export const UpdateHITTypeOfHITResponse = Schema.Struct({})
export type UpdateHITTypeOfHITResponse = typeof UpdateHITTypeOfHITResponse.Type
export const UpdateNotificationSettingsRequest = Schema.Struct({
  HITTypeId: EntityId,
  Notification: member.optional(NotificationSpecification),
  Active: member.optional(Boolean)
})
export type UpdateNotificationSettingsRequest = typeof UpdateNotificationSettingsRequest.Type
export const UpdateNotificationSettingsResponse = Schema.Struct({})
export type UpdateNotificationSettingsResponse = typeof UpdateNotificationSettingsResponse.Type
export const UpdateQualificationTypeRequest = Schema.Struct({
  QualificationTypeId: EntityId,
  Description: member.optional(String),
  QualificationTypeStatus: member.optional(QualificationTypeStatus),
  Test: member.optional(String),
  AnswerKey: member.optional(String),
  TestDurationInSeconds: member.optional(Long),
  RetryDelayInSeconds: member.optional(Long),
  AutoGranted: member.optional(Boolean),
  AutoGrantedValue: member.optional(Integer)
})
export type UpdateQualificationTypeRequest = typeof UpdateQualificationTypeRequest.Type
export const UpdateQualificationTypeResponse = Schema.Struct({ QualificationType: member.optional(QualificationType) })
export type UpdateQualificationTypeResponse = typeof UpdateQualificationTypeResponse.Type

export const operations = {
  AcceptQualificationRequest: member.operation(
    "AcceptQualificationRequest",
    AcceptQualificationRequestRequest,
    AcceptQualificationRequestResponse
  ),
  ApproveAssignment: member.operation("ApproveAssignment", ApproveAssignmentRequest, ApproveAssignmentResponse),
  AssociateQualificationWithWorker: member.operation(
    "AssociateQualificationWithWorker",
    AssociateQualificationWithWorkerRequest,
    AssociateQualificationWithWorkerResponse
  ),
  CreateAdditionalAssignmentsForHIT: member.operation(
    "CreateAdditionalAssignmentsForHIT",
    CreateAdditionalAssignmentsForHITRequest,
    CreateAdditionalAssignmentsForHITResponse
  ),
  CreateHIT: member.operation("CreateHIT", CreateHITRequest, CreateHITResponse),
  CreateHITType: member.operation("CreateHITType", CreateHITTypeRequest, CreateHITTypeResponse),
  CreateHITWithHITType: member.operation(
    "CreateHITWithHITType",
    CreateHITWithHITTypeRequest,
    CreateHITWithHITTypeResponse
  ),
  CreateQualificationType: member.operation(
    "CreateQualificationType",
    CreateQualificationTypeRequest,
    CreateQualificationTypeResponse
  ),
  CreateWorkerBlock: member.operation("CreateWorkerBlock", CreateWorkerBlockRequest, CreateWorkerBlockResponse),
  DeleteHIT: member.operation("DeleteHIT", DeleteHITRequest, DeleteHITResponse),
  DeleteQualificationType: member.operation(
    "DeleteQualificationType",
    DeleteQualificationTypeRequest,
    DeleteQualificationTypeResponse
  ),
  DeleteWorkerBlock: member.operation("DeleteWorkerBlock", DeleteWorkerBlockRequest, DeleteWorkerBlockResponse),
  DisassociateQualificationFromWorker: member.operation(
    "DisassociateQualificationFromWorker",
    DisassociateQualificationFromWorkerRequest,
    DisassociateQualificationFromWorkerResponse
  ),
  GetAccountBalance: member.operation("GetAccountBalance", GetAccountBalanceRequest, GetAccountBalanceResponse),
  GetAssignment: member.operation("GetAssignment", GetAssignmentRequest, GetAssignmentResponse),
  GetFileUploadURL: member.operation("GetFileUploadURL", GetFileUploadURLRequest, GetFileUploadURLResponse),
  GetHIT: member.operation("GetHIT", GetHITRequest, GetHITResponse),
  GetQualificationScore: member.operation(
    "GetQualificationScore",
    GetQualificationScoreRequest,
    GetQualificationScoreResponse
  ),
  GetQualificationType: member.operation(
    "GetQualificationType",
    GetQualificationTypeRequest,
    GetQualificationTypeResponse
  ),
  ListAssignmentsForHIT: member.operation(
    "ListAssignmentsForHIT",
    ListAssignmentsForHITRequest,
    ListAssignmentsForHITResponse
  ),
  ListBonusPayments: member.operation("ListBonusPayments", ListBonusPaymentsRequest, ListBonusPaymentsResponse),
  ListHITs: member.operation("ListHITs", ListHITsRequest, ListHITsResponse),
  ListHITsForQualificationType: member.operation(
    "ListHITsForQualificationType",
    ListHITsForQualificationTypeRequest,
    ListHITsForQualificationTypeResponse
  ),
  ListQualificationRequests: member.operation(
    "ListQualificationRequests",
    ListQualificationRequestsRequest,
    ListQualificationRequestsResponse
  ),
  ListQualificationTypes: member.operation(
    "ListQualificationTypes",
    ListQualificationTypesRequest,
    ListQualificationTypesResponse
  ),
  ListReviewPolicyResultsForHIT: member.operation(
    "ListReviewPolicyResultsForHIT",
    ListReviewPolicyResultsForHITRequest,
    ListReviewPolicyResultsForHITResponse
  ),
  ListReviewableHITs: member.operation("ListReviewableHITs", ListReviewableHITsRequest, ListReviewableHITsResponse),
  ListWorkerBlocks: member.operation("ListWorkerBlocks", ListWorkerBlocksRequest, ListWorkerBlocksResponse),
  ListWorkersWithQualificationType: member.operation(
    "ListWorkersWithQualificationType",
    ListWorkersWithQualificationTypeRequest,
    ListWorkersWithQualificationTypeResponse
  ),
  NotifyWorkers: member.operation("NotifyWorkers", NotifyWorkersRequest, NotifyWorkersResponse),
  RejectAssignment: member.operation("RejectAssignment", RejectAssignmentRequest, RejectAssignmentResponse),
  RejectQualificationRequest: member.operation(
    "RejectQualificationRequest",
    RejectQualificationRequestRequest,
    RejectQualificationRequestResponse
  ),
  SendBonus: member.operation("SendBonus", SendBonusRequest, SendBonusResponse),
  SendTestEventNotification: member.operation(
    "SendTestEventNotification",
    SendTestEventNotificationRequest,
    SendTestEventNotificationResponse
  ),
  UpdateExpirationForHIT: member.operation(
    "UpdateExpirationForHIT",
    UpdateExpirationForHITRequest,
    UpdateExpirationForHITResponse
  ),
  UpdateHITReviewStatus: member.operation(
    "UpdateHITReviewStatus",
    UpdateHITReviewStatusRequest,
    UpdateHITReviewStatusResponse
  ),
  UpdateHITTypeOfHIT: member.operation("UpdateHITTypeOfHIT", UpdateHITTypeOfHITRequest, UpdateHITTypeOfHITResponse),
  UpdateNotificationSettings: member.operation(
    "UpdateNotificationSettings",
    UpdateNotificationSettingsRequest,
    UpdateNotificationSettingsResponse
  ),
  UpdateQualificationType: member.operation(
    "UpdateQualificationType",
    UpdateQualificationTypeRequest,
    UpdateQualificationTypeResponse
  )
}
