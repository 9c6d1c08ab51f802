import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Gives each test of a `describe` a new folder, removed after it. @returns the folder of the running test */
export function temporaryDir(): () => string {
    let dir = "";
    beforeEach(() => {
        dir = realpathSync(mkdtempSync(join(tmpdir(), "bqx-test-")));
    });
    afterEach(() => rmSync(dir, { recursive: true, force: true }));
    return () => dir;
}

/** Sets variables of the environment for each test of a `describe`, and restores them; `undefined` removes one. */
export function environment(values: () => Readonly<Record<string, string | undefined>>): void {
    let before: NodeJS.ProcessEnv = {};
    beforeEach(() => {
        before = { ...process.env };
        for (const [name, value] of Object.entries(values())) {
            if (value === undefined) Reflect.deleteProperty(process.env, name);
            else process.env[name] = value;
        }
    });
    afterEach(() => {
        process.env = before;
    });
}
