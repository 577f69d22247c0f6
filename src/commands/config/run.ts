import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { declarationSchema } from '../../admin/declaration.ts'
import { isWrong, readDeclaration } from '../../admin/declaration-check.ts'
import type { Declaration } from '../../admin/declared.ts'
import { parseKey } from '../../base/gateway-key.ts'
import { AdminError, adminClient, findGateway } from '../admin-client.ts'
import type { CommandContext } from '../command.ts'
import type { Asked } from '../config.ts'
import { printable } from '../table.ts'
import { declarationOf, yamlOf } from './export.ts'
import { planOf } from './plan.ts'
import { FileError, type Parsed, parseFile, readText } from './read.ts'
import { headOf, planOnWire, stepLines, stepOnWire, sumLine } from './show.ts'
import { type Ask, readState } from './state.ts'
import type { Planning, Step } from './step.ts'

/** A value has 8 192 characters at most; blanks around it are cut off. */
const SECRET_FILE_BYTES_MAX = 64 * 1024

/** `sluice config validate`: 0, or throws {@link FileError} with every mistake. */
export async function validateFile({ file }: Asked, context: CommandContext): Promise<number> {
  await readDeclared(file)
  context.out(context.json ? JSON.stringify({ valid: true, mistakes: [] }) : `${file} is valid`)
  return 0
}

/** `sluice config plan`: 2 when something would change, else 0. */
export async function planFile(asked: Asked, context: CommandContext): Promise<number> {
  const planning = await plan(asked, context)
  const steps = stepsOf(planning, asked)
  if (context.json) context.out(JSON.stringify(planOnWire(planning, steps)))
  else tellPlan(planning, steps, asked, context)
  return steps.length > 0 ? 2 : 0
}

/**
 * `sluice config apply`: 0 when the organisation is as the file says. Each step is one transaction with its entry in
 * the audit log; when one fails those before it stay made, and the next run goes on from there.
 */
export async function applyFile(asked: Asked, context: CommandContext): Promise<number> {
  const planning = await plan(asked, context)
  const steps = stepsOf(planning, asked)
  if (asked.prune && planning.removals.length > 0 && !asked.yes) {
    tellPlan(planning, steps, asked, { ...context, out: context.err })
    context.err(`✗ --prune would delete ${planning.removals.length}: say --yes to that as well`)
    return 2
  }
  const done: Step[] = []
  let failed: { readonly step: Step; readonly says: string } | undefined
  for (const step of steps) {
    try {
      await step.run()
      done.push(step)
      if (!context.json) tellDone(step, planning, context)
    } catch (cause) {
      failed = { step, says: cause instanceof Error ? cause.message : String(cause) }
      break
    }
  }
  const left = steps.length - done.length
  if (context.json)
    context.out(
      JSON.stringify({
        applied: done.map(stepOnWire),
        failed: failed && { ...stepOnWire(failed.step), says: failed.says },
        left,
        keys: planning.newKeys,
        notes: planning.notes,
      }),
    )
  else tellEnd(planning, done.length, context)
  if (!failed) return 0
  context.err(`✗ ${headOf(failed.step).trim()}: ${failed.says}`)
  context.err(
    `${done.length} of ${steps.length} changes are made and stay; ${left} are not. Set right what is said above and apply again: it goes on from here.`,
  )
  return 1
}

/** `sluice config export`. */
export async function exportNow(context: CommandContext): Promise<number> {
  const state = await readState(await asker(context))
  const declaration = declarationOf(state, context.world.clock.now())
  if (state.policies === undefined)
    context.err('The gateway is off: its policies cannot be read and are left out.')
  context.out(context.json ? JSON.stringify(declaration) : yamlOf(declaration).trimEnd())
  return 0
}

/** `sluice config schema`. */
export function showSchema(context: CommandContext): number {
  context.out(JSON.stringify(declarationSchema(), undefined, context.json ? undefined : 2))
  return 0
}

