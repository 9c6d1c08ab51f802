import { expect } from "chai";
import fc from "fast-check";
import { physicalName, type NamedKind } from "../../config/names";
import { ACCOUNT } from "../support/mocks";

/**
 * What AWS says of each kind of name, written down a second time from its API reference and in another way than in
 * config/names.ts: a slip there shows here.
 */
const AWS_ACCEPTS: Record<NamedKind, (name: string) => boolean> = {
    bucket: (name) =>
        within(name, 3, 63) &&
        only(name, /[a-z0-9.-]/) &&
        !name.includes("..") &&
        /[a-z0-9]/.test(name.charAt(0)) &&
        /[a-z0-9]/.test(name.charAt(name.length - 1)) &&
        !["xn--", "sthree-", "amzn-s3-demo-"].some((prefix) => name.startsWith(prefix)) &&
        !["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"].some((suffix) => name.endsWith(suffix)),
    repository: (name) =>
        within(name, 2, 256) && name.split(/[/._-]/).every((part) => part !== "" && only(part, /[a-z0-9]/)),
    modelPackageGroup: (name) =>
        within(name, 1, 63) && only(name, /[a-zA-Z0-9-]/) && !name.startsWith("-") && !name.endsWith("-"),
    topic: (name) => within(name, 1, 256) && only(name, /[a-zA-Z0-9_-]/),
    database: (name) => within(name, 1, 63) && hyphenated(name),
    cache: (name) => within(name, 1, 40) && hyphenated(name),
    secret: (name) => within(name, 1, 512) && only(name, /[a-zA-Z0-9/_+=.@-]/),
    budget: (name) => within(name, 1, 100) && !name.includes(":") && !name.includes("\\"),
    alarm: (name) => within(name, 1, 255) && only(name, /[^\p{Cc}]/u),
    logGroup: (name) => within(name, 1, 512) && only(name, /[a-zA-Z0-9_/.#-]/),
    function: (name) => within(name, 1, 64) && only(name, /[a-zA-Z0-9_-]/),
    schedule: (name) => within(name, 1, 64) && only(name, /[a-zA-Z0-9_.-]/),
    role: (name) => within(name, 1, 64) && only(name, /[a-zA-Z0-9_+=,.@-]/),
    stateMachine: (name) => within(name, 1, 80) && only(name, /[a-zA-Z0-9_-]/),
    slackConfiguration: (name) => within(name, 1, 128) && only(name, /[a-zA-Z0-9_-]/),
};

const KINDS = Object.keys(AWS_ACCEPTS) as NamedKind[];

function within(name: string, min: number, max: number): boolean {
    return name.length >= min && name.length <= max;
}

function only(name: string, character: RegExp): boolean {
    return Array.from(name).every((each) => character.test(each));
}

/** Lower case words with single hyphens between them, from a letter on: RDS and ElastiCache both want it. */
function hyphenated(name: string): boolean {
    return (
        /[a-z]/.test(name.charAt(0)) && name.split("-").every((part) => part !== "" && only(part, /[a-z0-9]/))
    );
}

/** Names of stacks, as Pulumi takes them, with the mischief that AWS objects to made likely. */
const stacks = fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9_.-]{1,100}$/),
    fc.constantFrom(
        "dev",
        "prod",
        "local-2",
        "x--s3alias",
        "a-s3alias",
        "a--x-s3",
        "Dev",
        "a..b",
        "a-",
        "a--b",
    ),
    fc.string(),
);

function tryName(kind: NamedKind, stack: string): string | undefined {
    try {
        return physicalName(kind, "bqx-ml-predictions", { stack, account: ACCOUNT });
    } catch {
        return undefined;
    }
}

describe("physicalName", () => {
    for (const kind of KINDS) {
        it(`never gives a ${kind} a name that AWS refuses`, () => {
            fc.assert(
                fc.property(stacks, (stack) => {
                    const name = tryName(kind, stack);
                    return name === undefined || AWS_ACCEPTS[kind](name);
                }),
                { numRuns: 300 },
            );
        });

        it(`accepts any short plain stack name for a ${kind}`, () => {
            fc.assert(
                fc.property(
                    fc.stringMatching(/^[a-z][a-z0-9]{0,15}$/),
                    (stack) => tryName(kind, stack)?.endsWith(`-${stack}`) === true,
                ),
            );
        });
    }

    it("appends the stack", () =>
        expect(physicalName("topic", "bqx-ml-critical", { stack: "prod" })).to.equal("bqx-ml-critical-prod"));

    it("appends the account to buckets alone", () => {
        const scope = { stack: "dev", account: ACCOUNT };
        expect(physicalName("bucket", "bqx-ml-models", scope)).to.equal(`bqx-ml-models-${ACCOUNT}-dev`);
        expect(physicalName("repository", "bqx-ml-training", scope)).to.equal("bqx-ml-training-dev");
    });

    it("refuses a bucket without an account", () =>
        expect(() => physicalName("bucket", "bqx-ml-models", { stack: "dev" })).to.throw(
            'The bucket "bqx-ml-models" needs the account id in its name',
        ));

    for (const [kind, max] of [
        ["bucket", 63],
        ["repository", 256],
        ["cache", 40],
        ["database", 63],
        ["modelPackageGroup", 63],
        ["budget", 100],
    ] as const) {
        it(`takes a ${kind} of ${max} characters and no longer one`, () => {
            const fixed = physicalName(kind, "b", { stack: "x", account: ACCOUNT }).length - 1;
            const name = (length: number) =>
                physicalName(kind, "b", { stack: "x".repeat(length - fixed), account: ACCOUNT });
            expect(name(max)).to.have.length(max);
            expect(() => name(max + 1)).to.throw(`(${max + 1} characters) is not one that AWS accepts`);
        });
    }

    it("says what it got, what is allowed and what to do", () =>
        expect(() => physicalName("cache", "bqx-ml", { stack: "Dev" })).to.throw(
            'The cache name "bqx-ml-Dev" (10 characters) is not one that AWS accepts: ' +
                "1 to 40 characters matching ^[a-z](?:-?[a-z0-9])*$. Choose another stack name.",
        ));
});
