import { chromium, type Browser } from "playwright-core";
import { ensureBrowser } from "../../local/toolchain/browser";

/** Starts the installed browser without a window. The caller closes it. */
export async function openBrowser(): Promise<Browser> {
    // Chromium refuses to run as root inside its own sandbox.
    const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    return chromium.launch({ executablePath: await ensureBrowser(() => undefined), args });
}
