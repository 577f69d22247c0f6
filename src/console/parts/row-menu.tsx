import { IconButton } from './button.tsx'
import { IconMore } from './icons.tsx'
import { Menu, type MenuItem } from './menu.tsx'

/** What can be done with a row; `of` names it for screen readers. */
export function RowMenu({ of, items }: { of: string; items: readonly MenuItem[] }) {
  return (
    <Menu
      align="end"
      items={items}
      trigger={
        <IconButton label={`Actions of ${of}`} className="size-7">
          <IconMore />
        </IconButton>
      }
    />
  )
}
