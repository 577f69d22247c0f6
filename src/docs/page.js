// Copy buttons on code, and the search field under "/". Without this script every page works just as well.
for (const pre of document.querySelectorAll('pre')) {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'copy'
  button.textContent = 'Copy'
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(pre.textContent ?? '')
      button.textContent = 'Copied'
    } catch {
      // Without https or loopback a browser gives no clipboard: mark the text instead.
      getSelection()?.selectAllChildren(pre)
      button.textContent = 'Selected'
    }
    setTimeout(() => {
      button.textContent = 'Copy'
    }, 1500)
  })
  const box = document.createElement('div')
  box.className = 'code'
  pre.replaceWith(box)
  box.append(pre, button)
}

document.addEventListener('keydown', (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? '')
  if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return
  event.preventDefault()
  document.querySelector('input[type=search]')?.focus()
})

// On small screens the list of pages begins closed.
if (matchMedia('(max-width: 60rem)').matches)
  document.querySelector('.menu details')?.removeAttribute('open')
