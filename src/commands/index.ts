import type { Command } from './command.ts'

/** A command that is loaded when it is asked for: the list alone must be instant. */
export interface LazyCommand {
  readonly name: string
  /** One line for the list of commands; the same as the command's own. */
  readonly summary: string
  load(): Promise<Command>
}

/** Every command of the CLI, in the order of the contract. */
export const COMMANDS: readonly LazyCommand[] = [
  {
    name: 'up',
    summary: 'start everything and stay (npm start)',
    load: async () => (await import('./up.ts')).up,
  },
  {
    name: 'down',
    summary: 'stop what runs on the data directory',
    load: async () => (await import('./down.ts')).down,
  },
  {
    name: 'status',
    summary: 'show what runs and whether it is ready',
    load: async () => (await import('./status.ts')).status,
  },
  {
    name: 'doctor',
    summary: 'check this machine and the set-up; each problem with its fix',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  {
    name: 'migrate',
    summary: 'bring the database schema up to date',
    load: async () => (await import('./migrate.ts')).migrate,
  },
  {
    name: 'keys',
    summary: 'create, list, rotate or revoke gateway keys',
    load: async () => (await import('./keys.ts')).keys,
  },
  {
    name: 'secrets',
    summary: 'set, list or delete provider secrets',
    load: async () => (await import('./secrets.ts')).secrets,
  },
  {
    name: 'rewrap',
    summary: 'put every provider secret under a new master key',
    load: async () => (await import('./rewrap.ts')).rewrap,
  },
  {
    name: 'orgs',
    summary: 'create or list organisations, let a member in again',
    load: async () => (await import('./orgs.ts')).orgs,
  },
  {
    name: 'policies',
    summary: 'list, set or delete policies',
    load: async () => (await import('./policies.ts')).policies,
  },
  {
    name: 'prices',
    summary: 'list prices, compare them with a file, set own ones, list what has none',
    load: async () => (await import('./prices.ts')).prices,
  },
  {
    name: 'audit',
    summary: 'check that the audit log is whole',
    load: async () => (await import('./audit.ts')).audit,
  },
  {
    name: 'snippet',
    summary: 'print the settings of a client: SDKs, Claude Code, Codex, Gemini CLI, …',
    load: async () => (await import('./snippet.ts')).snippet,
  },
  {
    name: 'traces',
    summary: 'list traced calls, or show one',
    load: async () => (await import('./traces.ts')).traces,
  },
  {
    name: 'tail',
    summary: 'follow calls as they end',
    load: async () => (await import('./tail.ts')).tail,
  },
  {
    name: 'redact',
    summary: 'redact text from standard input, or show what would be found',
    load: async () => (await import('./redact.ts')).redact,
  },
  {
    name: 'export',
    summary: 'list and test the destinations of traces, see and release what was set aside',
    load: async () => (await import('./export.ts')).exportCommand,
  },
  {
    name: 'config',
    summary: 'keep an organisation as a file: validate, plan, apply, export',
    load: async () => (await import('./config.ts')).config,
  },
  {
    name: 'db',
    summary: 'export, import or measure the database',
    load: async () => (await import('./db.ts')).db,
  },
  {
    name: 'completion',
    summary: 'print a completion script for bash, zsh or fish',
    load: async () => (await import('./completion.ts')).completion,
  },
]
