import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

/** Asks the program's own function about frames of one link, and prints what each gets. */
const program = `
import json, struct, sys
sys.path.insert(0, ${JSON.stringify(import.meta.dirname)})
sys.dont_write_bytecode = True
from ipaddress import IPv6Address as A, IPv6Network as N
import neighbours as n
mac, router = bytes.fromhex("020000000001"), bytes.fromhex("0a0000000009")
link = n.Link(mac, router, [N("2400:6500:0:4:1::/80")], False, N("2400:6500:0:4::/64"), [N("2400:6500:0:4:2::/80")])
own = A("2400:6500:0:4:1::7")
def ask(target, source=own, sender=mac, hop=255, kind=135, on=link, code=0):
    message = struct.pack("!BBHI", kind, code, 0, 0) + (A(target).packed if kind == 135 else b"")
    header = struct.pack("!IHBB", 6 << 28, len(message), 58, hop)
    frame = b"\\x33\\x33\\xff\\0\\0\\1" + sender + b"\\x86\\xdd" + header + A(source).packed + A("ff02::1").packed + message
    got = n.answer_to(frame, on)
    if got is None:
        return None
    body = got[54:]
    pseudo = got[22:54] + struct.pack("!II", len(body), 58)
    return {"kind": body[0], "flags": body[4] if body[0] == 136 else body[5], "from": str(A(got[22:38])), "to": str(A(got[38:54])),
        "frame": [got[:6].hex(), got[6:12].hex()], "sum": n.checksum(pseudo + body), "hops": got[21]}
other = "2400:6500:0:4:2::9"
print(json.dumps({
    "neighbour": ask(other), "fixed router": ask("fe80:ec2::1"), "first address": ask("2400:6500:0:4::1"),
    "router by EUI-64": ask(str(n.link_local(router))), "from the own link-local": ask(other, n.link_local(mac)),
    "before it has an address": ask(other, "::"), "router solicitation": ask("::", n.link_local(mac), kind=133),
    "own address": ask("2400:6500:0:4:1::8"), "own address, before it has it": ask("2400:6500:0:4:1::8", "::"),
    "address of nobody": ask("2400:6500:0:4:3::8"), "another subnet": ask("2400:6500:0:5:2::9"),
    "from an address of nobody": ask(other, "2400:6500:0:4:3::7"), "from a random link-local": ask(other, "fe80::1"),
    "with another MAC": ask(other, sender=bytes.fromhex("020000000002")), "from beyond": ask(other, hop=254),
    "with a code": ask(other, code=1), "from a random link-local, for a router": ask("::", "fe80::1", kind=133),
    "without the check": ask(other, "2400:6500:0:4:3::7", on=link._replace(free=True)),
}))
`;

it('answers for routers and for what is assigned, to who asks from an address of its own', () => {
  const output = execFileSync('python3', ['-'], { input: program, encoding: 'utf8' });
  const answers = JSON.parse(output);
  const advertisement = (from: string, flags: number, to = '2400:6500:0:4:1::7') => ({
    kind: 136,
    flags,
    from,
    to,
    frame: [to === 'ff02::1' ? '333300000001' : '020000000001', '0a0000000009'],
    sum: 0,
    hops: 255,
  });
  const [router, solicited, override] = [0x80, 0x40, 0x20] as const;
  const other = '2400:6500:0:4:2::9';
  const ownLinkLocal = 'fe80::ff:fe00:1';
  expect(answers).toEqual({
    neighbour: advertisement(other, solicited | override),
    'fixed router': advertisement('fe80:ec2::1', router | solicited | override),
    'first address': advertisement('2400:6500:0:4::1', router | solicited | override),
    'router by EUI-64': advertisement('fe80::800:ff:fe00:9', router | solicited | override),
    'from the own link-local': advertisement(other, solicited | override, ownLinkLocal),
    'before it has an address': advertisement(other, override, 'ff02::1'),
    'router solicitation': {
      ...advertisement('fe80::800:ff:fe00:9', router, ownLinkLocal),
      kind: 134,
    },
    'own address': null,
    'own address, before it has it': null,
    'address of nobody': null,
    'another subnet': null,
    'from an address of nobody': null,
    'from a random link-local': null,
    'from a random link-local, for a router': null,
    'with another MAC': null,
    'from beyond': null,
    'with a code': null,
    'without the check': advertisement(other, solicited | override, '2400:6500:0:4:3::7'),
  });
});
