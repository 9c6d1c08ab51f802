import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import { expect } from "chai";

import { findBrowser } from "../../../local/toolchain/browser";

describe("findBrowser", () => {
    let folder: string;

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "bqx-browser-"));
    });

    afterEach(() => rmSync(folder, { recursive: true }));

    it("finds a browser in any folder of the PATH", () => {
        const browser = join(folder, "google-chrome");
        writeFileSync(browser, "");
        chmodSync(browser, 0o755);
        expect(findBrowser(["/nowhere", "", folder].join(delimiter))).to.equal(browser);
    });

    it("finds none where there is none", () => {
        expect(findBrowser(folder)).to.equal(undefined);
    });
});
