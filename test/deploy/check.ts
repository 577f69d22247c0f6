/** The path of a program of this machine; servers live in folders that a plain user's PATH leaves out. */
export function programOf(name: string): string | undefined {
  const found = Bun.which(name, { PATH: `${process.env.PATH}:/usr/sbin:/sbin` })
  if (found === null) console.log(`${name} is not installed: only the structure was checked`)
  return found ?? undefined
}

/** Runs a checker that is on this machine; undefined where it is not installed. */
export function check(program: string, args: readonly string[], cwd: string) {
  const found = programOf(program)
  if (found === undefined) return undefined
  const { exitCode, stdout, stderr } = Bun.spawnSync([found, ...args], { cwd })
  return { code: exitCode, told: `${stdout}${stderr}` }
}
