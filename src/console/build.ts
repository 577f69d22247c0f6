import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import tailwind from 'bun-plugin-tailwind'

/** What the shell page must name; the file `manifest.json` of a built app. */
export interface Manifest {
  /** The module that starts the app. */
  readonly script: string
  readonly style: string
  /** Modules that the first one imports at once: asked for together with it. */
  readonly preload: readonly string[]
  readonly files: readonly string[]
}

// The program `bun src/console/build.ts <directory>`: builds the app into an empty directory. Its own process, so
// that the memory of a bundler does not stay in a gateway.
if (import.meta.main) {
  const into = process.argv[2]
  if (into === undefined) throw new Error('usage: bun src/console/build.ts <directory>')
  await build(into)
}

/** Bundles, compresses and lists the app. Rejects with the bundler's messages. */
async function build(into: string): Promise<void> {
  mkdirSync(into, { recursive: true })
  const result = await Bun.build({
    entrypoints: [join(import.meta.dir, 'app.tsx')],
    plugins: [tailwind],
    target: 'browser',
    minify: true,
    splitting: true,
    naming: {
      entry: '[name]-[hash].[ext]',
      chunk: 'part-[hash].[ext]',
      asset: '[name]-[hash].[ext]',
    },
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  const files: string[] = []
  let script = ''
  let style = ''
  let preload: string[] = []
  for (const output of result.outputs) {
    const name = basename(output.path)
    const bytes = new Uint8Array(await output.arrayBuffer())
    writeFileSync(join(into, name), bytes)
    writeFileSync(join(into, `${name}.gz`), Bun.gzipSync(bytes, { level: 9 }))
    files.push(name)
    if (output.kind === 'entry-point') {
      script = name
      preload = importedBy(new TextDecoder().decode(bytes))
    } else if (name.startsWith('app-') && name.endsWith('.css')) style = name
  }
  const manifest: Manifest = { script, style, preload, files }
  writeFileSync(join(into, 'manifest.json'), JSON.stringify(manifest))
}

/** The chunks that a built module imports statically. */
function importedBy(text: string): string[] {
  const found = text.matchAll(/(?:from|import)\s*"\.\/(part-[\w-]+\.js)"/g)
  return [...new Set([...found].flatMap((match) => match[1] ?? []))]
}
