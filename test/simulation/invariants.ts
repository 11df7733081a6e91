/**
 * What must hold in every simulated world, whatever happens to it. docs/simulation.md lists the same sentences; a test compares
 * the two. Where each is looked after is said behind it.
 */
export const INVARIANTS = {
  "delivered-or-returned":
    "A message whose receive() resolved reaches the person it is for, or its sender is told in words.", // ledger, at the end
  once: "It is shown once; a repeat has the same key and comes only after a crash, a cut link or a lost answer.", // ledger, when shown
  "in-order": "What one person says in one conversation is shown in the order in which it was said.", // ledger, when shown
  "right-person": "It is shown to nobody but the parties of its conversation.", // ledger, when shown
  "commit-first": "Nothing is sent, and no receive() resolves, before the store has committed what led to it.", // networks, store
  window: "No more sends to one person are unanswered at once than the network's window allows.", // networks
  capacity: "No CSR has more offers and conversations in hand than capacity.", // observer, each step
  "no-idle-csr": "No CSR is free while somebody waits whom they may serve.", // observer, each step
  "one-csr":
    "A conversation that is talking has exactly one CSR, one that is offered asks one at least, all others have none.", // observer, each step
  "waiting-kept": "Waiting time, once begun, goes on over declined and missed offers and transfers.", // observer, each step
  "alias-rests":
    "An alias or label stands for one conversation at a time, and rests after release before it stands for another.", // observer, each step
  "no-leak": "No real address of one party is in anything sent to another.", // observer, each step
  "among-staff": "What staff whisper, note or ask each other is shown to no customer.", // customers, when shown
  rooms:
    "Two are left to themselves in a room when both have come, each invited only when they may be seen, and with no third in the talk.", // rooms, and each step
  stranger: "Whoever writes to somebody else's alias is refused, and nothing comes of it.", // observer, each step
  "stale-timers": "A timer that was set for a past state does nothing.", // observer, probing after steps
  "reload-equal": "A desk made anew from the store is equal to the one that runs.", // observer, at probes and after every crash
  "no-defect": "No event makes the core throw: the quarantine stays empty.", // office
  "goes-on": "The desk never keeps itself busy without end: time goes on.", // simulation
  "all-end": "In the end every conversation is over, or waits and its customer was told what for.", // office, at the end
  "nothing-left": "In the end nothing is left unsent, and no timer is left for what is over.", // office, at the end
} as const;
export type Invariant = keyof typeof INVARIANTS;
