/**
 * Names of members in the answers of all protocols: they are the provider's own and no filter looks at them. A name
 * that is missing here is text like any other, for then it may be the caller's or the model's: a tool's arguments
 * have such names. Sources: the API references of OpenAI, Anthropic and Google, 2026-11, and what compatible servers add.
 */
export const WIRE_NAMES: ReadonlySet<string> = new Set(
  `
accepted_prediction_tokens action annotations args arguments attributes audio audio_tokens
avgLogprobs background block_reason blockReason bytes cache_control cache_creation
cache_creation_input_tokens cache_read_input_tokens cache_write_tokens cached_tokens
cachedContentTokenCount cacheTokensDetails call_id caller candidates candidatesTokenCount
candidatesTokensDetails category choices citation citationMetadata citations cited_text city
code codeExecutionResult command command_index completed_at completion_tokens
completion_tokens_details container container_id content content_block content_filter_results
content_index context_management conversation created created_at custom data delta details
document_index document_title effort embedding embeddings encrypted_content encrypted_index
end_char_index end_index ephemeral_1h_input_tokens ephemeral_5m_input_tokens error
executableCode expires_at file_id filename finish_reason finishMessage finishReason format
frequency_penalty function function_call functionCall groundingChunks groundingMetadata
groundingSupports id incomplete_details index inference_geo inlineData input input_tokens
input_tokens_details instructions is_error item item_id iterations language logprob logprobs
logprobsResult logs max_output_tokens max_tool_calls message metadata mimeType modality model
modelVersion name native_finish_reason obfuscation object outcome output output_index
output_text output_tokens output_tokens_details outputs page_age parallel_tool_calls param
params part partial_json parts phase previous_response_id probability prompt prompt_cache_key
prompt_cache_retention prompt_filter_results prompt_index prompt_logprobs prompt_token_ids
prompt_tokens prompt_tokens_details promptFeedback promptTokenCount promptTokensDetails provider
provider_specific_fields queries query reason reasoning reasoning_content reasoning_details
reasoning_tokens refusal rejected_prediction_tokens request_id response responseId results
return_token_ids role safety_identifier safetyRatings score searchEntryPoint sequence_number
server_tool_use service_tier serviceTier severity signature source speed start_char_index
start_index status stderr stdout stop_details stop_reason stop_sequence store strict summary
summary_index system_fingerprint temperature text thinking thinking_tokens thought
thoughtSignature thoughtsTokenCount title token token_ids tokenCount tool_calls tool_choice
tool_use_id tools toolUsePromptTokenCount top_logprobs top_p total_tokens totalTokenCount
totalTokens transcript truncation type uri url url_citation usage usageMetadata user user_id
values verbosity web web_search_requests webSearchQueries
`
    .trim()
    .split(/\s+/),
)
