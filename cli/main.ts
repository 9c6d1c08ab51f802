import { Command, CommanderError } from "commander";
import { createRequire } from "node:module";
import { SettingsError } from "../config/load";
import { UserError } from "../local/errors";

type AddCommand = (program: Command) => void;

const load = createRequire(__filename);

/**
 * The commands, each in a file of its own, in the order in which help lists them. A file is read when its command is
 * asked for: what all of them import takes longer to load than most take to run.
 */
const COMMANDS: Readonly<Record<string, () => AddCommand>> = {
    up: () => (load("./commands/up") as typeof import("./commands/up")).upCommand,
    status: () => (load("./commands/status") as typeof import("./commands/status")).statusCommand,
    down: () => (load("./commands/down") as typeof import("./commands/down")).downCommand,
    ingest: () => (load("./commands/ingest") as typeof import("./commands/ingest")).ingestCommand,
    features: () => (load("./commands/features") as typeof import("./commands/features")).featuresCommand,
    train: () => (load("./commands/train") as typeof import("./commands/train")).trainCommand,
    models: () => (load("./commands/models") as typeof import("./commands/models")).modelsCommand,
    bench: () => (load("./commands/bench") as typeof import("./commands/bench")).benchCommand,
    test: () => (load("./commands/test") as typeof import("./commands/test")).testCommand,
    preview: () => (load("./commands/preview") as typeof import("./commands/preview")).previewCommand,
    deploy: () => (load("./commands/deploy") as typeof import("./commands/deploy")).deployCommand,
};

/** Builds the command line. @param asked the command that will run; without one of them all are there, for help */
export function createProgram(asked?: string): Command {
    const program = new Command("bqx")
        .description("Deploys and runs a forex machine-learning system, on AWS or on this machine.")
        .showHelpAfterError('Run "./bqx --help" to see the commands.')
        .showSuggestionAfterError()
        .exitOverride();
    const command = Object.entries(COMMANDS).find(([name]) => name === asked);
    for (const [, read] of command === undefined ? Object.entries(COMMANDS) : [command]) read()(program);
    return program;
}

/** Runs one command. @returns the exit code: 0, or 1 with one clear message on standard error */
export async function main(argv: readonly string[]): Promise<number> {
    try {
        await createProgram(argv[2]).parseAsync(argv);
        return Number(process.exitCode ?? 0);
    } catch (error) {
        if (error instanceof CommanderError) return error.exitCode;
        const known = error instanceof UserError || error instanceof SettingsError;
        console.error(known ? `bqx: ${error.message}` : error);
        return 1;
    }
}

if (require.main === module) void main(process.argv).then((code) => process.exit(code));
