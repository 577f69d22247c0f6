// The whole schema, for drizzle-kit and for the test that compares it with the live one.
export * from './tables-control.ts'
export * from './tables-credentials.ts'
export * from './tables-exchanges.ts'
export * from './tables-issues.ts'
export * from './tables-ledger.ts'
export * from './tables-policies.ts'
export * from './tables-sign-in.ts'
export * from './tables-tenancy.ts'
