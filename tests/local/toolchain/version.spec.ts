import { expect } from "chai";
import fc from "fast-check";
import { gte } from "../../../local/toolchain/version";

describe("versions", () => {
    for (const [a, b, expected] of [
        ["3.256.0", "3.256.0", true],
        ["3.256", "3.256.0", true],
        ["3.256.0", "3.256", true],
        ["3.256.1", "3.256.0", true],
        ["3.99.0", "3.256.0", false],
        ["4.0.0", "3.256.0", true],
        ["1.25.11", "1.25.9", true],
        ["0", "1.25.11", false],
        ["", "0", true],
        ["3.256.0-alpha.1", "3.256.0", true],
    ] as const) {
        it(`"${a}" is ${expected ? "" : "not "}"${b}" or newer`, () => expect(gte(a, b)).to.equal(expected));
    }

    it("are ordered by their parts as numbers", () => {
        const part = fc.integer({ min: 0, max: 300 });
        fc.assert(
            fc.property(fc.tuple(part, part, part), fc.tuple(part, part, part), (a, b) => {
                const number = ([x, y, z]: readonly number[]): number => x! * 1e6 + y! * 1e3 + z!;
                expect(gte(a.join("."), b.join("."))).to.equal(number(a) >= number(b));
            }),
        );
    });
});
