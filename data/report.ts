/** Lines named for each kind of problem; the others are counted. */
const LINES_SHOWN = 5;
/** Problems in one message; the others are counted. */
const PROBLEMS_SHOWN = 40;
/** Characters shown of what was found. */
const GOT_SHOWN = 80;

/** One kind of problem in one file, with every place where it occurs. */
export interface Problem {
    /** File or folder, without its path. */
    readonly file: string;
    /** What is wrong. */
    readonly what: string;
    /** What the first place holds. */
    readonly got: string;
    /** What would be right. */
    readonly allowed: string;
    /** First lines that have it, from 1; empty where it is the file's as a whole. */
    readonly lines: readonly number[];
    /** How many places have it. */
    readonly count: number;
}

/** A problem of a file or folder as a whole. */
export function wholeProblem(file: string, what: string, got: string, allowed: string): Problem {
    return { file, what, got, allowed, lines: [], count: 1 };
}

/** Data that cannot be used. The message lists every problem: file, lines, what is wrong, what is there, what is allowed. */
export class DataError extends Error {
    override readonly name = "DataError";

    constructor(readonly problems: readonly Problem[]) {
        const shown = problems.slice(0, PROBLEMS_SHOWN).map((problem) => `  - ${describe(problem)}`);
        const rest = problems.length - shown.length;
        if (rest > 0) shown.push(`  - and ${rest} more`);
        super(
            `The data has ${problems.length === 1 ? "1 problem" : `${problems.length} problems`}:\n${shown.join("\n")}`,
        );
    }
}

/** Gathers the problems of one file. However many lines are wrong, it stays small: one entry for each kind. */
export class FileProblems {
    readonly #kinds = new Map<string, Problem & { lines: number[]; count: number }>();

    constructor(readonly file: string) {}

    /** Notes a problem; `line` counts from 1 and is left out where the file as a whole is meant. */
    add(what: string, got: string, allowed: string, line?: number): void {
        let kind = this.#kinds.get(what);
        if (kind === undefined) {
            const shown = got.length > GOT_SHOWN ? `${got.slice(0, GOT_SHOWN)}...` : got;
            kind = { file: this.file, what, got: shown, allowed, lines: [], count: 0 };
            this.#kinds.set(what, kind);
        }
        kind.count++;
        if (line !== undefined && kind.lines.length < LINES_SHOWN) kind.lines.push(line);
    }

    get found(): readonly Problem[] {
        return [...this.#kinds.values()];
    }

    /** @throws DataError with all of them, where there are any */
    throwIfAny(): void {
        if (this.#kinds.size > 0) throw new DataError(this.found);
    }
}

function describe({ file, what, got, allowed, lines, count }: Problem): string {
    const more = count > lines.length ? ` and ${count - lines.length} more` : "";
    const where = lines.length === 0 ? "" : `, ${count === 1 ? "line" : "lines"} ${lines.join(", ")}${more}`;
    return `${file}${where}: ${what}; got ${got}, allowed: ${allowed}`;
}
