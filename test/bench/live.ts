/**
 * A data policy on live streams, for people to look at: `bun run bench live`. A whole service (real PostgreSQL, the gateway on its
 * listener) before a provider that streams clean text, then a secret cut into many deltas, then clean text again, once in each
 * protocol. Told are how late each unit of clean text reached the caller and when the secret's placeholder did.
 */
import { type Arrival, type Live, openLive, PACE_MS, type Sent } from './live/call.ts'
import { quantile } from './relay/machine.ts'

if (!import.meta.main) throw new Error('run me: bun run bench live')

const IN_FRONT = 'The build is green and every check has passed, so the deploy can go on. Use '
const BEHIND = ' for it. Everything else is done.'
/** Built here so that no file holds a whole token. */
const SECRET = `ghp_${'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0xR2uL5'.slice(0, 36)}`
const DELTA_UNITS = 4
const PLACEHOLDER = /\[SAFE_TO_USE:GITHUB_PAT_[a-z]{8}\]/

console.log(
  `${IN_FRONT.length} units of clean text, a secret of ${SECRET.length}, ${BEHIND.length} of clean text; deltas of ${DELTA_UNITS}, one each ${PACE_MS} ms`,
)
for (const pii of [false, true]) {
  console.log(`\n${pii ? 'secrets and personal data, names too' : 'secrets'}`)
  console.log(
    'protocol            clean units late by p50 / p90 / max ms   secret came in   its placeholder after   what left',
  )
  const live = await openLive({ secrets: true, pii })
  try {
    // The first call compiles what all others use.
    await live.call(live.protocols[0], pieces())
    for (const protocol of live.protocols) tell(protocol.name, await live.call(protocol, pieces()))
  } finally {
    await live.close()
  }
}
process.exit(0)

function pieces(): string[] {
  return `${IN_FRONT}${SECRET}${BEHIND}`.match(new RegExp(`.{1,${DELTA_UNITS}}`, 'g')) ?? []
}

function tell(name: string, { sent, arrived }: Awaited<ReturnType<Live['call']>>): void {
  const whole = arrived.at(-1)?.text ?? ''
  const late = Array.from({ length: IN_FRONT.length }, (_, at) => {
    const written = sent.find(({ units }) => units > at) as Sent
    return msUntil(arrived, ({ text }) => text.length > at) - written.atMs
  })
  const begun = sent.find(({ units }) => units > IN_FRONT.length) as Sent
  const ended = sent.find(({ units }) => units >= IN_FRONT.length + SECRET.length) as Sent
  const shown = msUntil(arrived, ({ text }) => PLACEHOLDER.test(text)) - begun.atMs
  const clean = whole.replace(PLACEHOLDER, '…') === `${IN_FRONT}…${BEHIND}`
  const lateness = [0.5, 0.9, 1].map((share) => quantile(late, share).toFixed(1)).join(' / ')
  console.log(
    `${name.padEnd(20)}${lateness.padStart(36)}` +
      `${(ended.atMs - begun.atMs).toFixed(0).padStart(12)} ms${shown.toFixed(0).padStart(20)} ms` +
      `   ${clean ? 'all but the secret' : `NOT what was expected: ${whole}`}`,
  )
}

/** When the first arrival came that satisfies `seen`. */
function msUntil(arrived: readonly Arrival[], seen: (arrival: Arrival) => boolean): number {
  return arrived.find(seen)?.atMs ?? Number.NaN
}
