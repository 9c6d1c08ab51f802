import { join } from "node:path";
import { z } from "zod";
import { readJson, writeFileAtomic } from "./files";

const count = z.int().nonnegative();
const deploymentSchema = z.object({
    state: z.enum(["never", "running", "succeeded", "failed"]),
    at: z.string().optional(),
    seconds: z.number().optional(),
    changes: z
        .object({ create: count, update: count, replace: count, delete: count, same: count })
        .optional(),
    message: z.string().optional(),
});

/** What the engine last did to a stack. */
export type Deployment = z.infer<typeof deploymentSchema>;

const fileOf = (stackDir: string): string => join(stackDir, "deployment.json");

/** The stack's last deployment; `never` where there was none. */
export function readDeployment(stackDir: string): Deployment {
    const content = readJson(fileOf(stackDir));
    return content === undefined ? { state: "never" } : deploymentSchema.parse(content);
}

export function writeDeployment(stackDir: string, deployment: Deployment): void {
    writeFileAtomic(fileOf(stackDir), JSON.stringify(deployment));
}
