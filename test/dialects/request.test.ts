import { describe, expect, test } from 'bun:test'
import type { MessageCreateParams } from '@anthropic-ai/sdk/resources/messages'
import type { GenerateContentParameters } from '@google/genai'
import type { ChatCompletionCreateParams } from 'openai/resources/chat/completions'
import type { ResponseCreateParams } from 'openai/resources/responses/responses'
import { isJsonObject, type JsonObject } from '../../src/base/json.ts'
import { LIMITS } from '../../src/base/limits.ts'
import { dialectFor } from '../../src/dialects/index.ts'
import { decodeLiteral, stringLiterals } from '../../src/stream/json-text.ts'

/** The strings of a body that its dialect lets a data policy change, in text order. */
function touchable(prefix: string, path: string, request: object): string[] {
  const dialect = dialectFor(prefix, 'POST', path, new URLSearchParams())?.dialect
  const text = JSON.stringify(request)
  const body: unknown = JSON.parse(text)
  const scan = stringLiterals(text, LIMITS.jsonDepthMax)
  if (!dialect || !scan.ok || !isJsonObject(body)) throw new Error('unreadable')
  return scan.literals
    .filter((one) => !one.isKey && !dialect.isUntouchable(one.path, parentOf(body, one.path)))
    .map((one) => decodeLiteral(text.slice(one.start, one.end)))
}

function parentOf(body: JsonObject, path: readonly (string | number)[]): JsonObject {
  let at: unknown = body
  let parent = body
  for (const step of path.slice(0, -1)) {
    at = Reflect.get(Object(at), step)
    if (isJsonObject(at)) parent = at
  }
  return parent
}

const PNG = 'data:image/png;base64,iVBORw0KGgo='

describe('a data policy may change every text of a request, and nothing else', () => {
  test('chat', () => {
    const request: ChatCompletionCreateParams = {
      model: 'gpt-5.4-mini',
      user: 'TEXT user',
      messages: [
        { role: 'system', content: 'TEXT system' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'TEXT part' },
            { type: 'image_url', image_url: { url: PNG } },
            { type: 'image_url', image_url: { url: 'https://TEXT.example/a.png' } },
            { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
            {
              type: 'file',
              file: { file_data: 'data:application/pdf;base64,JVBE', filename: 'TEXT.pdf' },
            },
          ],
        },
        {
          role: 'assistant',
          tool_calls: [
            { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"id":"TEXT"}' } },
            { id: 'call_2', type: 'custom', custom: { name: 'c', input: 'TEXT input' } },
          ],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'TEXT result' },
      ],
      tools: [
        {
          type: 'function',
          function: {
            name: 'f',
            description: 'TEXT description',
            parameters: { title: 'TEXT schema', properties: { id: { description: 'TEXT id' } } },
          },
        },
      ],
      metadata: { id: 'TEXT metadata' },
      prompt_cache_key: 'cache-1',
      service_tier: 'flex',
    }
    const found = touchable('openai', '/v1/chat/completions', request)
    expect(found.filter((one) => !one.includes('TEXT'))).toEqual([])
    expect(found).toHaveLength(12)
  })

  test('Responses', () => {
    const request: ResponseCreateParams = {
      model: 'gpt-5.4',
      instructions: 'TEXT instructions',
      previous_response_id: 'resp_0',
      include: ['reasoning.encrypted_content'],
      input: [
        { role: 'user', content: [{ type: 'input_text', text: 'TEXT hi' }] },
        {
          type: 'message',
          role: 'user',
          content: [{ type: 'input_image', image_url: PNG, detail: 'auto' }],
        },
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [{ type: 'summary_text', text: 'TEXT why' }],
          encrypted_content: 'gAAA',
        },
        {
          type: 'function_call',
          id: 'fc_1',
          call_id: 'call_1',
          name: 'f',
          arguments: '{"a":"TEXT"}',
        },
        { type: 'function_call_output', call_id: 'call_1', output: 'TEXT out' },
        { type: 'custom_tool_call', call_id: 'call_2', name: 'apply_patch', input: 'TEXT patch' },
      ],
      tools: [
        {
          type: 'function',
          name: 'f',
          strict: true,
          description: 'TEXT f',
          parameters: { name: 'TEXT schema' },
        },
      ],
      prompt_cache_key: 'k',
    }
    const found = touchable('openai', '/v1/responses', request)
    // The picture's `detail` is a word that no detector knows.
    expect(found.filter((one) => !one.includes('TEXT'))).toEqual(['auto'])
    expect(found).toHaveLength(9)
  })

  test('Messages', () => {
    const request: MessageCreateParams = {
      model: 'claude-sonnet-4-6',
      max_tokens: 64,
      system: [
        { type: 'text', text: 'TEXT system', cache_control: { type: 'ephemeral', ttl: '1h' } },
      ],
      metadata: { user_id: 'opaque' },
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'TEXT hi' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBO' } },
            {
              type: 'document',
              source: { type: 'text', media_type: 'text/plain', data: 'TEXT document' },
            },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'signed', signature: 'EqQB' },
            { type: 'redacted_thinking', data: 'EmwK' },
            {
              type: 'tool_use',
              id: 'toolu_1',
              name: 'f',
              input: { id: 'TEXT id', name: 'TEXT name', type: 'TEXT type' },
            },
          ],
        },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'TEXT result' }],
        },
      ],
      tools: [
        {
          name: 'f',
          description: 'TEXT f',
          input_schema: { type: 'object', title: 'TEXT schema' },
        },
      ],
    }
    const found = touchable('anthropic', '/v1/messages', request)
    // A schema's own `type` is the caller's text as far as a gateway can know.
    expect(found.filter((one) => !one.includes('TEXT'))).toEqual(['object'])
    expect(found.filter((one) => one.includes('TEXT'))).toHaveLength(9)
  })

  test('Gemini', () => {
    const { contents, config }: GenerateContentParameters = {
      model: 'gemini-3.8-flash',
      contents: [
        {
          role: 'user',
          parts: [
            { text: 'TEXT hi' },
            { inlineData: { mimeType: 'image/png', data: 'iVBO' } },
            { fileData: { mimeType: 'application/pdf', fileUri: 'https://files.example/1' } },
          ],
        },
        {
          role: 'model',
          parts: [
            { text: 'signed', thought: true, thoughtSignature: 'CpwB' },
            { functionCall: { name: 'f', args: { name: 'TEXT arg' } }, thoughtSignature: 'CiQB' },
          ],
        },
        {
          role: 'user',
          parts: [{ functionResponse: { name: 'f', response: { id: 'TEXT out' } } }],
        },
      ],
      config: { systemInstruction: { parts: [{ text: 'TEXT system' }] } },
    }
    const body = {
      contents,
      systemInstruction: config?.systemInstruction,
      cachedContent: 'cachedContents/1',
    }
    const found = touchable('gemini', '/v1beta/models/m:generateContent', body)
    expect(found).toEqual(['TEXT hi', 'TEXT arg', 'TEXT out', 'TEXT system'])
  })
})

