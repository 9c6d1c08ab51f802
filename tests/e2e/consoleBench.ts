import { join } from "node:path";

import { expect } from "chai";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";

import { createConsole, type Console } from "../../local/console/server";
import type { StackStatus } from "../../local/console/status";
import { stackStatus } from "../local/console/fixture";
import { openBrowser } from "../support/browser";

export const PHONE = { viewport: { width: 360, height: 740 } };
export const DESK = { viewport: { width: 1360, height: 900 } };

/** Names one of the checks in tests/support/pageChecks.js, with its arguments. */
type Check = "violations" | "overflowing()" | "unnamed()" | "badStructure()" | `lowContrast(${number})`;

/** A real console server whose status a test sets, and a real browser that looks at it. */
export class ConsoleBench {
    /** Errors and warnings that the pages of this test logged. */
    complaints: string[] = [];
    /** How the console learns its status. */
    status: () => Promise<StackStatus> = () => Promise.resolve(stackStatus());
    private browser: Browser | undefined;
    private server: Console | undefined;
    private port = 0;

    /** To be called in a `describe`: sets up the browser once, and the server for each test. */
    static install(): ConsoleBench {
        const bench = new ConsoleBench();
        before(async () => {
            bench.browser = await openBrowser();
        });
        after(() => bench.browser?.close());
        beforeEach(async () => {
            bench.complaints = [];
            bench.port = 0;
            bench.show(stackStatus());
            await bench.startServer();
        });
        afterEach(async () => {
            for (const context of bench.browser?.contexts() ?? []) await context.close();
            await bench.stopServer();
        });
        return bench;
    }

    show(status: StackStatus): void {
        this.status = () => Promise.resolve(status);
    }

    /** Starts a server; the second one of a test takes the first one's port. */
    async startServer(): Promise<void> {
        const timing = { pollMilliseconds: 50, heartbeatMilliseconds: 200 };
        this.server = createConsole({ status: () => this.status(), onError: () => undefined, timing });
        this.port = await this.server.listen(this.port);
    }

    async stopServer(): Promise<void> {
        await this.server?.close();
    }

    /** A new page that shows the status. Its clock can be put forward. */
    async open(options: BrowserContextOptions = DESK): Promise<Page> {
        const page = await this.browser!.newPage(options);
        page.on("console", (message) => {
            if (message.type() === "error" || message.type() === "warning")
                this.complaints.push(message.text());
        });
        page.on("pageerror", (error) => this.complaints.push(String(error)));
        await page.clock.install();
        await page.addInitScript({ path: join(__dirname, "../support/pageChecks.js") });
        await page.goto(`http://127.0.0.1:${this.port}/`);
        await page.getByText("Live", { exact: true }).waitFor();
        return page;
    }

    async expectNoComplaints(page: Page): Promise<void> {
        expect(this.complaints).to.deep.equal([]);
        expect(await check(page, "violations")).to.deep.equal([]);
    }
}

/** What is wrong with the page, according to one check. */
export const check = (page: Page, name: Check): Promise<string[]> => page.evaluate(`pageChecks.${name}`);

/** The text of what has the focus. */
export const focused = (page: Page): Promise<string> => page.evaluate("document.activeElement.textContent");

/** The card of a stage on the map. */
export const cardOf = (page: Page, stage: string): Locator => page.locator(`[data-stage=${stage}]`);
