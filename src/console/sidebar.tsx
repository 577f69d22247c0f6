import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { GROUPS, type Page } from './page.ts'
import { PAGES } from './pages/index.ts'
import { openPalette } from './palette.tsx'
import { IconButton } from './parts/button.tsx'
import {
  IconKeyboard,
  IconLeave,
  IconMoon,
  IconSearch,
  IconSun,
  IconSystem,
  IconUpDown,
} from './parts/icons.tsx'
import { Menu } from './parts/menu.tsx'
import { useSession } from './session.tsx'
import { openHelp } from './shortcuts.tsx'
import { type Theme, useTheme } from './theme.ts'

/** The places, by group; only pages that exist are listed. */
export function Sidebar() {
  return (
    <header className="flex h-screen min-h-0 flex-col border-line border-r bg-surface">
      <div className="flex items-center justify-between px-4 pt-3.5 pb-1">
        <span className="font-semibold text-[0.9375rem]">Sluice</span>
      </div>
      <div className="px-2 py-1.5">
        <WorkspacePicker />
        <button
          type="button"
          onClick={openPalette}
          className="mt-1.5 flex h-8 w-full items-center gap-2 rounded-md border border-line px-2 text-ink-faint hover:bg-sunken"
        >
          <IconSearch />
          <span className="flex-1 text-left">Go to…</span>
          <kbd className="font-sans text-xs">Ctrl K</kbd>
        </button>
      </div>
      <nav aria-label="Places" className="min-h-0 flex-1 overflow-y-auto px-2 pb-4">
        {GROUPS.map((group) => (
          <Group key={group} name={group} pages={PAGES.filter((page) => page.group === group)} />
        ))}
      </nav>
      <Foot />
    </header>
  )
}

function Group({ name, pages }: { name: string; pages: readonly Page[] }) {
  if (pages.length === 0) return null
  const unders = [...new Set(pages.map((page) => page.under))]
  return (
    <section aria-label={name} className="mt-3">
      <h2 className="m-0 px-2 pb-1 font-medium text-ink-faint text-xs">{name}</h2>
      {unders.map((under) => (
        <div key={under ?? ''}>
          {under !== undefined && (
            <h3 className="m-0 mt-1.5 px-2 pb-0.5 font-normal text-ink-faint text-xs">{under}</h3>
          )}
          <ul className="m-0 list-none p-0">
            {pages
              .filter((page) => page.under === under)
              .map((page) => (
                <Place key={page.path} page={page} nested={under !== undefined} />
              ))}
          </ul>
        </div>
      ))}
    </section>
  )
}

function Place({ page, nested }: { page: Page; nested: boolean }) {
  const { may } = useSession()
  const missing = page.needs.filter((each) => !may(each))
  return (
    <li>
      <Link
        to={page.path}
        search={(old: Record<string, unknown>) => ({ w: old.w })}
        className={`flex h-7.5 items-center rounded-md px-2 text-ink-soft no-underline hover:bg-sunken hover:text-ink ${nested ? 'pl-4' : ''}`}
        activeProps={{
          className: 'bg-accent-soft font-medium text-ink!',
          'aria-current': 'page',
        }}
      >
        <span className="flex-1 truncate">{page.title}</span>
        {missing.length > 0 && (
          <span className="text-ink-faint text-xs" title={`Needs ${missing.join(', ')}`}>
            no access
          </span>
        )}
      </Link>
    </li>
  )
}

function WorkspacePicker() {
  const { workspaces, workspace, choose } = useSession()
  return (
    <Menu
      trigger={
        <button
          type="button"
          title="Workspace"
          className="flex h-8 w-full items-center gap-2 rounded-md px-2 hover:bg-sunken"
        >
          <span
            aria-hidden="true"
            className="inline-flex size-5 items-center justify-center rounded-sm bg-accent-soft font-semibold text-accent-strong text-xs"
          >
            {(workspace?.name ?? '–').slice(0, 1).toUpperCase()}
          </span>
          <span className="sr-only">Workspace:</span>
          <span className="min-w-0 flex-1 truncate text-left font-medium">
            {workspace?.name ?? 'No workspace'}
          </span>
          <IconUpDown size={14} />
        </button>
      }
      items={workspaces.map((each) => ({
        label: each.name,
        chosen: each.id === workspace?.id,
        onSelect: () => choose(each.id),
      }))}
    />
  )
}

const THEMES: readonly {
  readonly value: Theme
  readonly label: string
  readonly icon: ReactNode
}[] = [
  { value: 'system', label: 'Like the system', icon: <IconSystem /> },
  { value: 'light', label: 'Light', icon: <IconSun /> },
  { value: 'dark', label: 'Dark', icon: <IconMoon /> },
]

function Foot() {
  const { signOut } = useSession()
  const [theme, setTheme] = useTheme()
  return (
    <div className="flex items-center gap-1 border-line border-t px-2 py-2">
      <Menu
        trigger={
          <IconButton label="Theme">{THEMES.find(({ value }) => value === theme)?.icon}</IconButton>
        }
        items={THEMES.map((each) => ({
          label: each.label,
          chosen: each.value === theme,
          onSelect: () => setTheme(each.value),
        }))}
      />
      <IconButton label="Keyboard shortcuts" onClick={openHelp}>
        <IconKeyboard />
      </IconButton>
      <span className="flex-1" />
      <IconButton label="Sign out" onClick={() => void signOut()}>
        <IconLeave />
      </IconButton>
    </div>
  )
}
