import { defineConfig } from 'drizzle-kit'

/** For `bunx drizzle-kit generate --config src/store/drizzle.config.ts --name <noun>`, run from the top. */
export default defineConfig({
  dialect: 'postgresql',
  schema: './src/store/tables.ts',
  out: './migrations',
})
