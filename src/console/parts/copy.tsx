import { useEffect, useState } from 'react'
import { announce } from './announcer.tsx'
import { Button, type Loudness } from './button.tsx'
import { IconCheck, IconCopy } from './icons.tsx'

const SHOWN_MS = 1_600

/** Copies `text` and says so. `what` completes the button's name: "Copy key"; `label` is what it shows. */
export function CopyButton({
  text,
  what,
  label = 'Copy',
  look = 'plain',
}: {
  text: string
  what: string
  label?: string
  look?: Loudness
}) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [copied])
  return (
    <Button
      look={look}
      aria-label={`Copy ${what}`}
      onClick={async () => {
        await copyText(text)
        setCopied(true)
        announce(`Copied ${what}`)
      }}
    >
      {copied ? <IconCheck /> : <IconCopy />}
      {copied ? 'Copied' : label}
    </Button>
  )
}

/** The clipboard exists on https and loopback only; elsewhere the old way still works. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard)
    return navigator.clipboard.writeText(text).catch(() => selectAndCopy(text))
  selectAndCopy(text)
}

function selectAndCopy(text: string): void {
  const area = document.createElement('textarea')
  area.value = text
  area.setAttribute('aria-hidden', 'true')
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}
