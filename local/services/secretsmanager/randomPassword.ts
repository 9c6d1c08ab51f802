import { randomInt } from "node:crypto";
import { AwsError } from "../service";

/** What GetRandomPassword may be asked for; the defaults are AWS's. */
export interface PasswordRules {
    /** 1 to 4,096 characters. @default 32 */
    readonly length?: number;
    readonly excludeCharacters?: string;
    readonly excludeNumbers?: boolean;
    readonly excludePunctuation?: boolean;
    readonly excludeUppercase?: boolean;
    readonly excludeLowercase?: boolean;
    /** @default false */
    readonly includeSpace?: boolean;
    /** Whether each kind of character occurs at least once. @default true */
    readonly requireEachIncludedType?: boolean;
}

const LOWERCASE = "abcdefghijklmnopqrstuvwxyz";
const NUMBERS = "0123456789";
const PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

/**
 * Makes a password from the operating system's randomness.
 *
 * @throws AwsError `InvalidParameterException` where the rules leave no character, or too little room for each kind.
 */
export function randomPassword(rules: PasswordRules): string {
    const length = rules.length ?? 32;
    const kinds = [
        rules.excludeLowercase ? "" : LOWERCASE,
        rules.excludeUppercase ? "" : LOWERCASE.toUpperCase(),
        rules.excludeNumbers ? "" : NUMBERS,
        rules.excludePunctuation ? "" : PUNCTUATION,
        rules.includeSpace ? " " : "",
    ]
        .map((kind) => Array.from(kind).filter((char) => !rules.excludeCharacters?.includes(char)))
        .filter((kind) => kind.length > 0);
    const required = (rules.requireEachIncludedType ?? true) ? kinds : [];
    if (kinds.length === 0 || required.length > length) {
        const problem = kinds.length === 0 ? "exclude every character" : `need ${required.length} characters`;
        throw new AwsError(
            "InvalidParameterException",
            `The rules ${problem}; the password is to have ${length}.`,
        );
    }
    const alphabet = kinds.flat();
    const characters = required.map(pick);
    while (characters.length < length) characters.push(pick(alphabet));
    return shuffled(characters).join("");
}

function pick(characters: readonly string[]): string {
    return characters[randomInt(characters.length)] ?? "";
}

function shuffled(characters: readonly string[]): string[] {
    // Without this the first characters of every password would be of a known kind.
    const mixed: string[] = [];
    for (const character of characters) mixed.splice(randomInt(mixed.length + 1), 0, character);
    return mixed;
}
