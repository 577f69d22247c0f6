/** Ends this process when the one that started it is gone: its end of our standard input closes with it. */
export async function leash(): Promise<void> {
  for await (const _ of Bun.stdin.stream());
  process.exit(0)
}
