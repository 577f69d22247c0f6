import type { Command, CommandContext } from './command.ts'
import { masterKey } from './doctor-key.ts'
import { type Finding, MACHINE_CHECKS } from './doctor-machine.ts'
import { providers } from './doctor-providers.ts'
import { SERVICE_CHECKS } from './doctor-services.ts'
import { unreadVariables, variableLines } from './doctor-variables.ts'

const SIGNS = { ok: '✓', note: '·', problem: '✗' } as const
/** No single check may hold up the others. */
const CHECK_MS = 10_000

/** Checks what `npm start` will need, and explains each problem with its fix. */
export const doctor: Command = {
  name: 'doctor',
  summary: 'check this machine and the set-up; each problem with its fix',
  usage: [
    'sluice doctor             exit code 0 when nothing stands in the way, 1 otherwise',
    'sluice doctor --offline   without a look at the providers',
    '',
    'It changes nothing. ✓ is in order, · is worth knowing, ✗ stands in the way.',
  ].join('\n'),
  async run(args, context) {
    const offline = args.includes('--offline')
    if (args.some((each) => each !== '--offline')) {
      context.err(doctor.usage)
      return 2
    }
    const checks = [...MACHINE_CHECKS, masterKey, ...SERVICE_CHECKS]
    if (!offline) checks.push(providers)
    const findings: Finding[] = []
    for (const check of checks) findings.push(...(await bounded(check(context))))
    findings.push(...unreadVariables(process.env))
    const problems = findings.filter(({ state }) => state === 'problem').length
    const variables = variableLines(process.env)
    if (context.json) {
      context.out(JSON.stringify({ ok: problems === 0, findings, variables }))
      return problems === 0 ? 0 : 1
    }
    print(context, findings)
    context.out('\nVariables')
    const width = Math.max(...variables.map(({ name }) => name.length))
    for (const { name, value, isDefault, says } of variables)
      context.out(`  ${name.padEnd(width)}  ${value}${isDefault ? '' : ' (set)'}: ${says}`)
    context.out(problems === 0 ? '\nNothing stands in the way.' : `\n${problems} problem(s).`)
    return problems === 0 ? 0 : 1
  },
}

function print(context: CommandContext, findings: readonly Finding[]): void {
  const width = Math.max(...findings.map(({ name }) => name.length))
  for (const { state, name, says, fix } of findings) {
    context.out(`${SIGNS[state]} ${name.padEnd(width)}  ${says}`)
    if (fix) context.out(`  ${''.padEnd(width)}  fix: ${fix}`)
  }
}

async function bounded(check: Promise<Finding[]>): Promise<Finding[]> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<Finding[]>((resolve) => {
    const finding: Finding = { name: 'check', state: 'problem', says: 'did not end within 10 s' }
    timer = setTimeout(() => resolve([finding]), CHECK_MS)
  })
  try {
    return await Promise.race([check, late])
  } catch (cause) {
    const says = cause instanceof Error ? cause.message : String(cause)
    return [{ name: 'check', state: 'problem', says }]
  } finally {
    clearTimeout(timer)
  }
}
