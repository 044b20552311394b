import { createHash, randomBytes } from "node:crypto";
import { errors, jwtVerify, SignJWT } from "jose";

const LIFETIME_SECONDS = 3_600;
const ALGORITHM = "HS256";
const AUDIENCE = "counter";

export interface TokensOptions {
  /**
   * The first one signs, all of them are accepted: a new key goes in front of the old one. Without
   * any the tokens are valid in this process only.
   */
  keys: readonly string[];
  /** Names the deployment, so that another one's tokens are not accepted. */
  issuer: string;
}

/** Access to a user's number, for a limited time. */
export interface AccessToken {
  token: string;
  expiresInSeconds: number;
}

/** Signed JSON Web Tokens that name a user for one hour. */
export class Tokens {
  readonly #keys: readonly [string, ...string[]];
  readonly #issuer: string;

  constructor({
    keys: [first = randomBytes(48).toString("base64"), ...others],
    issuer,
  }: TokensOptions) {
    this.#keys = [first, ...others];
    this.#issuer = issuer;
  }

  async issue(email: string): Promise<AccessToken> {
    const [key] = this.#keys;
    const token = await new SignJWT()
      .setProtectedHeader({ alg: ALGORITHM, kid: idOf(key) })
      .setSubject(email)
      .setIssuer(this.#issuer)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(`${LIFETIME_SECONDS}s`)
      .sign(Buffer.from(key));
    return { token, expiresInSeconds: LIFETIME_SECONDS };
  }

  /** The subject; undefined for a token that is forged, expired, or another deployment's. */
  async verify(token: string): Promise<string | undefined> {
    try {
      const { payload } = await jwtVerify(token, ({ kid }) => this.#keyOf(kid), {
        algorithms: [ALGORITHM],
        issuer: this.#issuer,
        audience: AUDIENCE,
        requiredClaims: ["sub", "exp"],
      });
      const subject: unknown = payload.sub;
      return typeof subject === "string" ? subject : undefined;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  #keyOf(kid: string | undefined): Uint8Array {
    const key = this.#keys.find((each) => idOf(each) === kid);
    if (key === undefined) throw new errors.JWKSNoMatchingKey();
    return Buffer.from(key);
  }
}

/** Tells keys apart without telling them. */
function idOf(key: string): string {
  return createHash("sha256").update(`kid ${key}`).digest("base64url").slice(0, 12);
}
