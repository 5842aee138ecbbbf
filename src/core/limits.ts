/** Every bound of the product in one place, named with its unit last. A number that bounds something stands here or nowhere. */

// What a publisher may hand us.
export const eventTypeChars = 128;
export const eventIdChars = 200;
export const referenceChars = 512;
export const timestampChars = 64;
export const jsonDepth = 64;
/** The envelope around `data`: type, id, timestamp, reference and white space. */
export const envelopeBytes = 16 * 1024;
export const batchEvents = 1000;
export const batchBytes = 8 * 1024 * 1024;
/** Largest `data`, and how far an operator may move it. */
export const payloadDefaultBytes = 256 * 1024;
export const payloadMinBytes = 1024;
export const payloadMaxBytes = 4 * 1024 * 1024;
export const idempotencyKeyChars = 255;
export const idempotencyKeepMs = 24 * 3_600_000;
/** How long an event's id is known at least, from its acceptance on, however short retention is. */
export const eventIdKeepMs = 30 * 86_400_000;
export const deliverAtAheadMs = 365 * 86_400_000;
/** Largest body of a management request. */
export const managementBytes = 1024 * 1024;

// What an endpoint may ask for.
export const endpointEvents = 200;
export const endpointSources = 200;
export const endpointUrlChars = 2048;
export const endpointHeaders = 30;
export const headerNameChars = 128;
export const headerValueChars = 1024;
export const descriptionChars = 1000;
export const metadataBytes = 16 * 1024;
export const filterConditions = 50;
/** A whole filter, as JSON text. */
export const filterChars = 16 * 1024;
/** Refused requests that the log names in a second; the others are counted. */
export const refusalsToldPerS = 10;
/** Filters that are kept ready for matching; past it, all are forgotten and read again. */
export const filtersRemembered = 1000;
export const secretChars = 256;
export const secretsAtOnce = 4;
export const concurrencyDefault = 16;
export const concurrencyMax = 256;
export const ratePerSecondMax = 10_000;
export const timeoutMinMs = 100;
export const timeoutMaxMs = 60_000;
export const retryEntries = 100;
export const retryFactorMax = 100;
export const retryEntryMaxMs = 30 * 86_400_000;
export const giveUpAfterMaxMs = 90 * 86_400_000;
export const overlapMaxMs = 30 * 86_400_000;
export const nameChars = 200;
export const accountIdChars = 64;
/** Examples of one event type, and all of an event type as JSON text. */
export const eventTypeExamples = 20;
export const eventTypeSchemaChars = 128 * 1024;
/** One pattern of a schema, and the machines of all its patterns together: a text's characters each pass through all of them. */
export const schemaPatternChars = 1000;
export const schemaPatternSteps = 10_000;
/** How long data may be checked against a schema. Below so many characters of schema times data no watch is set. */
export const schemaCheckMs = 250;
export const schemaQuick = 1_000_000;
export const eventTypesPerAccount = 1000;
export const keysPerAccount = 1000;
export const endpointsPerAccountDefault = 10;
export const endpointsPerAccountMax = 10_000;
/** Test attempts of one account under way at once; past it the answer is 429 with Retry-After. */
export const testsPerAccount = 10;
/** Endpoints that one event can go to; a delivery's key keeps 16 bits for its place among them. */
export const targetsPerEvent = 65_536;
/** Event types whose matching endpoints an account's index remembers; past it, it forgets them all and starts again. */
export const matchMemoTypes = 1000;
/** Rows and payload bytes that one page of a search looks at without finding anything; then the page is short and the next one goes on. */
export const searchRows = 10_000;
export const searchBytes = 32 * 1024 * 1024;
export const listDefault = 50;
export const listMax = 250;

