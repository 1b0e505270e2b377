/** The seam between the server and whatever brings its certificate. */

/** A serving certificate with its key and the authority that clients shall trust, all PEM. */
export interface ServingCertificate {
  readonly certificate: string;
  readonly key: string;
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
  /** Null when all is well, else what is wrong, for readiness. */
  problem(): string | null;
}
