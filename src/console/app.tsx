import './styles.css'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { lazy, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { BASE, Problem } from './client.ts'
import { Frame } from './frame.tsx'
import { HomeRedirect } from './home.tsx'
import { PAGES } from './pages/index.ts'
import { Lost } from './parts/states.tsx'

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // A refusal stays a refusal; only a lost connection is worth a second try.
      retry: (count, error) => error instanceof Problem && error.status === 0 && count < 2,
      staleTime: 5_000,
      refetchOnWindowFocus: true,
    },
  },
})

const root = createRootRoute({ component: Frame, notFoundComponent: Lost })
const routes = PAGES.map((page) =>
  createRoute({ getParentRoute: () => root, path: page.path, component: lazy(page.load) }),
)
const home = createRoute({ getParentRoute: () => root, path: '/', component: HomeRedirect })

const router = createRouter({
  routeTree: root.addChildren([home, ...routes]),
  basepath: `${BASE}/console`,
  // Plain text in the address: a filter is readable, and nobody's filter is parsed as JSON.
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== '')
    const text = new URLSearchParams(
      given.map(([name, value]): [string, string] => [name, String(value)]),
    ).toString()
    return text === '' ? '' : `?${text}`
  },
  defaultPreload: 'intent',
  scrollRestoration: false,
})

const place = document.getElementById('app')
if (place)
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  )
