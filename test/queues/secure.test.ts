import { secureAmqp } from '../support/brokers/amqp.ts';
import { secureKafka } from '../support/brokers/kafka.ts';
import { secureContract } from '../support/brokers/secure.ts';

for (const kind of [secureAmqp, secureKafka]) secureContract(kind);
