/** Wrong designs, each of which the invariants must catch; the words say what is wrong. */
export const MUTANTS = [
  'check_then_add',
  'no_sweeper',
  'settle_not_fenced',
  'expiry_gives_back',
  'hold_below_the_bill',
  'no_outbox',
  'outbox_closed_at_publish',
  'late_settle_ignored',
  'new_cap_starts_at_zero',
  'live_holds_do_not_join_a_new_cap',
  'stale_policies_believed',
  'sent_calls_are_voided',
  'hang_ups_cost_nothing',
  'unknown_reservations_are_never_ended',
  'repeated_reserve_counts_twice',
  'settle_not_retried',
  'refused_legs_stay_held',
  'one_roomy_leg_is_enough',
  'settled_in_the_window_of_its_end',
] as const

export type Mutant = (typeof MUTANTS)[number]
