import { useEffect, useState } from 'react'

const EVENT = 'sluice:announce'

/** Says something to screen readers without moving the focus. */
export function announce(text: string): void {
  window.dispatchEvent(new CustomEvent(EVENT, { detail: text }))
}

/** The live region; the frame has one. */
export function Announcer() {
  const [text, setText] = useState('')
  useEffect(() => {
    const heard = (event: Event) => {
      if (event instanceof CustomEvent) setText(String(event.detail))
    }
    window.addEventListener(EVENT, heard)
    return () => window.removeEventListener(EVENT, heard)
  }, [])
  return (
    <div role="status" aria-live="polite" className="sr-only">
      {text}
    </div>
  )
}
