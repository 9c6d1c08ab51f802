import { expect } from "chai";
import fc from "fast-check";
import { randomBytes } from "node:crypto";
import { createSealer } from "../../../local/services/seal";

describe("sealing", () => {
    const sealer = createSealer(randomBytes(32).toString("base64"));

    it("opens what it sealed, of any length", () => {
        fc.assert(
            fc.property(fc.uint8Array(), (bytes) => {
                const plain = Buffer.from(bytes);
                expect(sealer.unseal(sealer.seal(plain)).equals(plain)).to.equal(true);
            }),
        );
    });

    it("seals one value differently each time", () => {
        const plain = Buffer.from("value");
        expect(sealer.seal(plain).equals(sealer.seal(plain))).to.equal(false);
    });

    it("refuses whatever was changed, wherever", () => {
        fc.assert(
            fc.property(
                fc.uint8Array({ minLength: 1 }),
                fc.nat(),
                fc.integer({ min: 1, max: 255 }),
                (bytes, at, flip) => {
                    const sealed = sealer.seal(Buffer.from(bytes));
                    const i = at % sealed.length;
                    sealed[i] = sealed[i]! ^ flip;
                    expect(() => sealer.unseal(sealed)).to.throw();
                },
            ),
        );
    });

    it("refuses what was cut off, down to nothing", () => {
        const sealed = sealer.seal(Buffer.from("a value"));
        for (let length = 0; length < sealed.length; length++)
            expect(() => sealer.unseal(sealed.subarray(0, length)), `${length} bytes`).to.throw();
    });

    it("refuses another key, and a key of another length", () => {
        const other = createSealer(randomBytes(32).toString("base64"));
        expect(() => other.unseal(sealer.seal(Buffer.from("value")))).to.throw();
        expect(() => createSealer(randomBytes(16).toString("base64")).seal(Buffer.from("value"))).to.throw(
            /key/,
        );
    });
});
