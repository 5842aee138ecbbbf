/* The bounds of queues that events go to and come from. */

/** Connections to brokers that are open at once; a further one closes the one that was idle longest. */
export const queueConnections = 200;
/** A connection that nothing goes through is closed after this. */
export const queueIdleMs = 60_000;
/** Bytes that a broker may send while it confirms nothing: more than any message that comes back because nobody takes it. */
export const unconfirmedBytes = 16 * 1024 * 1024;
/** How often it is looked at what brokers have sent. */
export const brokerLookMs = 100;
/** A connection that is given up is ended after this, if the broker has not taken leave by then. */
export const brokerLeaveMs = 2000;
/** Connections to one database; a table has no pipelining. */
export const tableConnections = 8;
/** URLs that are kept parsed. */
export const queueUrls = 10_000;
/** Characters of a message's own number, and of what a broker says is wrong. */
export const queueWordsChars = 500;
/** Attributes that a message in SQS can have. */
export const sqsAttributes = 10;
/** Characters of an SQS group or deduplication id. */
export const sqsIdChars = 128;
/** Messages in one request to Kafka. */
export const kafkaBatch = 100;
/** Messages of one source that are taken in at once; the broker keeps the others. */
export const inboxBatch = 200;
/** Bytes of messages that are asked for at once, by the size of those before; one, where it alone is larger. */
export const inboxBytes = 16 * 1024 * 1024;
/** Characters of a message's headers, all names and values together; as many as brokers' own tools write, and then some. */
export const inboxHeaderChars = 64 * 1024;
/** Bytes of messages that are judged side by side: other work has its turn after them. */
export const inboxPortionBytes = 1024 * 1024;
/** Messages at once after some were refused: each is kept, for people to look at. */
export const inboxBatchRefused = 20;
/** And the pause after those. */
export const inboxRefusedMs = 1000;
/** How long a broker is waited for before it is asked again. */
export const inboxWaitMs = 5000;
/** The pause after something went wrong; doubled each time, up to `inboxAgainMaxMs`. */
export const inboxAgainMs = 500;
/** See `inboxAgainMs`. */
export const inboxAgainMaxMs = 30_000;
/** How long a broker has until messages can be taken from it. */
export const inboxOpenMs = 30_000;
/** How long a broker is waited for that should have answered; the connection is made anew then. */
export const inboxAnswerMs = 30_000;
/** How often a broker is asked how many messages it still has. */
export const inboxLagMs = 5000;
/** How often sources are looked at for queues that were added, changed or removed. */
export const inboxLookMs = 1000;
/** A message that a consumer took and never acknowledged is handed out again after this. */
export const inboxLeaseMs = 10_000;
/** How long one request for messages of NATS holds: those handed to who is gone meanwhile come again only after `inboxLeaseMs`. */
export const natsPullMs = 2000;
