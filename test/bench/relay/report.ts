/** One target's medians: microseconds of CPU, milliseconds, megabytes, streams. NaN where it does not apply. */
export interface Row {
  readonly name: string
  readonly numbers: {
    readonly cpuPerChunk: number
    /** Chunks that came ÷ chunks that should have come. */
    readonly pace: number
    /** One call at a time. */
    readonly ttftAlone: number
    /** Eight at a time. */
    readonly ttftP50: number
    readonly ttftP99: number
    readonly burstPerSecond: number
    readonly cpuPerBurst: number
    readonly ttftAt100: number
    readonly ttftAt1000: number
    readonly idleMb: number
    readonly rssAt1000: number
    readonly pssAt1000: number
  }
}

/** One run. */
export interface Result {
  readonly machine: string
  /** Share of all CPUs that went to work which is not this benchmark. */
  readonly othersShare: number
  readonly rows: readonly Row[]
}

/** Above this share of foreign work the numbers say more about the neighbours. */
const QUIET_SHARE = 0.05

/** The rows as a table, with ratios to the pass-through and to nginx where they ran. */
export function report({ machine, othersShare, rows }: Result): string {
  const of = (name: string): Row['numbers'] | undefined =>
    rows.find((row) => row.name === name)?.numbers
  const [base, nginx] = [of('pass-through'), of('nginx')]
  const table = [
    [
      '',
      'CPU µs/chunk',
      '÷ pass',
      '÷ nginx',
      'pace',
      'added TTFT ms: alone, p50 / p99 of 8',
      'burst streams/s',
      '÷ nginx',
      'CPU µs/stream',
      'TTFT at 100 → 1000',
      'MB idle',
      'MB at 1000 (RSS / PSS)',
    ],
    ...rows.map(({ name, numbers: n }) => [
      name,
      show(n.cpuPerChunk, 1),
      show(n.cpuPerChunk / (base?.cpuPerChunk ?? Number.NaN), 2),
      show(n.cpuPerChunk / (nginx?.cpuPerChunk ?? Number.NaN), 2),
      `${show(100 * n.pace, 0)} %`,
      `${show(n.ttftAlone - (base?.ttftAlone ?? Number.NaN), 2)}, ${show(n.ttftP50 - (base?.ttftP50 ?? Number.NaN), 2)} / ${show(n.ttftP99 - (base?.ttftP99 ?? Number.NaN), 2)}`,
      show(n.burstPerSecond, 0),
      show(n.burstPerSecond / (nginx?.burstPerSecond ?? Number.NaN), 2),
      show(n.cpuPerBurst, 0),
      `${show(n.ttftAt100, 2)} → ${show(n.ttftAt1000, 2)} ms (${show(n.ttftAt1000 / n.ttftAt100, 1)}×)`,
      show(n.idleMb, 0),
      `${show(n.rssAt1000, 0)} / ${show(n.pssAt1000, 0)}`,
    ]),
  ]
  const widths = (table[0] ?? []).map((_, at) =>
    Math.max(...table.map((row) => row[at]?.length ?? 0)),
  )
  const lines = table.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  '))
  return [
    `Relay: ${machine}`,
    'Paced: 200 streams × 50 chunks/s. Quiet: 1 and 8 streams. Burst: 32 in flight × 200 chunks. Many: paced 10/s.',
    'TTFT added over the pass-through; "at" is the first byte of a new stream while so many run.',
    `Other work took ${(100 * othersShare).toFixed(0)} % of the machine${othersShare > QUIET_SHARE ? ': too much to trust these numbers' : ''}.`,
    '',
    ...lines,
  ].join('\n')
}

function show(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : '–'
}
