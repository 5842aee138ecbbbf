import { connect, createSecureContext, getCACertificates, type PeerCertificate } from 'node:tls';
import { faultOf } from './faults.ts';

/** What a server shows of itself. */
export interface ShownCertificate {
  validUntilMs: number;
  /** Who vouches for it. */
  issuer: string;
  /** Why it is not believed; null when it is. */
  problem: string | null;
}

export interface CertificateInput {
  hostname: string;
  address: string;
  port: number;
  timeoutMs: number;
  /** Authorities (PEM) trusted in addition to the platform's. */
  ca?: readonly string[];
}

/** The certificate at an address, believed or not. Rejects when there is none to be seen. */
export function certificateAt({
  hostname,
  address,
  port,
  timeoutMs,
  ca,
}: CertificateInput): Promise<ShownCertificate> {
  const secureContext = createSecureContext(ca ? { ca: [...getCACertificates('default'), ...ca] } : {});
  const isName = hostname !== address;
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: address,
      port,
      secureContext,
      // A look at the certificate is the point; nothing is sent on this connection.
      rejectUnauthorized: false,
      ...(isName ? { servername: hostname } : {}),
    });
    const failed = (error: Error): void => {
      socket.destroy();
      reject(faultOf(error));
    };
    socket.setTimeout(timeoutMs, () => failed(new Error(`no certificate within ${timeoutMs} ms`)));
    socket.once('error', failed);
    socket.once('secureConnect', () => {
      const shown = socket.getPeerCertificate();
      const { authorized, authorizationError } = socket;
      socket.destroy();
      const problem = authorized ? null : String(authorizationError);
      resolve({ validUntilMs: Date.parse(shown.valid_to), issuer: issuerOf(shown), problem });
    });
  });
}

function issuerOf({ issuer }: PeerCertificate): string {
  const names = [issuer.O, issuer.CN].flat().filter((name) => name !== undefined);
  return names.length === 0 ? 'nobody named' : names.join(', ');
}
