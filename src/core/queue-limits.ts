/* The bounds of queues that events go to and come from, as `limits.ts` has those of everything else. */

/** Connections to brokers that are open at once; a further one closes the one that was idle longest. */
export const queueConnections = 200;
/** A connection that nothing goes through is closed after this. */
export const queueIdleMs = 60_000;
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
