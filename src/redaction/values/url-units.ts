import { unitClass } from '../automaton/classes.ts'

/** Units of a user name in front of a password in a URL. */
export const USER = unitClass('A-Za-z0-9._~%!$&*+=\\-')
/** Where the credentials of a URL end without a password. */
export const URL_STOPS = unitClass(' \\t\\n"\'`<>/\\\\')
/** Most units of such a user name. */
export const USER_UNITS_MAX = 48
/** Most units of a password, with its colon: more are beyond the bound. */
export const PASSWORD_UNITS_MAX = 65
