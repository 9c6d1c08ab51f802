import { expect } from "chai";
import type { ResourceValidationPolicy } from "@pulumi/policy";
import { environmentOf } from "../../config/environment";
import { fixture } from "./fixtures";
import { verdict, withValue } from "./verdict";

/** Characters of a change in a test's title: a whole policy document would hide the rest. */
const TITLE_LENGTH = 110;

export interface Case {
    /** The fixture's type, such as `rds/cluster:Cluster`. */
    readonly type: string;
    /** What is changed in the fixture, by path; undefined removes. */
    readonly set?: Readonly<Record<string, unknown>>;
    readonly unknown?: readonly string[];
    /** @default dev */
    readonly stack?: string;
    /** Each violation's message after the resource, or none where the change is allowed. */
    readonly expected: readonly string[];
}

/** Declares one test for each case: the fixture, broken in one place, gets exactly these violations. */
export function breaks(rule: ResourceValidationPolicy, cases: readonly Case[]): void {
    describe(rule.name, () => {
        for (const { type, set = {}, unknown = [], stack = "dev", expected } of cases) {
            const change = [
                ...Object.entries(set).map(
                    ([path, value]) => `${path} = ${value === undefined ? "nothing" : JSON.stringify(value)}`,
                ),
                ...unknown.map((path) => `${path} unknown`),
            ].join(", ");
            const title = change.length > TITLE_LENGTH ? `${change.slice(0, TITLE_LENGTH)}…` : change;
            it(`${expected.length === 0 ? "accepts" : "refuses"} ${type} in ${stack} with ${title}`, async () => {
                const { props, ...resource } = fixture(type, environmentOf(stack));
                const changed = Object.entries(set).reduce(
                    (result, [path, value]) => withValue(result, path, value),
                    props,
                );
                const label = `aws.${type.replace(/\/.*:/, ".")} "fx": `;
                expect(await verdict(rule, { ...resource, props: changed, unknown }, stack)).to.deep.equal(
                    expected.map((message) => label + message),
                );
            });
        }
    });
}

/** The message of a value that prod must know in preview. */
export function unknownIn(path: string): string {
    return (
        `${path} is not known until deployment; allowed in prod: a value known in preview, so that the rule is decided ` +
        "before anything changes. Build it from settings and names instead of another resource's outputs."
    );
}

/** The message of a size that policies/limits.ts does not allow, with the reason that stands there. */
export function sizeMessage(found: string, reason: string): string {
    return `${found}. Choose an allowed size, or change policies/limits.ts, which says: ${reason}`;
}
