import type { ComponentType } from 'react'
import type { Permission } from '../base/permission.ts'

/** The headings of the sidebar, in its order. */
export const GROUPS = ['Start', 'Observe', 'Govern', 'Settings'] as const

/** One page as the index lists it; its code is loaded when it is first shown. */
export interface Page {
  /** Below `/console`, such as `/settings/gateway`; `$id` marks a parameter. */
  readonly path: string
  /** As in the sidebar, the palette and the browser's tab. */
  readonly title: string
  /** Where the sidebar lists it; left out for a page that is reached from another, such as a detail. */
  readonly group?: (typeof GROUPS)[number]
  /** A second heading inside its group, such as `Integrations`. */
  readonly under?: string
  /** Without these the frame explains what is missing instead of showing the page. */
  readonly needs: readonly Permission[]
  /** Pressed after `g`. */
  readonly key?: string
  /** Further words by which the palette finds it. */
  readonly words?: string
  readonly load: () => Promise<{ default: ComponentType }>
}
