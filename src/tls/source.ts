/** The seam between the server and whatever brings its certificate. */

/** A serving certificate with its key and the authorities that clients must trust, all PEM. */
export interface ServingCertificate {
  /** The leaf, followed by the certificates that lead from it to an authority, if any. */
  readonly certificate: string;
  readonly key: string;
  /** One or more authorities. Goes into the caBundle and into every injected pod. */
  readonly authority: string;
}

/** Where the serving certificate comes from. */
export interface CertificateSource {
  /**
   * Brings the first certificate and keeps it fresh until `signal` aborts; `onChange` hears of each new one.
   * @throws when no first certificate can be had
   */
  start(
    onChange: (certificate: ServingCertificate) => void,
    signal: AbortSignal,
  ): Promise<ServingCertificate>;
  /** Null when the served leaf is valid now and the caBundle holds its issuer, else what is wrong, for readiness. */
  problem(): string | null;
  /** Whether the caBundle was what it should be when it was last looked at. */
  inStep(): boolean;
}
