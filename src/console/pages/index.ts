import type { Page } from '../page.ts'

/** Every page, in the order of the sidebar. A page is one file here and its row below. */
export const PAGES: readonly Page[] = [
  {
    path: '/projects',
    title: 'Projects',
    group: 'Observe',
    needs: ['projects:read'],
    key: 'p',
    words: 'traces sessions',
    load: () => import('./projects.tsx'),
  },
]
