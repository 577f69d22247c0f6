import { expect, test } from 'bun:test'
import { ocsfOf } from '../../src/admin/ocsf.ts'
import { newId } from '../../src/base/id.ts'
import type { AuditActor, AuditOperation, AuditRow } from '../../src/store/audit.ts'
import { testWorld } from '../support/world.ts'

const world = testWorld()

function row(operation: AuditOperation, actor: Partial<AuditActor> = {}): AuditRow {
  return {
    organizationId: newId(world),
    seq: 7,
    id: newId(world),
    atMs: world.clock.now(),
    operation,
    workspaceId: undefined,
    resource: { kind: 'role', id: newId(world) },
    actor: { keyId: undefined, keyShort: undefined, userId: undefined, ...actor },
    requestId: newId(world),
    details: {},
  }
}

test('every event has what the class API Activity requires', () => {
  const event = ocsfOf(row('create_role'))
  // Required by class 6003 of schema.ocsf.io, version 1.7.0, and of the objects in it.
  for (const name of [
    'activity_id',
    'actor',
    'api',
    'category_uid',
    'class_uid',
    'metadata',
    'severity_id',
    'src_endpoint',
    'time',
    'type_uid',
  ])
    expect([name, event[name]]).not.toEqual([name, undefined])
  expect(event).toMatchObject({
    class_uid: 6003,
    category_uid: 6,
    type_uid: 600_301,
    api: { operation: 'create_role' },
    metadata: { version: '1.7.0', product: { vendor_name: 'Sluice' } },
  })
})

test('reads of content are reads, changes what they are, and the rest is other', () => {
  const activityOf = (operation: AuditOperation) => ocsfOf(row(operation)).activity_id
  expect(activityOf('add_workspace_member')).toBe(1)
  expect(activityOf('read_content')).toBe(2)
  expect(activityOf('set_password')).toBe(3)
  expect(activityOf('rewrap_secrets')).toBe(3)
  expect(activityOf('delete_role')).toBe(4)
  expect(activityOf('sign_in')).toBe(99)
})

test('the way in is told: console, key, sign-in or the machine itself', () => {
  const sourceOf = (actor: Partial<AuditActor>) => ocsfOf(row('create_role', actor)).src_endpoint
  const userId = newId(world)
  expect(sourceOf({ keyId: newId(world), keyShort: 'session', userId })).toEqual({
    name: 'console',
  })
  expect(sourceOf({ keyId: newId(world), keyShort: 'abc' })).toEqual({ name: 'api' })
  expect(sourceOf({ userId })).toEqual({ name: 'sign-in' })
  expect(sourceOf({})).toEqual({ name: 'command line' })
})
