import type { TSchema } from '@sinclair/typebox'
import type { DocumentDecoration } from 'elysia'
import { FAILURES, type FailureCode } from '../base/failure.ts'
import { isJsonObject } from '../base/json.ts'
import type { Route } from './route.ts'

/** What any route can answer, beside its own. */
const ALWAYS: readonly FailureCode[] = [
  'unauthenticated',
  'auth_throttled',
  'store_unavailable',
  'internal',
]

/** A route's entry in the OpenAPI document: shapes, examples, permissions and every failure by status. */
export function detailOf(route: Route): DocumentDecoration {
  return {
    tags: [route.tag],
    summary: route.summary,
    description: `${route.says}\n\n${permissionsOf(route)}`,
    operationId: operationIdOf(route),
    security: route.scope === 'open' ? [] : [{ apiKey: [] }, { bearer: [] }],
    ...{ 'x-permissions': [...route.needs], 'x-scope': route.scope },
    parameters: parametersOf(route),
    ...(route.body ? { requestBody: bodyOf(route.body) } : {}),
    responses: responsesOf(route),
  }
}

function permissionsOf(route: Route): string {
  if (route.needsSays !== undefined) return route.needsSays
  if (route.scope === 'open') return 'Needs no key.'
  const needs = route.needs.map((each) => `\`${each}\``).join(', ')
  const where = route.scope === 'organization' ? 'in the organisation' : 'in the workspace'
  return needs === '' ? 'Needs: any active key.' : `Needs: ${needs} ${where}.`
}

function operationIdOf(route: Route): string {
  const words = route.path.split(/[/:_-]+/).filter((word) => word !== '')
  return [
    route.method.toLowerCase(),
    ...words.map((w) => w.charAt(0).toUpperCase() + w.slice(1)),
  ].join('')
}

function parametersOf(route: Route): ParameterEntry[] {
  const entries = [...entriesOf(route.params, 'path'), ...entriesOf(route.query, 'query')]
  if (route.scope === 'workspace')
    entries.push({
      name: 'X-Tenant-Id',
      in: 'header',
      required: false,
      description: "The workspace; default: the key's own, or the organisation's only one.",
      schema: { type: 'string', format: 'uuid' },
    })
  if (route.method === 'POST' && route.repeatable !== false)
    entries.push({
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description: 'Names the attempt: sent again within a day, the first answer is repeated.',
      schema: { type: 'string', maxLength: 255 },
    })
  return entries
}

interface ParameterEntry {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly description?: string
  readonly schema: object
}

function entriesOf(shape: TSchema | undefined, where: 'path' | 'query'): ParameterEntry[] {
  const properties: unknown = shape?.properties
  const required: unknown = shape?.required
  if (!isJsonObject(properties)) return []
  return Object.entries(properties).map(([name, schema]) => {
    const text = isJsonObject(schema) ? schema.description : undefined
    return {
      name,
      in: where,
      required: where === 'path' || (Array.isArray(required) && required.includes(name)),
      ...(typeof text === 'string' ? { description: text } : {}),
      schema: asOpenApi(schema),
    }
  })
}

function bodyOf(shape: TSchema): { required: true; content: Content } {
  return { required: true, content: contentOf('application/json', shape) }
}

interface Content {
  [type: string]: { schema: object; example?: unknown }
}

function contentOf(type: string, shape: TSchema): Content {
  const examples: unknown = shape.examples
  const example: unknown = Array.isArray(examples) ? examples[0] : undefined
  return { [type]: { schema: asOpenApi(shape), ...(example === undefined ? {} : { example }) } }
}

function responsesOf(route: Route): Record<string, { description: string; content?: Content }> {
  const responses: Record<string, { description: string; content?: Content }> = {}
  const { status, says, shape } = route.answer
  responses[status] = {
    description: says,
    ...(shape ? { content: contentOf('application/json', shape) } : {}),
  }
  for (const [failed, codes] of failuresOf(route))
    responses[failed] = {
      description: codes.map((code) => `\`${code}\`: ${FAILURES[code].says}`).join('\n\n'),
      content: {
        'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
      },
    }
  return responses
}

function failuresOf(route: Route): Map<number, FailureCode[]> {
  const codes = new Set<FailureCode>([...ALWAYS, ...(route.fails ?? [])])
  if (route.needs.length > 0) codes.add('permission_missing')
  if (route.scope === 'workspace')
    for (const code of ['invalid_request', 'not_found'] as const) codes.add(code)
  if (route.params) for (const code of ['not_found', 'unprocessable'] as const) codes.add(code)
  if (route.query) codes.add('unprocessable')
  if (route.body)
    for (const code of [
      'invalid_request',
      'body_too_large',
      'unsupported_media_type',
      'unprocessable',
    ] as const)
      codes.add(code)
  const byStatus = new Map<number, FailureCode[]>()
  for (const code of codes) {
    const { status } = FAILURES[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return new Map([...byStatus].sort(([a], [b]) => a - b))
}

/**
 * A TypeBox shape in the dialect of OpenAPI 3.0: unions of constants become `enum`, a union with null becomes
 * `nullable`, the first of `examples` becomes `example`.
 */
export function asOpenApi(shape: unknown): object {
  const plain = convert(JSON.parse(JSON.stringify(shape)))
  return isJsonObject(plain) ? plain : {}
}

function convert(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(convert)
  if (!isJsonObject(value)) return value
  const { anyOf, examples, const: constant, properties, ...rest } = value
  const made: Record<string, unknown> = {}
  for (const [key, each] of Object.entries(rest)) made[key] = convert(each)
  if (isJsonObject(properties))
    made.properties = Object.fromEntries(
      Object.entries(properties).map(([key, each]) => [key, convert(each)]),
    )
  if (rest.type === 'null') {
    delete made.type
    made.nullable = true
    made.enum = [null]
  }
  if (constant !== undefined) made.enum = [constant]
  if (Array.isArray(examples)) made.example = examples[0]
  return Array.isArray(anyOf) ? { ...made, ...unionOf(anyOf) } : made
}

function unionOf(members: readonly unknown[]): object {
  const nullable = members.some((each) => isJsonObject(each) && each.type === 'null')
  const rest = members.filter((each) => !(isJsonObject(each) && each.type === 'null'))
  const constants = rest.map((each) => (isJsonObject(each) ? each.const : undefined))
  const [first] = rest
  const made: object = constants.every((each) => typeof each === 'string')
    ? { type: 'string', enum: constants }
    : rest.length === 1
      ? Object(convert(first))
      : { anyOf: rest.map(convert) }
  return nullable ? { ...made, nullable: true } : made
}
