/* The bounds of what is known of an event type. */

/** Examples of one event type, and all of an event type as JSON text. */
export const eventTypeExamples = 20;
export const eventTypeSchemaChars = 128 * 1024;
/** One pattern of a schema, and the machines of all its patterns together: a text's characters each pass through all of them. */
export const schemaPatternChars = 1000;
export const schemaPatternSteps = 10_000;
/** How long data may be checked against a schema. Below so many characters of schema times data no watch is set. */
export const schemaCheckMs = 250;
export const schemaQuick = 1_000_000;