// Receiving.
export const sourcesPerAccount = 1000;
/** Largest request that a source takes, and how far its owner may move it. */
export const sourceBodyDefaultBytes = 5 * 1024 * 1024;
export const sourceBodyMinBytes = 1024;
export const sourceBodyMaxBytes = 16 * 1024 * 1024;
export const sourceSecretChars = 4096;
export const sourceSchemas = 100;
export const ackBodyChars = 1000;
/** A token in an address that strangers know: 32 characters that hold 160 random bits. */
export const tokenBytes = 20;
/** How long a source knows what came through it before. */
export const dedupeKeepMs = 35 * 86_400_000;
/** What else came through a source, kept for people: newest requests of each verdict, and their bytes. */
export const requestsKept = 1000;
export const requestsKeptBytes = 64 * 1024 * 1024;
/** Of the requests of one source that are not taken in, how many are kept in a second; the others are answered and counted. */
export const requestsKeptPerS = 20;
/** Certificates of providers: how many are remembered and how long, also that there was none, and what fetching one may take. */
export const certificatesKept = 1000;
export const certificateKeepMs = 6 * 3_600_000;
export const certificateAgainMs = 60_000;
export const certificateTimeoutMs = 2500;
export const certificateBytes = 64 * 1024;
/** Headers of an inbound request that are kept, as text. */
export const receivedHeaderChars = 16 * 1024;

// Pull.
export const pullMax = 100;
export const pullWaitMaxMs = 20_000;
export const pullLeaseMinMs = 1000;
export const pullLeaseDefaultMs = 30_000;
export const pullLeaseMaxMs = 12 * 3_600_000;
export const nackDelayMaxMs = 30 * 86_400_000;
/** Deliveries that one ack or nack may name. */
export const pullIds = 1000;
/** Consumers that may wait for messages at one endpoint, and at all of them. */
export const pullWaitersEach = 100;
export const pullWaiters = 5000;
/** What one answer holds at most of data, unless a single message is larger. */
export const pullBytes = 8 * 1024 * 1024;

/** How long a receiver on a developer's machine may take. */
export const localAnswerMs = 30_000;

// Sending.
export const connectTimeoutMs = 5000;
export const responseHeaderBytes = 16 * 1024;
/** How much of a request's or response's body an attempt shows. */
export const attemptBodyBytes = 16 * 1024;
/** How much of a response is read before the connection is dropped. */
export const responseReadBytes = 64 * 1024;
export const dnsTimeoutMs = 2000;
export const dnsTries = 2;
export const dnsCacheEntries = 10_000;
export const dnsKeepMinMs = 5_000;
export const dnsKeepMaxMs = 60_000;
export const dnsKeepFailureMs = 5_000;
export const idleSockets = 1024;
export const idleSocketMs = 30_000;
/** A connection is not kept longer than this, so that a moved host name is followed. */
export const socketAgeMaxMs = 300_000;
export const tlsSessions = 10_000;
/** A TLS session is resumed for no longer than this: resuming skips the look at the certificate. */
export const tlsSessionMs = 3_600_000;
/** Addresses of a name that are tried for one connection, and the head start each has before the next is tried beside it. */
export const connectAddresses = 6;
export const connectStaggerMs = 250;
/** How long a look-up that has an IPv4 answer waits for the IPv6 one. */
export const dnsSecondFamilyMs = 250;
export const hostsFileBytes = 1024 * 1024;
/** URLs whose parse and check a sender remembers. */
export const checkedUrls = 10_000;
export const retryAfterMaxMs = 24 * 3_600_000;

/** Signing keys kept ready for use. */
export const signingKeys = 20_000;
/** Parts of an endpoint's own wire format: body members, headers and parts of the signed message. */
export const wireParts = 30;
export const wirePartChars = 200;
/** Of an event's data, how much a message for people shows. */
export const textDataChars = 200;
/** One value that a scheme needs besides its secret: the longest is a public key. */
export const schemeFieldChars = 5000;
/** How old a request may be at most, whatever its source is told. */
export const toleranceMaxMs = 86_400_000;

