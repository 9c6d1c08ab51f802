import {
    specialArchiveSig,
    specialAssetSig,
    specialSecretSig,
    specialSigKey,
} from "@pulumi/pulumi/runtime/rpc";
import { expect } from "chai";
import fc from "fast-check";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { containsUnknown, marshal, sameValue, unmarshal, UNKNOWN } from "../../../local/provider/values";

const secret = (value: string) => ({ [specialSigKey]: specialSecretSig, value });

describe("values on the wire", () => {
    it("keep every JSON value exactly", () => {
        // Null means absent here, and google-protobuf's own Struct loses a property of the name `__proto__`.
        const properties = fc
            .dictionary(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 3 }))
            .filter((json) => !/null|__proto__/.test(JSON.stringify(json)));
        fc.assert(
            fc.property(properties, (json) => {
                // JSON knows no -0, and so neither does the comparison.
                const plain = JSON.parse(JSON.stringify(json)) as Record<string, unknown>;
                const bytes = marshal(plain, []).serializeBinary();
                const { values } = unmarshal(Struct.deserializeBinary(bytes));
                expect(JSON.parse(JSON.stringify(values))).to.deep.equal(plain);
            }),
        );
    });

    it("keep large and small numbers exactly", () => {
        const values = { large: Number.MAX_SAFE_INTEGER, small: 0.1 + 0.2, tiny: Number.MIN_VALUE };
        expect(unmarshal(marshal(values, [])).values).to.deep.equal(values);
    });

    it("unwrap secrets at any depth and remember the argument that holds them", () => {
        const wire = Struct.fromJavaScript({ a: secret("x"), b: { deep: [secret("y")] }, c: "z" });
        expect(unmarshal(wire)).to.deep.equal({
            values: { a: "x", b: { deep: ["y"] }, c: "z" },
            secretKeys: ["a", "b"],
        });
    });

    it("wrap secrets whole", () => {
        const wire = marshal({ a: "x", b: "y" }, ["a", "absent"]).toJavaScript();
        expect(wire).to.deep.equal({ a: secret("x"), b: "y" });
    });

    it("drop what is absent", () => {
        expect(unmarshal(Struct.fromJavaScript({ a: null, b: { c: null } })).values).to.deep.equal({ b: {} });
        expect(marshal({ a: undefined, b: { c: undefined } }, []).toJavaScript()).to.deep.equal({ b: {} });
    });

    it("make a text that contains an unknown unknown", () => {
        const wire = marshal(
            { arn: `arn:aws:s3:::${UNKNOWN}`, list: ["a", `${UNKNOWN}-b`] },
            [],
        ).toJavaScript();
        expect(wire).to.deep.equal({ arn: UNKNOWN, list: ["a", UNKNOWN] });
        expect(containsUnknown({ a: [{ b: UNKNOWN }] })).to.be.true;
        expect(containsUnknown({ a: [{ b: "known" }] })).to.be.false;
    });

    it("pass assets and archives through", () => {
        const code = {
            [specialSigKey]: specialArchiveSig,
            assets: { "index.js": { [specialSigKey]: specialAssetSig, text: "x", hash: "1" } },
        };
        expect(unmarshal(marshal({ code }, [])).values).to.deep.equal({ code });
    });

    it("compare JSON documents by content", () => {
        expect(sameValue('{"a":1,"b":[2]}', '{ "b": [2], "a": 1 }')).to.be.true;
        expect(sameValue('{"a":1}', '{"a":2}')).to.be.false;
        expect(sameValue("{a", "{a}")).to.be.false;
        expect(sameValue("1", "1.0")).to.be.false;
    });
});
