/** The queues that a source can take messages from: what people call each, and how its address looks. */
export const queues = {
  redis: {
    title: 'Redis Streams',
    example: 'redis://user:password@host:6379/0?stream=orders&group=surehook',
  },
  nats: {
    title: 'NATS JetStream',
    example: 'nats://user:password@host:4222?stream=ORDERS&consumer=surehook',
  },
  amqp: { title: 'RabbitMQ', example: 'amqp://user:password@host/?queue=orders' },
  kafka: { title: 'Kafka', example: 'kafka://user:password@host:9092?topic=orders&group=surehook' },
} as const;

/** One of `queues`. */
export type QueueKind = keyof typeof queues;
