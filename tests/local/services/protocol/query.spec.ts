import { XMLParser } from "fast-xml-parser";
import { expect } from "chai";
import fc from "fast-check";
import { parseQuery, renderQuery } from "../../../../local/services/protocol/query";

const parse = (text: string) => parseQuery(new URLSearchParams(text));

describe("AWS Query", () => {
    it("reads nested fields, lists in the order of their numbers, and maps", () => {
        const fields = [
            "A=1",
            "L.member.10.X=j",
            "L.member.2.X=b",
            "M.entry.1.Name=k",
            "M.entry.1.Value.V=v",
            "E=",
        ];
        expect(parse(fields.join("&"))).to.deep.equal({
            A: "1",
            L: [{ X: "b" }, { X: "j" }],
            M: { k: { V: "v" } },
            E: "",
        });
    });

    for (const [title, fields] of [
        ["a field that is text and a structure", "A=1&A.B=2"],
        ["a structure that is text later", "A.B=2&A=1"],
        ["a field twice", "A=1&A=2"],
        ["a map entry without a key", "M.entry.1.Value=v"],
        ["nesting without end", `${"A.".repeat(20)}A=1`],
    ] as const) {
        it(`refuses ${title}`, () => {
            expect(() => parse(fields)).to.throw("cannot be read");
        });
    }

    it("does not let a field reach the prototype of objects", () => {
        parse("__proto__.polluted=yes");
        expect(({} as Record<string, unknown>).polluted).to.equal(undefined);
    });

    it("renders any text so that an XML reader gets it back", () => {
        const parser = new XMLParser({ parseTagValue: false, trimValues: false, htmlEntities: true });
        // XML has no place for other control characters, half surrogates and two non-characters.
        const text = fc.string({ unit: fc.constantFrom(...Array.from("az &<>\"'\t\n]€😀")) });
        fc.assert(
            fc.property(text, (value) => {
                const xml = renderQuery("Get", { Value: value }, "urn:x", "id-1");
                const parsed = parser.parse(xml) as { GetResponse: { GetResult: { Value: string } } };
                expect(parsed.GetResponse.GetResult.Value).to.equal(value);
            }),
        );
    });

    it("renders moments, lists and maps, and leaves out what is not there", () => {
        const result = {
            At: new Date(0),
            List: [{ A: 1 }, { A: 2 }],
            Map: new Map([["k", true]]),
            Gone: undefined,
        };
        expect(renderQuery("Get", result, "urn:x", "id-1")).to.equal(
            '<GetResponse xmlns="urn:x"><GetResult><At>1970-01-01T00:00:00.000Z</At>' +
                "<List><member><A>1</A></member><member><A>2</A></member></List>" +
                "<Map><entry><key>k</key><value>true</value></entry></Map></GetResult>" +
                "<ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></GetResponse>",
        );
    });
});
