import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import type { Command } from "commander";
import { physicalName } from "../../config/names";
import { PROJECT } from "../../config/tags";
import { requireInstance } from "../../local/stack";
import { ModelRegistry, type ModelPackage } from "../../sagemaker/registry";
import { clientOptions, explain } from "../clients";
import { printJson } from "../output";
import { figure, percent, table } from "../table";

interface ModelsOptions {
    readonly stack: string;
    readonly json?: true;
}

/** `bqx models`: the newest package of each pair in a running stack's registry. */
export function modelsCommand(program: Command): void {
    program
        .command("models")
        .description("list the newest registered model of each pair in a running local stack")
        .option("--stack <name>", "the local stack", "local")
        .option("--json", "print one JSON document")
        .action(models);
}

async function models({ stack, json }: ModelsOptions): Promise<void> {
    const client = new SageMakerClient(clientOptions(requireInstance(stack)));
    const group = physicalName("modelPackageGroup", `${PROJECT}-models`, { stack });
    try {
        const latest = await new ModelRegistry(client, group).latest();
        const found = [...latest.values()].sort((a, b) => a.metadata.pair.localeCompare(b.metadata.pair));
        if (json) printJson({ models: found.map(documentOf) });
        else process.stdout.write(describe(found));
    } catch (error) {
        explain(error, stack, "model package group");
    } finally {
        client.destroy();
    }
}

/** The shape that scripts read. A measure that is not known is null. */
function documentOf({ arn, version, status, createdAt, metadata }: ModelPackage): object {
    const { pair, target, model, modelVersion, features, isFast, trainedAt, gitCommit } = metadata;
    const { r2, ceiling, mae, directionalAccuracy = null, sharpe = null } = metadata;
    return {
        ...{ pair, version, status, arn, createdAt, target, model, modelVersion, features, isFast },
        ...{ trainedAt, gitCommit, metrics: { r2, ceiling, mae, directionalAccuracy, sharpe } },
    };
}

const TITLES = ["pair", "version", "status", "model", "R2", "ceiling", "direction", "Sharpe", "trained"];

function describe(found: readonly ModelPackage[]): string {
    if (found.length === 0) return 'No model is registered yet: "./bqx train" makes some.\n';
    const rows = found.map(({ version, status, metadata }) => [
        ...[metadata.pair, String(version), status, metadata.model, figure(metadata.r2)],
        ...[figure(metadata.ceiling), percent(metadata.directionalAccuracy), figure(metadata.sharpe)],
        metadata.trainedAt.slice(0, 16).replace("T", " "),
    ]);
    return `${table(TITLES, rows).join("\n")}\n`;
}
