/** Writes one line of JSON, as CloudWatch Logs Insights reads it. */
export function log(message: string, details: Readonly<Record<string, unknown>> = {}): void {
    process.stdout.write(`${JSON.stringify({ message, ...details })}\n`);
}
