/** Most units a decision waits with. */
export const NAME_HOLD_UNITS_MAX = 44
/** Units a decision may read from its first on, so that no more than {@link NAME_HOLD_UNITS_MAX} are ever held. */
export const AHEAD_UNITS_MAX = 43
/** Units from which on a word is no name. */
export const WORD_UNITS_MAX = 40
