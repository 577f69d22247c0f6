/** Every bound of the system, with its unit in the name and its reason beside it. */
export const LIMITS = {
  /** JSON bodies the gateway reads: agents send up to some MB, images up to 20 MB in base64. */
  requestBodyBytesMax: 64 * 1024 * 1024,
  /** A compressed body may grow to this when read; the same as an uncompressed one. */
  requestBodyInflatedBytesMax: 64 * 1024 * 1024,
  /** Deeper JSON than any real request; recursive walkers overflow from about 50 000 levels. */
  jsonDepthMax: 128,
  /** Strings and names of one request under a data policy: each costs half a kilobyte until all are looked at. */
  scannedStringsMax: 400_000,
  /** Requests of a megabyte and more being scanned at once in one process: they share a core, and each holds some copies of its body. */
  largeScansAtOnceMax: 2,
  /** Such requests waiting for their turn, and for how long; past it 503. */
  largeScansWaitingMax: 64,
  largeScanWaitMs: 30_000,
  /** An SSE frame: `response.completed` repeats whole answers, megabytes when they hold images. */
  sseFrameBytesMax: 32 * 1024 * 1024,
  /** Unstreamed answers that must be read whole before any byte may leave. */
  answerBodyBytesMax: 128 * 1024 * 1024,
  /** Bytes waiting for a slow caller before the provider's socket is paused. */
  downstreamBufferBytesMax: 256 * 1024,
  /** Bytes waiting for a slow end of a proxied WebSocket before it is closed: a turn may repeat megabytes. */
  socketBufferBytesMax: 32 * 1024 * 1024,
  /** Messages of one WebSocket waiting for their admission; real clients send one and wait. */
  socketMessagesWaitingMax: 64,
  /** Calls in flight per process; past this new calls get 503 before memory runs out. */
  callsInFlightMax: 10_000,
  /** Dialling a provider. */
  upstreamConnectMs: 5_000,
  /** To the first byte: reasoning models think for minutes. */
  upstreamFirstByteMs: 600_000,
  /** Between two bytes of a stream. */
  upstreamIdleMs: 300_000,
  /** A whole call; the longest official SDK default is far below. */
  upstreamCallMs: 3_600_000,
  /** A response head from a provider. */
  upstreamHeadBytesMax: 64 * 1024,
  /** Idle pooled sockets kept per provider origin and process. */
  upstreamIdleSocketsMax: 256,
  /** A pooled socket idle for longer is closed: common balancers cut at 60 s. */
  upstreamSocketIdleMs: 50_000,
  /** Every query to Postgres ends by then, answered or failed. */
  queryMs: 5_000,
  /** Admission (open the exchange, reserve) must decide by then, else 503. */
  admissionMs: 2_000,
  /** Admissions waiting in one process; past this 503 at once. */
  admissionQueueMax: 20_000,
  /** Resolved keys kept per process. */
  keyCacheEntriesMax: 10_000,
  /** A resolved key is trusted this long even when no change notice came. */
  keyCacheMs: 30_000,
  /** Unknown key ids are remembered this long, so that guessing cannot flood the database. */
  unknownKeyCacheMs: 1_000,
  /** Failed authentications an address has free per minute; valid keys always get in. */
  authFailuresMax: 20,
  authFailuresWindowMs: 60_000,
  /** Addresses whose failures are counted, per process. */
  authAddressesMax: 10_000,
  /** Wrong passwords for one account per process, right ones refused with them: a guesser gets some 960 tries a day. */
  passwordFailuresMax: 10,
  passwordFailuresWindowMs: 15 * 60_000,
  /** Accounts whose failures are counted, per process. */
  passwordAccountsMax: 10_000,
  /** Argon2id takes 19 MiB and a core for each: two at once leave the calls their cores. */
  passwordHashesAtOnceMax: 2,
  /** Sign-ins waiting for their turn to be hashed; past this 503. */
  passwordHashesWaitingMax: 32,
  /** Characters of a password: below it guesses succeed, above it hashing would cost more than it protects. */
  passwordUnitsMin: 12,
  passwordBytesMax: 128,
  /** An identity provider's answer: discovery, keys, token. */
  identityProviderMs: 5_000,
  /** What discovery found is kept; a failed one is tried again after the shorter time. */
  identityProviderFreshMs: 3_600_000,
  identityProviderRetryMs: 10_000,
  /** From the redirect to the identity provider to the return from it. */
  identitySignInMs: 600_000,
  /** Provider secrets wrapped anew in one transaction, and so locked at once. */
  rewrapBatchMax: 100,
  /** The net under NOTIFY: how often the change counter is read. */
  freshnessPollMs: 500,
  /** Spans waiting for the bus, per process, in bytes. */
  spanSpoolBytesMax: 64 * 1024 * 1024,
  /** Spans that found no room in memory, per process, on disk: hours of an outage at a few calls a second. */
  spanSpillBytesMax: 512 * 1024 * 1024,
  /** Requests of one key to /mcp per window and process: an agent that loops is told to wait. */
  mcpRequestsMax: 120,
  mcpRequestsWindowMs: 60_000,
  /** Keys whose requests to /mcp are counted, per process. */
  mcpKeysMax: 10_000,
  /** Requests to /mcp under way per process: each may read a day of calls. */
  mcpAtOnceMax: 16,
  /** A request to /mcp: the arguments of a tool are short. */
  mcpBodyBytesMax: 64 * 1024,
  /** An answer of a tool: what an agent can hold in its context beside its work. */
  mcpAnswerBytesMax: 256 * 1024,
  /** Rows of a list in a tool's answer; what is left out is counted. */
  mcpRowsMax: 200,
  /** Captured content waiting for the bus, per process: a hundred calls of the largest size. */
  contentSpoolBytesMax: 16 * 1024 * 1024,
  /** Of each side of a call, as far as its content is kept: long enough to see what was asked and said. */
  capturedBytesMax: 64 * 1024,
  /** Of an answer as it comes from the provider, where a token of text takes some 200 bytes; also of a request. */
  capturedAnswerBytesMax: 1024 * 1024,
  /** Of a larger request its beginning is kept as far as it can be read within some ten milliseconds; of one beyond, only the size. */
  capturedRequestUnitsMax: 4 * 1024 * 1024,
  /** Of all requests and answers being captured in one process. */
  capturedHeldBytesMax: 64 * 1024 * 1024,
  /** Captures that wait to be redacted, per process: some seconds of work; past it a call's content is not kept. */
  capturedWaitingMax: 1_000,
  /** Content that a workspace keeps of one day (UTC): past it only the sizes are kept. */
  capturedDayBytesMax: 256 * 1024 * 1024,
  /** How long a drain waits for streams in flight before it cuts them. */
  drainMs: 30_000,
  /** Building the console takes a second, many on a machine that is busy with its first start. */
  consoleBuildMs: 60_000,
  /** Built consoles kept in the cache: this one, and those of older processes during a rolling change. */
  consoleEditionsKept: 4,
} as const
