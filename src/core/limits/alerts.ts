/* The bounds of alerts and their messages. */

/** At most one message about the same thing by the same rule in this time; a thing that happens at a moment is over after it. */
export const alertQuietMs = 10 * 60_000;
/** How often the states of affairs are looked at when nothing tells to look earlier, and how soon after something did. */
export const alertEveryMs = 60_000;
export const alertSoonMs = 200;
/** Between two looks that something asked for. */
export const alertAgainMs = 2000;
/** Signals that are judged together, and how often in one look. */
export const alertSignals = 500;
export const alertRounds = 20;
export const alertsOpen = 10_000;
export const alertRulesPerAccount = 100;
export const alertChannelsPerAccount = 50;
export const alertRuleChannels = 20;
/** Things that one grouped message names. */
export const alertNamed = 20;
export const alertSlowMs = 5000;
export const alertSlowAttempts = 10;
export const alertFiguresMs = 10 * 60_000;
export const alertRejected = 10;
export const alertRejectedShare = 0.05;
export const alertSilenceGaps = 5;
export const alertSilenceMinMs = 3_600_000;
export const alertSilenceSpanMs = 7 * 86_400_000;
/** Newest events of a source that its median gap is taken from. */
export const alertSilenceEvents = 1000;
/** How long the usual gap of a source stands before it is worked out again. */
export const alertRhythmKeepMs = 3_600_000;
export const alertLagMs = 60_000;
/** Messages sent in one go, and how long one go may take before another process takes over. */
export const messagesAtOnce = 100;
export const messageLeaseMs = 60_000;
export const messageTimeoutMs = 20_000;
export const messageAgainMs = 30_000;
export const messageAgainMaxMs = 3_600_000;
export const messageGiveUpMs = 24 * 3_600_000;
export const messageChars = 10_000;
export const messagesOfAlert = 200;
