import { expect } from "chai";
import { Passwords, PasswordsBusy } from "./passwords.ts";

describe("Passwords", () => {
  const passwords = new Passwords();
  const unlimited = { begin: () => undefined, fail: () => undefined };
  const verify = (password: string, hash: string | undefined) =>
    passwords.verify(password, hash, unlimited);

  it("recognises a password by its hash, and no other one", async () => {
    const hash = await passwords.hash("correct horse");
    expect(hash).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(hash).not.to.include("correct");
    expect(await verify("correct horse", hash)).to.equal(true);
    expect(await verify("correct hors", hash)).to.equal(false);
    expect(await verify("correct horse", undefined)).to.equal(false);
  });

  it("gives each hash a salt of its own", async () => {
    expect(await passwords.hash("same")).not.to.equal(await passwords.hash("same"));
  });

  it("recognises the hash of another cost, and refuses what is none", async () => {
    const cheap =
      "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$lUDYINPdiybGGAPS4d3tUGjQKbCwJm3YMLi9nKFtdhw";
    expect(await verify("wrong", cheap)).to.equal(false);
    const failure = await verify("any", "plain").catch((error: unknown) => error);
    expect(failure).to.be.an("error").with.property("message").that.includes("not argon2id");
  });

  it("lets a bounded number wait, and refuses the rest at once", async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, () => passwords.hash("many")),
    );
    const refused = outcomes.filter(({ status }) => status === "rejected");
    expect(refused).to.have.lengthOf(40 - 2 - 32);
    for (const each of refused) {
      expect((each as PromiseRejectedResult).reason).to.be.instanceOf(PasswordsBusy);
    }
    expect(await passwords.hash("again")).to.be.a("string");
  });
});
