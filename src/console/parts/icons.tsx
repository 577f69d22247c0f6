interface IconProps {
  readonly size?: number
}

function draw({ size = 16 }: IconProps, ...paths: readonly string[]) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className="shrink-0"
    >
      {paths.map((d) => (
        <path key={d} d={d} />
      ))}
    </svg>
  )
}

/** Drawn here, so that no font and no sprite is loaded. All are decoration: a name stands beside them. */
export const IconCheck = (props: IconProps) => draw(props, 'M3 8.5l3.2 3.2L13 4.8')
export const IconCopy = (props: IconProps) => draw(props, 'M5.5 5.5h7v7h-7z', 'M10.5 5.5v-2h-7v7h2')
export const IconClose = (props: IconProps) => draw(props, 'M4 4l8 8M12 4l-8 8')
export const IconChevron = (props: IconProps) => draw(props, 'M6 4l4 4-4 4')
export const IconDown = (props: IconProps) => draw(props, 'M4 6l4 4 4-4')
export const IconUpDown = (props: IconProps) => draw(props, 'M5 6.5l3-3 3 3M5 9.5l3 3 3-3')
export const IconSearch = (props: IconProps) =>
  draw(props, 'M7 12A5 5 0 107 2a5 5 0 000 10zM10.7 10.7L14 14')
export const IconSun = (props: IconProps) =>
  draw(
    props,
    'M8 5.2a2.8 2.8 0 100 5.6 2.8 2.8 0 000-5.6z',
    'M8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9',
  )
export const IconMoon = (props: IconProps) =>
  draw(props, 'M13.5 9.6A5.8 5.8 0 016.4 2.5a5.8 5.8 0 107.1 7.1z')
export const IconSystem = (props: IconProps) => draw(props, 'M2 3h12v8H2zM6 14h4M8 11v3')
export const IconLeave = (props: IconProps) => draw(props, 'M6.5 2.5h-4v11h4M10 5l3 3-3 3M13 8H6')
export const IconKeyboard = (props: IconProps) =>
  draw(props, 'M1.5 4h13v8h-13zM4 6.5h.01M6.5 6.5h.01M9 6.5h.01M11.5 6.5h.01M5 9.5h6')
export const IconPause = (props: IconProps) => draw(props, 'M5.5 3.5v9M10.5 3.5v9')
export const IconPlay = (props: IconProps) => draw(props, 'M5 3.2l7.5 4.8L5 12.8z')
export const IconExternal = (props: IconProps) =>
  draw(props, 'M9 2.5h4.5V7M13.5 2.5L7.5 8.5M11 9.5v4H2.5V5h4')
export const IconPlus = (props: IconProps) => draw(props, 'M8 3v10M3 8h10')
export const IconWarn = (props: IconProps) =>
  draw(props, 'M8 2L1.5 13.5h13L8 2zM8 6.5v3.2M8 11.7h.01')
export const IconLock = (props: IconProps) =>
  draw(props, 'M3.5 7h9v6.5h-9zM5.5 7V5a2.5 2.5 0 015 0v2')
export const IconMore = (props: IconProps) =>
  draw(props, ...[3.5, 8, 12.5].map((at) => `M${at} 7.3a.7.7 0 100 1.4.7.7 0 000-1.4z`))
