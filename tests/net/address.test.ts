import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { BlockList } from "node:net";
import fc from "fast-check";
import { isIn, parseNetwork, whyClosed } from "../../src/net/address.ts";

describe("whyClosed", () => {
  const closed: readonly (readonly [address: string, why: RegExp])[] = [
    ["127.0.0.1", /loopback/],
    ["127.255.255.254", /loopback/],
    ["::1", /loopback/],
    ["0.0.0.0", /this machine/],
    ["::", /this machine/],
    ["10.0.0.1", /private/],
    ["172.16.0.1", /private/],
    ["172.31.255.255", /private/],
    ["192.168.1.1", /private/],
    ["fc00::1", /private/],
    ["fdff:1234::1", /private/],
    ["100.64.0.1", /shared/],
    ["100.100.100.200", /shared/],
    ["169.254.0.1", /link-local/],
    ["fe80::1", /link-local/],
    ["fe80::1%eth0", /link-local/],
    ["169.254.169.254", /metadata/],
    ["fd00:ec2::254", /metadata/],
    ["168.63.129.16", /metadata/],
    ["224.0.0.1", /multicast/],
    ["ff02::1", /multicast/],
    ["255.255.255.255", /reserved/],
    ["198.51.100.7", /reserved/],
    ["2001:db8::1", /reserved/],
    ["100::1", /reserved/],
    ["::ffff:127.0.0.1", /loopback/],
    ["::ffff:a00:1", /private/],
    ["::127.0.0.1", /loopback/],
    ["64:ff9b::169.254.169.254", /metadata/],
    ["2002:7f00:1::", /loopback/],
    ["2002:c0a8:101::1", /private/],
    ["hooks.example", /no address/],
  ];
  for (const [address, why] of closed) {
    test(`closes ${address}`, () => assert.match(whyClosed(address) ?? "open", why));
  }

  for (
    const address of ["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8"]
  ) {
    test(`opens ${address}`, () => assert.equal(whyClosed(address), undefined));
  }
});

describe("networks", () => {
  test("hold what the runtime's own list of blocks holds", () => {
    const v4 = fc.ipV4();
    const v6 = fc.ipV6();
    for (const [family, addresses, most] of [["ipv4", v4, 32], ["ipv6", v6, 128]] as const) {
      fc.assert(
        fc.property(addresses, addresses, fc.nat(most), (base, other, bits) => {
          const list = new BlockList();
          list.addSubnet(base, bits, family);
          const network = parseNetwork(`${base}/${bits}`);
          assert.ok(network);
          for (const address of [base, other]) {
            assert.equal(
              isIn(address, network),
              list.check(address, family),
              `${address} in ${base}/${bits}`,
            );
          }
        }),
        { numRuns: 300, seed: 5 },
      );
    }
  });

  test("are read from one address too, and from nothing else", () => {
    assert.ok(isIn("10.0.0.1", parseNetwork("10.0.0.1") ?? assert.fail()));
    for (const text of ["10.0.0.1/33", "10.0.0.1/x", "10.0.0.1/8/8", "10.0.0", "host", ""]) {
      assert.equal(parseNetwork(text), undefined, text);
    }
  });
});
