import { PERMISSIONS, type Permission } from '../../base/permission.ts'

/** What each permission lets its holder do. */
export const PERMISSION_WORDS: Readonly<Record<Permission, string>> = {
  'organization:read': 'See the organisation, its members and roles',
  'organization:manage': 'Everything about the organisation, also policies and prices',
  'organization:pats:create': 'Make personal tokens',
  'workspaces:read': 'See the workspace and the names of its provider secrets',
  'workspaces:manage': 'Change the workspace and its provider secrets',
  'workspaces:manage-members': 'Add, change and remove people of the workspace',
  'workspaces:manage-keys': 'Make, rotate and end service keys',
  'gateway:invoke': 'Call models through the gateway',
  'projects:read': 'See tracing projects',
  'runs:read': 'See calls, traces and issues',
  'policies:read': 'See policies and what they have used',
  'audit:read': 'See the audit log',
  'usage:read': 'See spend and usage',
}

/** The permissions that a role of a scope can hold. */
export function permissionsFor(scope: 'workspace' | 'organization'): readonly Permission[] {
  return scope === 'organization'
    ? PERMISSIONS
    : PERMISSIONS.filter((each) => !each.startsWith('organization:'))
}
