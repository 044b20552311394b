import { expect } from "chai";
import { clientAddress, InvalidClientAddress } from "./client-address.ts";

interface Case {
  header: string;
  hops?: number;
  address: string;
}

const accepted: Record<string, Case> = {
  "an IPv4 address": { header: "203.0.113.7", address: "203.0.113.7" },
  "blanks around it": { header: " \t203.0.113.7 ", address: "203.0.113.7" },
  "the port of an IPv4 address": { header: "203.0.113.7:5678", address: "203.0.113.7" },
  "an IPv6 address": { header: "2001:db8::7", address: "2001:db8::7" },
  "upper case": { header: "2001:DB8::ABCD", address: "2001:db8::abcd" },
  "leading zeros": { header: "2001:0db8:0000:0000:0000:0000:0000:0007", address: "2001:db8::7" },
  "zeros that could be shorter": { header: "2001:db8:0:0:1:0:0:1", address: "2001:db8::1:0:0:1" },
  brackets: { header: "[2001:db8::7]", address: "2001:db8::7" },
  "brackets and a port": { header: "[2001:db8::7]:443", address: "2001:db8::7" },
  "an IPv6 address that ends like a port": { header: "2001:db8::443", address: "2001:db8::443" },
  "IPv4 mapped into IPv6": { header: "::ffff:203.0.113.7", address: "203.0.113.7" },
  "the same in upper case": { header: "::FFFF:203.0.113.7", address: "203.0.113.7" },
  "the same in hexadecimal": { header: "::ffff:cb00:7107", address: "203.0.113.7" },
  "the same without abbreviation": { header: "0:0:0:0:0:ffff:cb00:7107", address: "203.0.113.7" },
  "the same in brackets with a port": { header: "[::ffff:203.0.113.7]:80", address: "203.0.113.7" },
  "a zone": { header: "fe80::1%eth0", address: "fe80::1" },
  "a zone in brackets": { header: "[fe80::1%25eth0]:80", address: "fe80::1" },
  "the loopback address": { header: "127.0.0.1", address: "127.0.0.1" },
  "the loopback address of IPv6": { header: "::1", address: "::1" },
  "an address that the client made up": { header: "10.0.0.1, 203.0.113.7", address: "203.0.113.7" },
  "junk that the client made up": { header: "<b>, ,;, 203.0.113.7", address: "203.0.113.7" },
  "several lines, joined by Node": { header: "1.1.1.1, 2.2.2.2, 3.3.3.3", address: "3.3.3.3" },
  "no blank after the comma": { header: "1.1.1.1,2.2.2.2", address: "2.2.2.2" },
  "two trusted proxies": { header: "1.1.1.1, 2.2.2.2", hops: 2, address: "1.1.1.1" },
  "two trusted proxies and a lie": {
    header: "9.9.9.9, 1.1.1.1, 2.2.2.2",
    hops: 2,
    address: "1.1.1.1",
  },
  "two proxies, the last of them odd": { header: "1.1.1.1, unknown", hops: 2, address: "1.1.1.1" },
};

const refused: Record<string, Omit<Case, "address">> = {
  nothing: { header: "" },
  "a blank": { header: " " },
  "only commas": { header: ",," },
  "a comma at the end": { header: "203.0.113.7," },
  "the word that proxies use": { header: "unknown" },
  "an obfuscated name": { header: "_hidden" },
  "a host name": { header: "client.example" },
  markup: { header: "<script>" },
  "too few parts": { header: "203.0.113" },
  "too many parts": { header: "203.0.113.7.8" },
  "a part above 255": { header: "203.0.113.256" },
  "an octal part": { header: "0203.0.113.7" },
  "a whole number": { header: "3405803783" },
  "a hexadecimal number": { header: "0xcb007107" },
  "a colon without a port": { header: "203.0.113.7:" },
  "a port that is a word": { header: "203.0.113.7:http" },
  "a port of six digits": { header: "203.0.113.7:123456" },
  "two ports": { header: "203.0.113.7:80:80" },
  "an open bracket": { header: "[2001:db8::7" },
  "empty brackets": { header: "[]" },
  "text behind the brackets": { header: "[2001:db8::7]x" },
  "two abbreviations": { header: "2001::db8::7" },
  "nine groups": { header: "1:2:3:4:5:6:7:8:9" },
  "a network": { header: "203.0.113.0/24" },
  "the syntax of another header": { header: "for=203.0.113.7" },
  "two addresses without a comma": { header: "203.0.113.7 203.0.113.8" },
  "the unspecified address": { header: "0.0.0.0" },
  "the unspecified address of IPv6": { header: "::" },
  "the unspecified address, mapped": { header: "::ffff:0.0.0.0" },
  "a good address left of junk": { header: "203.0.113.7, junk" },
  "fewer addresses than trusted proxies": { header: "203.0.113.7", hops: 2 },
  "a very long text": { header: "1".repeat(10_000) },
};

describe("clientAddress", () => {
  for (const [name, { header, hops = 1, address }] of Object.entries(accepted)) {
    it(`understands ${name}`, () => {
      expect(clientAddress(header, hops)).to.equal(address);
    });
  }

  for (const [name, { header, hops = 1 }] of Object.entries(refused)) {
    it(`refuses ${name}`, () => {
      expect(() => clientAddress(header, hops)).to.throw(InvalidClientAddress);
    });
  }

  it("is undefined where there is no header", () => {
    expect(clientAddress(undefined, 1)).to.equal(undefined);
  });

  it("gives one key to all ways of writing an address", () => {
    const ways = [
      "2001:db8::7",
      "2001:DB8:0::0007",
      "[2001:db8:0:0::7]:1234",
      "9.9.9.9, 2001:db8::7",
    ];
    expect(new Set(ways.map((way) => clientAddress(way, 1)))).to.have.property("size", 1);
  });

  it("quotes at most a little of what it refuses", () => {
    const refuse = () => clientAddress("x".repeat(10_000), 1);
    expect(refuse).to.throw(InvalidClientAddress).with.property("message").with.length.below(200);
  });
});
