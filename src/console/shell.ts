import type { Manifest } from './build.ts'

/** A drawn gate: no request for a favicon, and it follows the scheme of the browser's own frame. */
const ICON = `data:image/svg+xml,${encodeURIComponent(
  "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><rect width='16' height='16' rx='4' fill='#0f7490'/><path d='M4 4v8M8 4v5M12 4v8' stroke='#fff' stroke-width='2' stroke-linecap='round'/></svg>",
)}`

/**
 * The page of every address of the app. `theme` is the person's choice; without one the system's colours hold.
 * `gatewayPort` is told when calls have a listener of their own. Names come from the build and the configuration, never from a request.
 */
export function shellOf(
  { script, style, preload }: Manifest,
  basePath: string,
  theme: 'light' | 'dark' | undefined,
  gatewayPort: number | undefined,
): string {
  const at = `${basePath}/console/assets`
  const preloads = preload.map((name) => `<link rel="modulepreload" href="${at}/${name}">`)
  return `<!doctype html>
<html lang="en"${theme ? ` data-theme="${theme}"` : ''}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="sluice-base" content="${basePath}">
${
  gatewayPort === undefined
    ? ''
    : `<meta name="sluice-gateway-port" content="${gatewayPort}">
`
}<title>Sluice</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="${at}/${style}">
<script type="module" src="${at}/${script}"></script>
${preloads.join('\n')}
</head>
<body>
<div id="app"><div class="shell"><aside class="shell-side">Sluice</aside><main class="shell-main" aria-busy="true"></main></div></div>
<noscript>The console needs JavaScript. The API behind it is described at <a href="${basePath}/swagger">${basePath}/swagger</a>.</noscript>
</body>
</html>
`
}

/** Stands in while the app cannot be built. */
export function unbuiltShell(): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Sluice</title></head>
<body>
<h1>The console could not be built</h1>
<p>The log of the gateway says why. Calls and the API are not affected. Reload to try again.</p>
</body>
</html>
`
}
