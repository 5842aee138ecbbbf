import { senderContract } from '../../ports/sender.contract.ts';
import { createSender } from './sender.ts';

senderContract('http sender', ({ policy, names, ca }) =>
  createSender({ policy, ca, ...(names ? { resolver: { lookUp: names } } : {}) }),
);
