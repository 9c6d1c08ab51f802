import type { z } from "zod";

/** Problems that an answer lists. One wrong column of a large batch would else fill megabytes. */
const LISTED_MAX = 20;

/** A SHA-256 with its quotes is shown whole. */
const SHOWN_CHARACTERS = 66;

/** A request that is answered with an error. */
export class Refusal extends Error {
    /**
     * @param status of the answer
     * @param message what was refused
     * @param problems each with where it is, what was found and what is allowed
     */
    constructor(
        readonly status: number,
        message: string,
        readonly problems: readonly string[] = [],
        readonly headers: Readonly<Record<string, string>> = {},
    ) {
        super(message);
    }
}

/** Collects what is wrong with one thing, so that all of it is told at once. */
export class Problems {
    readonly #listed: string[] = [];
    #count = 0;

    get count(): number {
        return this.#count;
    }

    add(problem: string): void {
        this.#count++;
        if (this.#listed.length < LISTED_MAX) this.#listed.push(problem);
    }

    /** Those found; of very many the first ones, and how many more there are. */
    list(): string[] {
        const more = this.#count - this.#listed.length;
        return more === 0 ? [...this.#listed] : [...this.#listed, `and ${more} more`];
    }
}

/** A value for people: cut where it is long. */
export function describe(value: unknown): string {
    if (typeof value === "number") return String(value); // As JSON an infinite one would be null.
    const text = JSON.stringify(value) as string | undefined;
    if (text === undefined) return "nothing";
    return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}...`;
}

/** What a schema has found: where, what and what is allowed. For results of a parse that reports inputs. */
export const describeIssue = ({ path, input, message }: z.core.$ZodIssue): string =>
    `${path.join(".")}: got ${describe(input)}, allowed: ${message}`;
