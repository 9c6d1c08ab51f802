import { expect } from "chai";
import fc from "fast-check";
import { planSubnets, resolveSpecs, type SubnetPlan } from "../../../local/provider/subnets";

const ZONES = ["us-east-1a", "us-east-1b", "us-east-1c"];

/** First and last address of a range, as numbers. */
function bounds(cidr: string): [number, number] {
    const [address = "", prefix] = cidr.split("/");
    const start = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
    return [start, start + 2 ** (32 - Number(prefix)) - 1];
}

const plans: fc.Arbitrary<SubnetPlan> = fc.record({
    vpcCidr: fc
        .record({ prefix: fc.integer({ min: 16, max: 22 }), block: fc.nat(255) })
        .map(({ prefix, block }) => `10.${block}.${prefix === 16 ? 0 : 128}.0/${prefix}`),
    zones: fc
        .integer({ min: 1, max: 4 })
        .map((count) => Array.from({ length: count }, (_, i) => `zone-${i}`)),
    specs: fc.option(
        fc
            .array(
                fc.constantFrom(
                    "Public" as const,
                    "Private" as const,
                    "Isolated" as const,
                    "Unused" as const,
                ),
                {
                    minLength: 1,
                    maxLength: 4,
                },
            )
            .map((types) => types.map((type, index) => ({ type, name: `layer${index}` }))),
        { nil: undefined },
    ),
});

describe("subnet layout", () => {
    it("gives disjoint, aligned ranges inside the VPC, one for each layer and zone", () => {
        fc.assert(
            fc.property(plans, (plan) => {
                const subnets = planSubnets(plan);
                const layers = (plan.specs ?? [{ type: "Private" }, { type: "Public" }]).filter(
                    ({ type }) => type !== "Unused",
                );
                expect(subnets).to.have.length(layers.length * plan.zones.length);
                const [vpcStart, vpcEnd] = bounds(plan.vpcCidr);
                const ranges = subnets.map(({ cidrBlock }) => bounds(cidrBlock)).sort(([a], [b]) => a - b);
                ranges.forEach(([start, end], index) => {
                    expect(start % (end - start + 1)).to.equal(0);
                    expect(start).to.be.at.least(index === 0 ? vpcStart : ranges[index - 1]![1] + 1);
                    expect(end).to.be.at.most(vpcEnd);
                });
            }),
        );
    });

    it("is awsx's by default: a private and a half as large public subnet in each zone", () => {
        const subnets = planSubnets({ vpcCidr: "10.0.0.0/16", zones: ZONES });
        expect(subnets.map(({ suffix, cidrBlock }) => `${suffix} ${cidrBlock}`)).to.deep.equal([
            "private-1 10.0.0.0/19",
            "public-1 10.0.32.0/20",
            "private-2 10.0.64.0/19",
            "public-2 10.0.96.0/20",
            "private-3 10.0.128.0/19",
            "public-3 10.0.160.0/20",
        ]);
    });

    it("aligns a large subnet behind a small one", () => {
        const specs = [
            { type: "Isolated" as const, cidrMask: 24 },
            { type: "Private" as const, cidrMask: 20 },
            { type: "Public" as const, size: 256 },
        ];
        const plan = { vpcCidr: "10.0.0.0/16", zones: ZONES.slice(0, 2), specs };
        const subnets = planSubnets(plan).filter(({ zone }) => zone === ZONES[1]);
        expect(subnets.map(({ cidrBlock }) => cidrBlock)).to.deep.equal([
            "10.0.128.0/24",
            "10.0.144.0/20",
            "10.0.160.0/24",
        ]);
        expect(resolveSpecs(plan).map(({ cidrMask }) => cidrMask)).to.deep.equal([24, 20, 24]);
    });

    it("takes ranges as given", () => {
        const specs = [{ type: "Private" as const, cidrBlocks: ["10.0.1.0/24", "10.0.2.0/24"] }];
        const subnets = planSubnets({ vpcCidr: "10.0.0.0/16", zones: ZONES.slice(0, 2), specs });
        expect(subnets.map(({ cidrBlock }) => cidrBlock)).to.deep.equal(["10.0.1.0/24", "10.0.2.0/24"]);
    });

    const refused: [string, Partial<SubnetPlan>, string][] = [
        ["a malformed range", { vpcCidr: "10.0.0.1/16" }, 'got "10.0.0.1/16"; allowed: an IPv4 range'],
        ["a VPC that is too small", { vpcCidr: "10.0.0.0/26" }, "each zone gets a /28; allowed"],
        ["no layers", { specs: [] }, "subnetSpecs is empty"],
        [
            "layers that do not fit",
            { specs: [{ type: "Public", cidrMask: 17 }] },
            "do not fit into a zone of /18",
        ],
        ["zones that do not fit", { zoneMask: 16 }, "is not inside the VPC's 10.0.0.0/16"],
        [
            "one name twice",
            { specs: [{ type: "Public" }, { type: "Public" }] },
            'subnetSpecs name "public" twice',
        ],
        ["an odd size", { specs: [{ type: "Public", size: 100 }] }, "size: got 100; allowed: a power of two"],
        [
            "too few given ranges",
            { specs: [{ type: "Public", cidrBlocks: ["10.0.0.0/24"] }] },
            "cidrBlocks of Public: got 1; allowed: 3, one for each zone",
        ],
        [
            "given ranges that overlap",
            { specs: [{ type: "Public", cidrBlocks: ["10.0.0.0/24", "10.0.0.0/25", "10.0.1.0/24"] }] },
            "overlap",
        ],
    ];
    for (const [what, change, message] of refused) {
        it(`refuses ${what}`, () => {
            expect(() => planSubnets({ vpcCidr: "10.0.0.0/16", zones: ZONES, ...change })).to.throw(message);
        });
    }
});
