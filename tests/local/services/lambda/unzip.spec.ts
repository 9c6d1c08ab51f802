import { expect } from "chai";
import fc from "fast-check";
import { zip } from "../../../../local/provider/zip";
import { unzip } from "../../../../local/services/lambda/unzip";

const files = fc.dictionary(fc.stringMatching(/^[a-zé0-9_]{1,8}(\/[a-z]{1,4}\.js)?$/), fc.uint8Array());

describe("deployment packages", () => {
    it("give back the files that were packed", () => {
        fc.assert(
            fc.property(files, (content) => {
                const found = unzip(zip(new Map(Object.entries(content))));
                const entries = found.map(({ name, content: bytes }) => [name, new Uint8Array(bytes)]);
                expect(Object.fromEntries(entries)).to.deep.equal({ ...content });
                expect(found.every(({ mode }) => mode === 0o644)).to.be.true;
            }),
        );
    });

    it("are refused when they are cut short or changed anywhere", () => {
        const archive = zip(new Map([["index.js", Buffer.from("exports.handler = async () => 1;")]]));
        for (let length = 0; length < archive.length; length++)
            expect(() => unzip(archive.subarray(0, length)), String(length)).to.throw("Could not unzip");
        const content = archive.indexOf("index.js") + "index.js".length;
        const changed = Buffer.from(archive);
        changed.writeUInt8(changed.readUInt8(content + 4) ^ 1, content + 4);
        expect(() => unzip(changed)).to.throw("Could not unzip");
    });

    it("are refused when a file lies outside of its folder, or they are too large unpacked", () => {
        for (const name of ["../x.js", "/x.js", "a/../../x.js"])
            expect(() => unzip(zip(new Map([[name, Buffer.from("1")]]))), name).to.throw("Could not unzip");
        const large = zip(new Map([["zeros", Buffer.alloc(1)]]));
        large.writeUInt32LE(262_144_001, large.indexOf("PK\u0001\u0002") + 24);
        expect(() => unzip(large)).to.throw("Unzipped size must be smaller than 262144000 bytes");
    });
});
