import { Command, CommanderError } from "commander";
import { SettingsError } from "../config/load";
import { UserError } from "../local/errors";
import { deployCommand } from "./commands/deploy";
import { downCommand } from "./commands/down";
import { featuresCommand } from "./commands/features";
import { ingestCommand } from "./commands/ingest";
import { previewCommand } from "./commands/preview";
import { statusCommand } from "./commands/status";
import { testCommand } from "./commands/test";
import { upCommand } from "./commands/up";

/** Builds the command line. Each command is in a file of its own. */
export function createProgram(): Command {
    const program = new Command("bqx")
        .description("Deploys and runs a forex machine-learning system, on AWS or on this machine.")
        .showHelpAfterError('Run "./bqx --help" to see the commands.')
        .showSuggestionAfterError()
        .exitOverride();
    const commands = [upCommand, statusCommand, downCommand, ingestCommand, featuresCommand];
    for (const add of [...commands, testCommand, previewCommand, deployCommand]) add(program);
    return program;
}

/** Runs one command. @returns the exit code: 0, or 1 with one clear message on standard error */
export async function main(argv: readonly string[]): Promise<number> {
    try {
        await createProgram().parseAsync(argv);
        return Number(process.exitCode ?? 0);
    } catch (error) {
        if (error instanceof CommanderError) return error.exitCode;
        const known = error instanceof UserError || error instanceof SettingsError;
        console.error(known ? `bqx: ${error.message}` : error);
        return 1;
    }
}

if (require.main === module) void main(process.argv).then((code) => process.exit(code));
