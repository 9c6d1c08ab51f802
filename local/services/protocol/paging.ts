import { AwsError } from "../service";

/** One page of a list, and the token of the next where there is one. */
export interface Page<Item> {
    readonly items: readonly Item[];
    readonly nextToken: string | undefined;
}

/**
 * Cuts one page out of a list. The token is the position in the list, so a list that shrinks between two calls can
 * skip entries, as it can on AWS.
 *
 * @throws AwsError with `invalidTokenCode` for a token that no page has given.
 */
export function pageOf<Item>(
    items: readonly Item[],
    pageSize: number,
    token: string | undefined,
    invalidTokenCode: string,
): Page<Item> {
    const position = token === undefined ? "0" : Buffer.from(token, "base64url").toString("utf8");
    if (!/^\d{1,9}$/.test(position)) throw new AwsError(invalidTokenCode, "The token is not valid.");
    const start = Number(position);
    const end = start + pageSize;
    return {
        items: items.slice(start, end),
        nextToken: end < items.length ? Buffer.from(String(end)).toString("base64url") : undefined,
    };
}
