import { expect } from "chai";
import { checkInputs } from "../../../local/provider/check";
import { deriveResource } from "../../../local/provider/derive";
import { diffInputs } from "../../../local/provider/diff";
import { resourceTypes, typeOf } from "../../../local/provider/types";
import { containsUnknown, isObject, type Properties, UNKNOWN } from "../../../local/provider/values";
import { fixtures } from "./fixtures";

const PLACE = { account: "123456789012", region: "us-east-1" };
const SEED = new Uint8Array(32).fill(7);

function reasons(token: string, values: Properties): string[] {
    const present = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
    return checkInputs(typeOf(token), "logical", { values: present, secretKeys: [] }, {}, SEED).failures.map(
        ({ reason }) => reason,
    );
}

function derived(
    token: string,
    values: Properties,
    current?: { id: string; outputs: Properties },
    preview = false,
) {
    const { values: inputs } = checkInputs(typeOf(token), "logical", { values, secretKeys: [] }, {}, SEED);
    const urn = `urn:pulumi:s::p::${token}::logical`;
    return deriveResource(typeOf(token), { urn, place: PLACE, inputs, current, preview });
}

/** The value with each leaf, at any depth, replaced by the unknown, one at a time. */
function withOneUnknown(value: unknown): unknown[] {
    if (Array.isArray(value)) {
        const items: readonly unknown[] = value;
        return [
            UNKNOWN,
            ...items.flatMap((item, i) => withOneUnknown(item).map((other) => items.with(i, other))),
        ];
    }
    if (!isObject(value)) return [UNKNOWN];
    const inner = Object.entries(value).flatMap(([key, item]) =>
        withOneUnknown(item).map((other) => ({ ...value, [key]: other })),
    );
    return [UNKNOWN, ...inner];
}

describe("resource types", () => {
    it("have one fixture each, and no type twice", () => {
        const tokens = resourceTypes.map(({ token }) => token).sort();
        expect(tokens).to.deep.equal(Object.keys(fixtures).sort());
    });

    it("refuse a type that is not in the table by name", () => {
        expect(() => typeOf("aws:foo/bar:Bar")).to.throw(
            `aws:foo/bar:Bar is not one of the ${resourceTypes.length} types this local stack knows; ` +
                "see local/provider/types",
        );
    });

    for (const [token, { inputs, replaceOn, refusals }] of Object.entries(fixtures)) {
        describe(token, () => {
            it("accepts its fixture", () => {
                expect(reasons(token, inputs)).to.deep.equal([]);
            });

            it("refuses an argument that it does not know", () => {
                expect(reasons(token, { ...inputs, colour: "red" })).to.deep.equal([
                    `colour: not an argument of ${token} that this local stack knows`,
                ]);
            });

            for (const [change, reason] of refusals) {
                it(`refuses ${JSON.stringify(change)}`, () => {
                    const found = reasons(token, { ...inputs, ...change });
                    expect(found.join("\n")).to.contain(reason);
                });
            }

            it("judges no value that is unknown, at any depth", () => {
                for (const [name, value] of Object.entries(inputs)) {
                    for (const unknown of withOneUnknown(value)) {
                        expect(reasons(token, { ...inputs, [name]: unknown }), name).to.deep.equal([]);
                    }
                }
            });

            it("replaces on the right arguments and updates on the others", () => {
                const type = typeOf(token);
                const regional = "region" in type.inputs.shape ? ["region"] : [];
                expect([...type.replaceOn].sort()).to.deep.equal([...replaceOn, ...regional].sort());
                for (const name of Object.keys(type.inputs.shape)) {
                    const { replaces } = diffInputs(type, inputs, { ...inputs, [name]: "another value" });
                    expect(replaces, name).to.deep.equal(type.replaceOn.has(name) ? [name] : []);
                }
            });

            it("derives the same again on an update, and nothing random in a preview", () => {
                const created = derived(token, inputs);
                expect(derived(token, inputs, created)).to.deep.equal(created);
                expect(containsUnknown(created)).to.be.false;
                const planned = derived(token, inputs, undefined, true);
                expect(planned.id).to.equal(UNKNOWN);
                expect(derived(token, inputs, undefined, true)).to.deep.equal(planned);
                expect(Object.keys(planned.outputs).sort()).to.deep.equal(
                    Object.keys(created.outputs).sort(),
                );
            });
        });
    }
});