// The dispatcher.
/** Requests under way at once to endpoints that answer quickly. Small enough that, under overload, turns are taken here. */
export const quickInFlightMax = 256;
/** Requests under way at once to endpoints that are slow or failing, which never take a quick place for long. */
export const slowInFlightMax = 1024;
/** While more than this share of the places is free, nobody waits for a turn. */
export const scarceShare = 0.25;
/** A request under way for longer than this counts as slow; so does an endpoint whose answers take longer on average. */
export const slowMs = 1000;
export const breakerFailures = 10;
export const breakerForMs = 30_000;
/** While a breaker is open, one first attempt goes out this often. */
export const breakerProbeMs = 10_000;
/** A due retry of a failing endpoint that waited longer than this may pass the adaptive window, up to the endpoint's concurrency. */
export const retryLatenessMs = 5000;
/** How much of one second's rate may go out at once. */
export const rateBurstShare = 0.1;
/** How often requests under way are looked at: slow ones change pools, and fresh ones get a row in the store. */
export const watchEveryMs = 250;
/** A delivery that was sent straight from memory and has not ended after this long gets a row in the store. */
export const spillAfterMs = 1000;
/** Deliveries that wait in memory for a place in their lane: in one, in all, and the characters of their events. */
export const standbyPerLane = 64;
export const standbyMax = 4096;
export const standbyChars = 32 * 1024 * 1024;
/** Timers longer than this fire at once in Node (32-bit overflow at 24.8 days), so longer waits are cut into pieces. */
export const timerMaxMs = 3_600_000;
/** How long events and attempts are kept, and how far an operator may move it. */
export const retentionDefaultMs = 30 * 86_400_000;
export const retentionMinMs = 60_000;
export const retentionMaxMs = 3650 * 86_400_000;
export const heldMaxMs = 30 * 86_400_000;
/** A settlement that the store could not take is tried again this often. */
export const settleAgainMs = 1000;

// The store.
/** Accepts that may wait for a commit; past it the answer is 503 with Retry-After. */
export const commitQueueEvents = 20_000;
export const commitQueueBytes = 64 * 1024 * 1024;
/** Acts that one commit may hold. */
export const commitActs = 2_000;
export const busyRetryAfterS = 1;
/** Look-ups that may wait for a reader; past it the answer is 503 with Retry-After. */
export const readQueue = 1000;
export const storeReaders = 2;
/** How long a connection waits for another's lock. */
export const storeBusyMs = 5000;
/** Pages that SQLite's log may hold before they are moved into the database. */
export const walPages = 4000;
export const walKeepBytes = 64 * 1024 * 1024;
export const storeCacheKib = 64 * 1024;
/** A database up to this size is checked as a whole at each start; after a crash, up to the second. */
export const checkBytes = 64 * 1024 * 1024;
export const checkUncleanBytes = 1024 * 1024 * 1024;
/** Connections of one node to PostgreSQL for acts that write; `storeReaders` are beside them, and one that listens. */
export const storeWriters = 6;
/** A node that the server let have fewer connections asks for more after this. */
export const widenAfterMs = 5000;
/** Events or settlements that go into one statement, unless one call has more, and statements of one kind under way at once. */
export const statementItems = 500;
export const statementFlights = 2;
export const statementMs = 10_000;
/** How long a transaction may stand open for its next statement: a node that was stopped in between lets go. */
export const transactionIdleMs = 5000;
/** Version 14. */
export const postgresOldest = 140_000;
export const databaseConnectMs = 5000;
/** A node says that it lives this often; without a word for this long its work is taken over, and it stops sending some time before. */
export const nodeBeatMs = 3000;
export const nodeDeadMs = 15_000;
export const nodeDoubtMs = 10_000;
/** What nodes tell each other is gathered for this long. */
export const tellEveryMs = 20;
/** Pause before a broken connection for news is made again. */
export const listenAgainMs = 1000;
/** Beats between two looks at all work that waits, for what nobody was told of. */
export const lookEveryBeats = 10;
/** Positions that one era can give, how many eras a retention has at least, and how long one takes in what is new. */
export const eraEvents = 16_777_216;
export const erasInRetention = 30;
export const eraMinMs = 3_600_000;
export const eraMaxMs = 86_400_000;
/** Eras that take in what is new, or will. */
export const erasAhead = 3;
/** Longest line of an archive: a row, with everything an attempt or an event may hold. */
export const archiveLineBytes = 64 * 1024 * 1024;
/** How long dropping an era waits for whoever reads it. */
export const dropWaitMs = 500;
/** Attempts of one delivery that keep their record; later ones are counted only. */
export const attemptsKept = 8191;
/** Rows that one page of a replay looks at, for each it may put back. */
export const replayScan = 10;
/** Events that are not in SQLite's lists yet, at least, when they are put there, and how many at most in one commit. */
export const unlistedEvents = 256;
export const listedAtOnce = 4096;
/** Clocks may go back this far without an event being missed by a search in time. */
export const clockBackMs = 3_600_000;
export const sweepRows = 500;
export const sweepEveryMs = 60_000;
/** Pause between two steps while there is more to sweep, so that accepts come in between. */
export const sweepAgainMs = 20;
export const replayRows = 200;
/** Pause between two pages of a replay, so that it cannot crowd out the store. */
export const replayEveryMs = 50;

