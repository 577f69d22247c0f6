const SHOWN = '[secret]'

/** A value that prints as `[secret]` wherever it goes by accident; only `reveal()` gives it out. */
export interface Secret {
  reveal(): string
  toString(): string
  toJSON(): string
}

/** Wraps `value` so that logs, JSON and inspection show `[secret]`. */
export function secret(value: string): Secret {
  return {
    reveal: () => value,
    toString: () => SHOWN,
    toJSON: () => SHOWN,
    [Symbol.for('nodejs.util.inspect.custom')]: () => SHOWN,
  } as Secret
}
