/* What `@surehook/sdk` offers. Adapters for frameworks, tests and the API have entries of their own: see package.json. */
export { type CertificateOptions, certificates } from './certificates.ts';
export { WebhookError, type WebhookErrorCode } from './error.ts';
export {
  type Answer,
  createReceiver,
  type EventHandler,
  type EventHandlers,
  type Receiver,
  type ReceiverOptions,
} from './receiver.ts';
export type { AnyRequest, FetchRequest, NodeRequest, PlainRequest } from './request.ts';
export type { AnyScheme, Place, Scheme, SpecialScheme } from './scheme.ts';
export { adyenStandard } from './schemes/adyen.ts';
export { braintree } from './schemes/braintree.ts';
export { ebay } from './schemes/ebay.ts';
export * from './schemes/hash.ts';
export { paypal } from './schemes/paypal.ts';
export * from './schemes/public.ts';
export { awsSns } from './schemes/sns.ts';
export * from './schemes/standard.ts';
export * from './schemes/timed.ts';
export * from './schemes/token.ts';
export { twilio } from './schemes/twilio.ts';
export { gumroad, unsigned } from './schemes/unsigned.ts';
export * from './schemes/url.ts';
export { wix } from './schemes/wix.ts';
export { schemeNamed, schemes } from './schemes.ts';
export { type Claim, type MemoryOptions, memorySeen, type SeenStore } from './seen.ts';
export type { StandardSchema, Validator } from './validate.ts';
export { type VerifyOptions, verify, type WebhookEvent } from './webhook.ts';
