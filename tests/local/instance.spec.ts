import { expect } from "chai";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { findInstance, isFree, listInstances, openInstance, requireSpace } from "../../local/instance";
import { refusalOf } from "../support/refusal";
import { environment, temporaryDir } from "../support/temporary";

const REGION = "us-east-1";

describe("the instance of a local stack", () => {
    const state = temporaryDir();
    environment(() => ({ BQX_STATE: state(), BQX_PORT_BASE: undefined }));

    const fileOf = (stack: string): string => join(state(), stack, "instance.json");

    it("is not there before it is opened", () => {
        expect(findInstance("dev")).to.equal(undefined);
        expect(listInstances()).to.deep.equal([]);
    });

    it("keeps its ports, its account and its keys", async () => {
        const first = await openInstance("dev", REGION);
        expect(first.account).to.match(/^[1-9]\d{11}$/);
        expect(await openInstance("dev", REGION)).to.deep.equal(first);
        expect(findInstance("dev")).to.deep.equal(first);
        expect(listInstances()).to.deep.equal(["dev"]);
    });

    it("takes a new region and keeps the rest", async () => {
        const first = await openInstance("dev", REGION);
        expect(await openInstance("dev", "eu-west-1")).to.deep.equal({ ...first, region: "eu-west-1" });
        expect(findInstance("dev")?.region).to.equal("eu-west-1");
    });

    it("has an account, ports and keys of its own", async () => {
        const dev = await openInstance("dev", REGION);
        const prod = await openInstance("prod", REGION);
        for (const key of [
            "account",
            "accessKeyId",
            "secretAccessKey",
            "controlToken",
            "sealKey",
            "passphrase",
        ] as const)
            expect(dev[key]).not.to.equal(prod[key]);
        expect(new Set([...Object.values(dev.ports), ...Object.values(prod.ports)])).to.have.property(
            "size",
            8,
        );
    });

    it("is readable by its owner alone", async () => {
        await openInstance("dev", REGION);
        expect(statSync(fileOf("dev")).mode & 0o777).to.equal(0o600);
    });

    it("is made once where two commands open it at once, and two stacks never share ports", async () => {
        const opened = await Promise.all(
            ["dev", "dev", "prod", "local"].map((stack) => openInstance(stack, REGION)),
        );
        expect(opened[0]).to.deep.equal(opened[1]);
        expect(new Set(opened.map(({ ports }) => ports.console)).size).to.equal(3);
    });

    it("passes over a block of ports of which one is taken", async () => {
        const server = createServer();
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const { port } = server.address() as AddressInfo;
        try {
            process.env["BQX_PORT_BASE"] = String(Math.min(port - 2, 60_000));
            expect(await isFree(port)).to.equal(false);
            const { ports } = await openInstance("dev", REGION);
            expect(Object.values(ports)).not.to.include(port);
        } finally {
            await new Promise((resolve) => server.close(resolve));
        }
        expect(await isFree(port)).to.equal(true);
    });

    for (const base of ["80", "60001", "4280.5", "high", ""]) {
        it(`refuses BQX_PORT_BASE="${base}"`, async () => {
            process.env["BQX_PORT_BASE"] = base;
            expect((await refusalOf(openInstance("dev", REGION))).message).to.equal(
                `BQX_PORT_BASE is "${base}"; allowed: 1024 to 60000.`,
            );
            expect(findInstance("dev")).to.equal(undefined);
        });
    }

    it("is refused where the disk has too little space", () => {
        expect(() => requireSpace(state(), 1e18)).to.throw(
            new RegExp(
                `^There is too little space on the disk of ${state()}: \\d+ MB free, 1000000000000 MB needed.$`,
            ),
        );
        expect(() => requireSpace(state(), 1)).not.to.throw();
    });

    for (const [title, damage, problem] of [
        ["is cut off", (text: string) => text.slice(0, 80), "it is not JSON."],
        [
            "lacks a key",
            (text: string) => text.replace('"sealKey"', '"sealkey"'),
            "Invalid input: expected string, received undefined\n  → at sealKey",
        ],
        ["has an account that is none", (text: string) => text.replace(/"\d{12}"/, '"12"'), "→ at account"],
    ] as const) {
        it(`says which file is damaged and what to do where it ${title}`, async () => {
            await openInstance("dev", REGION);
            writeFileSync(fileOf("dev"), damage(readFileSync(fileOf("dev"), "utf8")));
            const refusal = await refusalOf(openInstance("dev", REGION));
            expect(refusal.name).to.equal("UserError");
            expect(refusal.message)
                .to.include(`${fileOf("dev")} is damaged: `)
                .and.include(problem);
            expect(refusal.message).to.include(`remove the folder ${join(state(), "dev")} to start afresh`);
        });
    }

    it("does not take a folder without an instance for a stack", () => {
        mkdirSync(join(state(), "half"));
        expect(listInstances()).to.deep.equal([]);
    });
});
