// The admin API's fuzz run in its full size; the seed stands in the test's name.
process.env.SLUICE_FUZZ ??= '50000'
await import('../admin/fuzz.test.ts')

export {}
