import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import { IconCheck } from './icons.tsx'

/** One line of a {@link Menu}. */
export interface MenuItem {
  readonly label: string
  readonly onSelect: () => void
  readonly chosen?: boolean
  readonly danger?: boolean
  readonly disabled?: boolean
}

/**
 * A button that opens a list. Not modal: locking the page's scroll would need a style inside the page, which the
 * security policy forbids.
 */
export function Menu({
  trigger,
  items,
  align = 'start',
}: {
  /** One button. */
  trigger: ReactNode
  items: readonly MenuItem[]
  align?: 'start' | 'end'
}) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-h-80 min-w-44 overflow-y-auto rounded-md border border-line bg-raised p-1 shadow-lg"
        >
          {items.map((item) => (
            <DropdownMenu.Item
              key={item.label}
              disabled={item.disabled === true}
              onSelect={item.onSelect}
              className={`flex h-8 cursor-pointer items-center gap-2 rounded-sm px-2 outline-none data-[disabled]:opacity-50 data-[highlighted]:bg-accent-soft ${item.danger ? 'text-bad' : ''}`}
            >
              <span className="inline-flex w-4">{item.chosen && <IconCheck />}</span>
              {item.label}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
