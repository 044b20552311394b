import { expect } from "chai";
import { SignJWT } from "jose";
import { Tokens } from "./tokens.ts";

const [oldKey, newKey] = ["o".repeat(32), "n".repeat(32)];
const tokens = new Tokens({ keys: [oldKey], issuer: "dev" });

describe("Tokens", () => {
  it("names the user of a token that is ours", async () => {
    const { token, expiresInSeconds } = await tokens.issue("ada@example.com");
    expect(expiresInSeconds).to.equal(3_600);
    expect(await tokens.verify(token)).to.equal("ada@example.com");
  });

  it("accepts tokens of the key before, and signs with the new one", async () => {
    const rotated = new Tokens({ keys: [newKey, oldKey], issuer: "dev" });
    expect(await rotated.verify((await tokens.issue("ada")).token)).to.equal("ada");
    expect(await tokens.verify((await rotated.issue("ada")).token)).to.equal(undefined);
    const after = new Tokens({ keys: [newKey], issuer: "dev" });
    expect(await after.verify((await tokens.issue("ada")).token)).to.equal(undefined);
  });

  it("refuses a token of another deployment, even with the same key", async () => {
    const prod = new Tokens({ keys: [oldKey], issuer: "prod" });
    expect(await tokens.verify((await prod.issue("ada")).token)).to.equal(undefined);
  });

  it("refuses what is expired, unsigned, altered, for another audience, or no token", async () => {
    const { token } = await tokens.issue("ada");
    const [header = "", payload = "", signature = ""] = token.split(".");
    const kid = (JSON.parse(Buffer.from(header, "base64url").toString()) as { kid: string }).kid;
    const signed = (audience: string, expiry: number | string) =>
      new SignJWT()
        .setProtectedHeader({ alg: "HS256", kid })
        .setSubject("ada")
        .setIssuer("dev")
        .setAudience(audience)
        .setExpirationTime(expiry)
        .sign(Buffer.from(oldKey));
    expect(await tokens.verify(await signed("counter", "1h"))).to.equal("ada");
    const other = Buffer.from(
      Buffer.from(payload, "base64url").toString().replace('"ada"', '"eve"'),
    ).toString("base64url");
    const none = Buffer.from('{"alg":"none"}').toString("base64url");
    for (const forged of [
      await signed("counter", 1_000),
      await signed("elsewhere", "1h"),
      `${header}.${other}.${signature}`,
      `${none}.${payload}.`,
      "junk",
      "",
    ]) {
      expect(await tokens.verify(forged), forged).to.equal(undefined);
    }
  });
});