// The process.
/** How long a stopping process lets requests under way finish; then they are released. Exit follows within 10 s of the signal. */
export const drainMs = 8_000;
/** How long questions about orders and messages to people that are under way may take when the process stops. */
export const watchDrainMs = 3_000;
/** How long a process that has stopped everything else lets answers go out before it cuts their connections. */
export const answerMs = 500;
export const headersTimeoutMs = 10_000;
export const requestTimeoutMs = 30_000;

// The HTTP side.
/** How long the answer of one /readyz stands for all who ask: it costs a commit, and needs no key. */
export const readyKeepMs = 1000;
/** The same of the counts in /metrics, which look at everything that is open. */
export const countsKeepMs = 5000;
export const maxHeaderBytes = 16 * 1024;
/** How often slow requests are looked for. */
export const slowCheckMs = 5_000;
/** How much of a body that is too large is still read, so that its sender gets to see the 413. */
export const drainedBodyBytes = 32 * 1024 * 1024;
export const pathParamChars = 1024;
export const apiKeyChars = 256;
/** Authorization headers whose hash is remembered. */
export const apiKeysRemembered = 10_000;
/** Delivery ids that one replay may name. */
export const replayIds = 1000;
export const statsBuckets = 1000;
export const searchChars = 200;

// Orders.
export const pointerChars = 500;
/** Event types and poll answers that a source's tracking may name. */
export const trackedStates = 100;
export const orderIdChars = 200;
export const pollUrlChars = 2048;
export const pollEveryMinMs = 100;
export const pollMaxMs = 30 * 86_400_000;
export const pollAfterDefaultMs = 5 * 60_000;
export const pollEveryDefaultMs = 5 * 60_000;
/** An order is asked about for no longer than this, unless its source says for how long. */
export const pollGiveUpDefaultMs = 30 * 86_400_000;
export const slaMaxMs = 90 * 86_400_000;
/** How long after failures the next question may be put off by doubling, if `every` is not longer. */
export const pollBackOffMaxMs = 3_600_000;
/** Failed questions in a row after which the source counts as unreachable. */
export const pollFailuresTold = 2;
/** How long `surehook doctor` waits for an answer. */
export const doctorTimeoutMs = 30_000;
export const pollTimeoutMs = 20_000;
export const pollBodyBytes = 256 * 1024;
export const pollsPerSecondDefault = 5;
export const pollsPerSecondMax = 1000;
/** How often the tracker looks for orders that are due when nothing tells it to look earlier. */
export const trackEveryMs = 60_000;
/** How soon the tracker looks again after news of an order. */
export const trackSoonMs = 200;
/** Entries of one order's history that are kept: the first, and the newest. */
export const orderHistory = 200;
export const orderNoteChars = 500;
export const listPages = 20;
export const listItems = 1000;
export const listOverlapDefaultMs = 10 * 60_000;
export const listBodyBytes = 4 * 1024 * 1024;
/** Open orders that one act watches anew when their source changes. */
export const rewatchOrders = 200;

// Alerts.
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
