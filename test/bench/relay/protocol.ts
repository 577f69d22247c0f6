/** Where the load goes. */
export interface Target {
  readonly hostname: string
  readonly port: number
  readonly path: string
  readonly key: string
}

/** What `bench.ts` asks the load process for. */
export interface Ask {
  readonly id: number
  readonly do: 'hold' | 'probe' | 'burst' | 'count' | 'drop'
  readonly target: Target
  readonly streams: number
  readonly ms: number
  /** `paced-<per second>-<chunks>` or `burst-<chunks>`. */
  readonly pace: string
}

/** Milliseconds, or counts. */
export interface Reply {
  readonly times?: readonly number[]
  readonly count?: number
  readonly broken?: number
  readonly error?: string
}
