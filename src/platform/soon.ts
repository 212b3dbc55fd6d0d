/**
 * Runs something once the events that wait now have been taken: later than promises, earlier than any timer.
 * The relay gathers what arrives meanwhile on other connections into one commit.
 */
export type Soon = (run: () => void) => void

export const afterWaitingEvents: Soon = (run) => void setImmediate(run)
