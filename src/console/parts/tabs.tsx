import { Tabs as Radix } from 'radix-ui'
import type { ReactNode } from 'react'

/** One of several views; left and right change between them. */
export function Tabs({
  label,
  value,
  onChange,
  tabs,
}: {
  label: string
  value: string
  onChange: (value: string) => void
  tabs: readonly { readonly value: string; readonly label: string; readonly content: ReactNode }[]
}) {
  return (
    <Radix.Root value={value} onValueChange={onChange}>
      <Radix.List aria-label={label} className="flex flex-wrap gap-x-1 border-line border-b">
        {tabs.map((each) => (
          <Radix.Trigger
            key={each.value}
            value={each.value}
            className="-mb-px whitespace-nowrap border-transparent border-b-2 px-2.5 py-1.5 text-ink-soft hover:text-ink data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-ink"
          >
            {each.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((each) => (
        <Radix.Content key={each.value} value={each.value} className="pt-3">
          {each.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  )
}
