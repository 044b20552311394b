import {
  createRemoteJWKSet,
  errors,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
} from "jose";
import { invalidViewerToken, viewerKeysUnavailable } from "./problems.ts";
import { bearerOf } from "../../../shared/kit/http/request/api-key.ts";

/** Longest wait for the key set, which is then kept for ten minutes. */
const KEY_SET_TIMEOUT_MS = 1_000;
/** What is wrong with a token, rather than with the way to its key. */
const TOKEN_FAULTS = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys] as const;

export interface ViewerTokensOptions {
  /** Shared secrets of HS256, all of them accepted. */
  secrets: readonly string[];
  /** JSON Web Key Set with the public keys of ES256; undefined where there are secrets. */
  keySetUrl: string | undefined;
  /** What `aud` must hold; undefined accepts any token that the keys have signed. */
  audience: string | undefined;
}

/** Whom a token names. */
export interface Viewer {
  subject: string;
  /** The viewer's own limit; undefined for the deployment's. */
  limit: number | undefined;
}

/**
 * Signed JSON Web Tokens by which another system names its viewers.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8725
 */
export class ViewerTokens {
  readonly #keys: readonly JWTVerifyGetKey[];
  readonly #rules: JWTVerifyOptions;

  constructor({ secrets, keySetUrl, audience }: ViewerTokensOptions) {
    const ofSecrets = secrets.map((secret) => Buffer.from(secret)).map((key) => () => key);
    this.#keys = keySetUrl === undefined ? ofSecrets : [createKeyFinder(keySetUrl)];
    this.#rules = {
      // Configured, never taken from the token: it cannot choose how it is checked.
      algorithms: [keySetUrl === undefined ? "HS256" : "ES256"],
      requiredClaims: ["sub", "exp"],
      ...(audience !== undefined && { audience }),
    };
  }

  /**
   * @param authorization the header as it came
   * @throws Problem 401 for a token that is missing, forged, expired, or says too little; 503 when
   *   the key set cannot be fetched
   */
  async viewerOf(authorization: string): Promise<Viewer> {
    const token = bearerOf(authorization);
    if (token === undefined) {
      throw invalidViewerToken("Send the header `Authorization: Bearer <viewer token>`.");
    }
    const { sub, limit } = await this.#verify(token);
    // The library only looks whether it is there: `null` would be a viewer that many share.
    if (typeof sub !== "string")
      throw invalidViewerToken("The claim `sub` of the token must be text.");
    if (limit !== undefined && !(Number.isSafeInteger(limit) && (limit as number) >= 1)) {
      throw invalidViewerToken("The claim `limit` of the token must be a whole number, 1 or more.");
    }
    return { subject: sub, limit: limit as number | undefined };
  }

  async #verify(token: string): Promise<JWTPayload> {
    let fault: unknown;
    for (const key of this.#keys) {
      try {
        return (await jwtVerify(token, key, this.#rules)).payload;
      } catch (error) {
        fault = error;
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) break;
      }
    }
    throw fault instanceof errors.JOSEError ? invalidViewerToken(reasonOf(fault)) : fault;
  }
}

/** What the client has to change. Claims are checked last, so only for a token whose signature is right. */
function reasonOf(fault: errors.JOSEError): string {
  if (fault instanceof errors.JWTExpired) return "The token has expired. Get a new one.";
  if (fault instanceof errors.JWTClaimValidationFailed) {
    return `The claim \`${fault.claim}\` of the token is missing or not the expected one.`;
  }
  return "The token is none that this deployment accepts.";
}

function createKeyFinder(url: string): JWTVerifyGetKey {
  const find = createRemoteJWKSet(new URL(url), { timeoutDuration: KEY_SET_TIMEOUT_MS });
  return async (header, token) => {
    try {
      return await find(header, token);
    } catch (error) {
      if (TOKEN_FAULTS.some((fault) => error instanceof fault)) throw error;
      throw viewerKeysUnavailable(error);
    }
  };
}