async function readDeclared(
  file: string,
): Promise<{ readonly declaration: Declaration; readonly parsed: Parsed }> {
  const parsed = parseFile(await readText(file))
  const declaration = readDeclaration(parsed.value)
  if (isWrong(declaration)) throw misplaced(parsed, declaration)
  return { declaration, parsed }
}

function misplaced(
  parsed: Parsed,
  mistakes: readonly { readonly pointer: string; readonly says: string }[],
): FileError {
  const placed = mistakes.map((each) => ({ ...parsed.placeOf(each.pointer), ...each }))
  return new FileError(placed.sort((one, other) => one.line - other.line))
}

async function plan(asked: Asked, context: CommandContext): Promise<Planning> {
  const { declaration, parsed } = await readDeclared(asked.file)
  const base = asked.file === '-' ? process.cwd() : dirname(resolve(asked.file))
  const { token } = await findGateway(context)
  const planning = await planOf(declaration, {
    ask: await asker(context),
    ownShort: parseKey(token)?.short,
    rewriteSecrets: asked.rewriteSecrets,
    prune: asked.prune,
    secretOf: ({ from_env, from_file }) =>
      from_env === undefined
        ? fileValue(resolve(base, from_file ?? ''))
        : process.env[from_env]?.trim() || undefined,
  })
  if (planning.mistakes.length > 0) throw misplaced(parsed, planning.mistakes)
  return planning
}

function fileValue(path: string): string | undefined {
  try {
    // A log or a disk image named by mistake is not read into memory to be refused.
    if (statSync(path).size > SECRET_FILE_BYTES_MAX) return undefined
    return readFileSync(path, 'utf8').trim() || undefined
  } catch {
    return undefined
  }
}

async function asker(context: CommandContext): Promise<Ask> {
  const client = await adminClient(context)
  return async (method, path, body, workspace) => {
    try {
      return await client.exact(method, path, body, workspace)
    } catch (cause) {
      if (cause instanceof AdminError && cause.status === 403 && method === 'GET')
        throw new AdminError(`${path}: ${cause.message}`, cause.status, cause.code)
      throw cause
    }
  }
}

function stepsOf({ steps, removals }: Planning, { prune }: Asked): readonly Step[] {
  if (!prune) return steps
  // Switching the gateway off comes last: afterwards no policy can be deleted.
  const last = steps.at(-1)
  const isOff = last?.differences.some(
    ({ path, after }) => path === 'llm_gateway_enabled' && after === 'false',
  )
  return isOff && last ? [...steps.slice(0, -1), ...removals, last] : [...steps, ...removals]
}

function tellPlan(
  planning: Planning,
  steps: readonly Step[],
  { prune }: Asked,
  context: CommandContext,
): void {
  for (const line of steps.flatMap(stepLines)) context.out(line)
  for (const note of planning.notes) context.out(`  · ${printable(note)}`)
  const unlisted = planning.removals.length
  if (!prune && unlisted > 0)
    context.out(`  · ${unlisted} not in the file, and kept; --prune deletes them`)
  context.out(
    steps.length === 0 ? 'Nothing to change: it is as the file says.' : `${sumLine(steps)}.`,
  )
}

/** A token is told at once: whatever happens to the steps after it, it cannot be read again. */
function tellDone(step: Step, { newKeys, told }: Planning, context: CommandContext): void {
  context.out(headOf(step))
  for (const made of newKeys) if (!told.has(made)) context.out(`      ${made.key}`)
  for (const made of newKeys) told.add(made)
}

function tellEnd(planning: Planning, done: number, context: CommandContext): void {
  for (const note of planning.notes) context.out(`  · ${printable(note)}`)
  if (planning.newKeys.length > 0) context.err('Keep the new keys: they are shown only now.')
  context.out(done === 0 ? 'Nothing to change: it is as the file says.' : `${done} changes made.`)
}
