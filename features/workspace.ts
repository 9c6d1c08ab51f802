/**
 * Buffers of one length that are used again from one slice and family to the next: allocating them would cost more than
 * filling them. A buffer's content is undefined when it is taken.
 */
export class Workspace {
    private readonly buffers: Float64Array[] = [];
    private taken = 0;

    constructor(readonly rows: number) {}

    take(): Float64Array {
        const buffer = this.buffers[this.taken] ?? new Float64Array(this.rows);
        this.buffers[this.taken] = buffer;
        this.taken++;
        return buffer;
    }

    /** Where `release` can go back to. */
    mark(): number {
        return this.taken;
    }

    /** Gives back every buffer taken since `mark`. */
    release(mark: number): void {
        this.taken = mark;
    }
}
