import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

/** Files in PEM format; the certificate is its own authority. */
export interface Certificate {
  cert: string;
  key: string;
  ca: string;
}

/** Makes a certificate for 127.0.0.1 with openssl, good for two days. */
export async function createCertificate(folder: string): Promise<Certificate> {
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  await promisify(execFile)("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
    ...["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
    ...["-days", "2", "-keyout", key, "-out", cert],
  ]);
  return { cert, key, ca: cert };
}
