/** Lays cells out in columns, the first to the left and the others to the right. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
    const lines = [titles, ...rows];
    const widths = titles.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
    return lines.map((line) =>
        line
            .map((cell, column) => {
                const width = widths[column] ?? 0;
                return column === 0 ? cell.padEnd(width) : cell.padStart(width);
            })
            .join("  "),
    );
}

/** A measure with three decimals; `-` for one that is not known. */
export function figure(value: number | null | undefined): string {
    return value === null || value === undefined ? "-" : value.toFixed(3);
}

/** A share of one, in percent; `-` for one that is not known. */
export function percent(value: number | null | undefined): string {
    return value === null || value === undefined ? "-" : `${(100 * value).toFixed(1)} %`;
}
