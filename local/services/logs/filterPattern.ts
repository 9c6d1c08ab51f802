import { AwsError } from "../service";

/** Whether a message is one that is looked for. */
export type Filter = (message: string) => boolean;

const TERM = /([-?]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))(?=\s|$)/y;

/**
 * Reads a filter pattern of terms: `error`, `"two words"`, `-excluded`, `?any ?of`. Upper and lower case differ. As AWS documents it,
 * terms with ? count only where there are no others.
 * @throws AwsError `InvalidParameterException` for what is no such pattern, and for JSON, space-delimited and regular
 * expression patterns, which are not evaluated here
 */
export function parseFilterPattern(pattern: string): Filter {
    const text = pattern.trim();
    if (/^[{[]|^%.*%$/s.test(text))
        throw invalid(
            pattern,
            "the local stack filters by terms, not by JSON, [fields] or %regular expressions%",
        );
    const all: string[] = [];
    const none: string[] = [];
    const any: string[] = [];
    TERM.lastIndex = 0;
    for (let rest = 0; rest < text.length; rest = skipSpace(text, TERM.lastIndex)) {
        TERM.lastIndex = rest;
        const [, sign = "", phrase, word] = TERM.exec(text) ?? [];
        const term = phrase?.replace(/\\(.)/g, "$1") ?? word;
        if (term === undefined)
            throw invalid(pattern, `a quotation mark is not closed in ${text.slice(rest)}`);
        if (phrase === undefined && !/^\w+$/.test(term))
            throw invalid(
                pattern,
                `${term} has to be in double quotation marks: it is not letters, digits and _ only`,
            );
        (sign === "-" ? none : sign === "?" ? any : all).push(term);
    }
    const isOptional = all.length + none.length === 0 && any.length > 0;
    return (message) =>
        isOptional
            ? any.some((term) => message.includes(term))
            : all.every((term) => message.includes(term)) && !none.some((term) => message.includes(term));
}

function skipSpace(text: string, from: number): number {
    let position = from;
    while (text[position] === " " || text[position] === "\t") position++;
    return position;
}

function invalid(pattern: string, problem: string): AwsError {
    return new AwsError("InvalidParameterException", `Invalid filter pattern ${pattern}: ${problem}`);
}