describe('what can make a call cost more than it shows is named', () => {
  const ask = (prefix: string, path: string, body: JsonObject) => {
    const query = new URLSearchParams()
    return dialectFor(prefix, 'POST', path, query)?.dialect.readAsk(body, path, query)
  }

  test('chat: both output ceilings count, remote pictures and stored files are unbounded', () => {
    const part = (type: string, value: JsonObject): JsonObject => ({ type, [type]: value })
    const content = [
      part('image_url', { url: PNG }),
      part('image_url', { url: 'https://example.com/a.png' }),
      part('file', { file_id: 'file-1' }),
    ]
    expect(
      ask('openai', '/v1/chat/completions', {
        max_tokens: 10,
        max_completion_tokens: 20,
        n: 3,
        web_search_options: {},
        messages: [{ role: 'user', content }],
        service_tier: 'priority',
      }),
    ).toMatchObject({
      outputTokensMax: 20,
      answers: 3,
      images: 2,
      unbounded: ['remote_image', 'file_id'],
      serverTools: ['web_search'],
      serviceTier: 'priority',
    })
  })

  test('Responses: state kept by the provider, and tools it runs', () => {
    expect(
      ask('openai', '/v1/responses', {
        input: [{ type: 'item_reference', id: 'x' }],
        conversation: 'conv_1',
        prompt: { id: 'pmpt_1' },
        tools: [{ type: 'mcp' }, { type: 'custom' }, { type: 'shell' }, { type: 'apply_patch' }],
      }),
    ).toMatchObject({
      unbounded: ['item_reference', 'conversation', 'stored_prompt'],
      serverTools: ['mcp'],
    })
  })

  test('Messages: fast speed is a tier, MCP servers are tools', () => {
    expect(
      ask('anthropic', '/v1/messages', {
        speed: 'fast',
        mcp_servers: [{ url: 'https://example.com' }],
        tools: [{ type: 'web_fetch_20250910', name: 'web_fetch' }, { type: 'memory_20250818' }],
      }),
    ).toMatchObject({ serviceTier: 'fast', serverTools: ['web_fetch_20250910', 'mcp'] })
  })

  test('an unread route never passes for bounded', () => {
    expect(ask('openai', '/v1/audio/speech', {})?.unbounded).not.toEqual([])
  })
})
