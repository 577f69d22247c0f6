import { countrySpecs } from 'ibantools'

/** Letters and digits of a bank account number of `country` (two capitals), its two letters included; undefined where none are used. */
export function accountUnits(country: string): number | undefined {
  return countrySpecs[country]?.chars ?? undefined
}

/** Every country with account numbers, and how long these are. */
export const ACCOUNTS: readonly (readonly [country: string, units: number])[] = Object.keys(
  countrySpecs,
).flatMap((country) => {
  const units = accountUnits(country)
  return units === undefined ? [] : [[country, units] as const]
})
