/** Whether the dotted version `a` is `b` or newer. Missing parts count as 0; what is not a number counts as 0. */
export function gte(a: string, b: string): boolean {
    const parts = (version: string): number[] =>
        version.split(".").map((part) => Number(/^\d+/.exec(part) ?? 0));
    const [left, right] = [parts(a), parts(b)];
    for (let i = 0; i < Math.max(left.length, right.length); i++) {
        const difference = (left[i] ?? 0) - (right[i] ?? 0);
        if (difference !== 0) return difference > 0;
    }
    return true;
}
