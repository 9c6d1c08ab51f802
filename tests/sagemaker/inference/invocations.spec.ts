import { expect } from "chai";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../../support/eventually";
import { COLUMNS, contentsOf, EXPIRES, writeArtefact } from "./artefact";
import { ServerProgram, type RunningServer } from "./host";

const CSV = { "Content-Type": "text/csv" };
const CSV_WITH_HEADER = { "Content-Type": "text/csv; header=present" };
const MAX_ROWS = 2_000;
const { rows, forecasts, intervals, impliedReturns } = contentsOf()["examples.json"];

interface Answers {
    readonly predictions: readonly {
        readonly forecast: number;
        readonly impliedReturn: number | null;
        readonly impliedReturnInterval: readonly [number, number] | null;
        readonly isExpired: boolean | null;
    }[];
}

describe("invocations", function () {
    this.timeout(20_000);
    let program: ServerProgram;
    let server: RunningServer;
    let dir: string;
    let modelVersion: string;

    before(async () => {
        dir = realpathSync(mkdtempSync(join(tmpdir(), "bqx-test-")));
        ({ modelVersion } = writeArtefact(dir));
        program = await ServerProgram.build();
        server = await program.start({ MAX_BODY_BYTES: "65536", MAX_ROWS: String(MAX_ROWS) });
        await server.load("m", dir);
    });
    after(async () => {
        await server.stop();
        program.remove();
        rmSync(dir, { recursive: true });
    });

    const forecastsOf = async (body: unknown, headers?: Record<string, string>) => {
        const { status, text, content } = await server.invoke<Answers>("m", body, headers);
        expect(status, text).to.equal(200);
        return content.predictions.map(({ forecast }) => forecast);
    };
    const problemsOf = async (body: unknown, headers?: Record<string, string>) => {
        const { status, content } = await server.invoke<{ error: string; problems: string[] }>(
            "m",
            body,
            headers,
        );
        expect({ status, error: content.error }).to.deep.equal({
            status: 400,
            error: "The rows cannot be used",
        });
        return content.problems;
    };

    it("say of each row the forecast, its interval, the implied return, its interval, and whose they are", async () => {
        const { content } = await server.invoke<Answers>("m", { rows });
        expect(content.predictions).to.have.length(4);
        const rounded = JSON.parse(
            JSON.stringify(content.predictions, (_, value: unknown) =>
                typeof value === "number" ? Math.round(1e9 * value) / 1e9 : value,
            ),
        ) as object[];
        expect(rounded).to.deep.equal(
            [[-0.0275, -0.0225], [-0.0425, -0.0325], null, [-0.0125, 0.0275]].map(
                (impliedReturnInterval, i) => ({
                    ...{ pair: "eurusd", modelVersion, forecast: forecasts[i], interval: intervals[i] },
                    ...{ impliedReturn: impliedReturns[i], impliedReturnInterval, isExpired: null },
                }),
            ),
        );
    });

    it("take columns by name in any order, as JSON and as CSV", async () => {
        const [rv, known, trend] = COLUMNS;
        const columns = [trend, rv, known];
        expect(await forecastsOf({ columns, rows: [[2, 0.5, 1]] })).to.deep.equal([3.5]);
        expect(await forecastsOf(`${columns.join()}\n2,0.5,1\n,1.5,-1\n`, CSV_WITH_HEADER)).to.deep.equal([
            3.5, 2.75,
        ]);
    });

    it("take CSV in the model's order, with empty fields for what is missing", async () =>
        expect(await forecastsOf("0.5,1,2\r\n1.5,-1,\n2.5,,5e-1\n,+4,.25", CSV)).to.deep.equal(forecasts));

    it("take JSON where no content type is said", async () =>
        expect(await forecastsOf({ rows }, {})).to.deep.equal(forecasts));

    it("answer as CSV where that is what is accepted", async () => {
        const accept = async (value: string, body: unknown = { rows: rows.slice(2) }) =>
            server.invoke("m", body, { "Content-Type": "application/json", Accept: value });
        const { headers, text } = await accept("text/csv");
        expect(headers.get("content-type")).to.equal("text/csv");
        const [first, second, end] = text.split("\n").map((line) => line.split(","));
        expect(first).to.deep.equal(["eurusd", modelVersion, "5.5", "4.5", "6.5", "", "", "", ""]);
        expect(second!.slice(0, 5)).to.deep.equal(["eurusd", modelVersion, "3.25", "1.25", "5.25"]);
        expect(second!.slice(5, 8).map((field) => Number(field).toFixed(6))).to.deep.equal([
            "0.007500",
            "-0.012500",
            "0.027500",
        ]);
        expect(end).to.deep.equal([""]);
        for (const [value, type] of [
            ["application/xml, text/csv;q=0.5", "text/csv"],
            ["*/*", "application/json"],
            ["text/*", "text/csv"],
        ] as const)
            expect((await accept(value)).headers.get("content-type"), value).to.equal(type);
        expect((await accept("application/xml")).status).to.equal(406);
    });

    it("tell rows of after the model's expiry, by their own time", async () => {
        const featureTimes = ["2017-11-13T19:43Z", EXPIRES, "2017-11-13T19:45Z"];
        const body = { rows: rows.slice(0, 3), featureTimes };
        const isExpired = async (sent: unknown, headers?: Record<string, string>) =>
            (await server.invoke<Answers>("m", sent, headers)).content.predictions.map(
                (each) => each.isExpired,
            );
        expect(await isExpired(body)).to.deep.equal([false, false, true]);
        const [rv, ...others] = COLUMNS;
        const csv = [[rv, "featureTime", ...others], ...featureTimes.map((time) => [1, time, 1, 1])].join(
            "\n",
        );
        expect(await isExpired(csv, CSV_WITH_HEADER)).to.deep.equal([false, false, true]);
    });

    it("list every problem of a request, with where it is", async () => {
        expect(
            await problemsOf(
                '{"rows": [[1, 2], [1, "2", 1e999], [true, 1e39, null], [null, null, null], 7]}',
            ),
        ).to.deep.equal([
            "rows[0]: got 2 values, allowed: 3",
            'rows[1][1] (bqx_45): got "2", allowed: a finite number of float32\'s range, or nothing where it is missing',
            "rows[1][2] (w15_idx_a2_lag60): got Infinity, allowed: a finite number of float32's range, or nothing where it is missing",
            "rows[2][0] (rv_idx_60): got true, allowed: a finite number of float32's range, or nothing where it is missing",
            "rows[2][1] (bqx_45): got 1e+39, allowed: a finite number of float32's range, or nothing where it is missing",
            "rows[3]: got no value, allowed: one or more",
            "rows[4]: got 7, allowed: an array",
        ]);
        expect(await problemsOf({ columns: ["bqx_45", "bqx_45", 3], rows: [[1, 2, 3]] })).to.deep.equal([
            'columns: "bqx_45": unknown to the model, or named twice',
            "columns: 3: unknown to the model, or named twice",
            "columns: rv_idx_60: missing",
            "columns: w15_idx_a2_lag60: missing",
        ]);
        expect(
            await problemsOf({
                rows: rows.slice(0, 2),
                featureTimes: ["2017-10-02T08:15", "2017-10-02T08:15Z", "x"],
            }),
        ).to.deep.equal([
            "featureTimes: got 3 values, allowed: 2, one a row",
            'featureTimes[0]: got "2017-10-02T08:15", allowed: an instant such as 2017-10-02T08:15Z',
            'featureTimes[2]: got "x", allowed: an instant such as 2017-10-02T08:15Z',
        ]);
        expect(await problemsOf({ instances: [], rows: [] })).to.deep.equal([
            '"instances": unknown, allowed: rows, columns, featureTimes',
            "rows: got [], allowed: an array of one or more",
        ]);
        const many = await problemsOf({ rows: Array(100).fill([]) });
        expect([many.length, many.at(-1)]).to.deep.equal([21, "and 80 more"]);
    });

    for (const { title, body, headers, expected } of [
        { title: "an empty body", body: "", expected: /JSON/ },
        { title: "half a document", body: '{"rows": [[1', expected: /JSON/ },
        {
            title: "an array",
            body: "[[1,2,3]]",
            expected: /^got \[\[1,2,3\]\], allowed: an object with rows$/,
        },
        { title: "no rows", body: "{}", expected: /^rows: got nothing/ },
        { title: "an empty table", body: "", headers: CSV, expected: /^rows: got none/ },
        {
            title: "a header without rows",
            body: `${COLUMNS.join()}\n`,
            headers: CSV_WITH_HEADER,
            expected: /^rows: got none/,
        },
        {
            title: "words in a table",
            body: "1,NaN,3",
            headers: CSV,
            expected: /^rows\[0\]\[1\] \(bqx_45\): got "NaN"/,
        },
        { title: "other kinds of numbers", body: "1,0x10,3", headers: CSV, expected: /got "0x10"/ },
        {
            title: "an empty line in a table",
            body: "1,2,3\n\n1,2,3",
            headers: CSV,
            expected: /^rows\[1\]: got 1 values/,
        },
    ] as { title: string; body: string; headers?: Record<string, string>; expected: RegExp }[])
        it(`refuse ${title}`, async () => expect((await problemsOf(body, headers))[0]).to.match(expected));

    it("refuse kinds of bodies that cannot be read", async () => {
        const statusOf = async (headers: Record<string, string>) =>
            (await server.invoke("m", { rows }, headers)).status;
        expect(await statusOf({ "Content-Type": "application/x-npy" })).to.equal(415);
        expect(await statusOf({ "Content-Type": "application/json", "Content-Encoding": "gzip" })).to.equal(
            415,
        );
        expect(await statusOf({ "Content-Type": "Application/JSON; charset=utf-8" })).to.equal(200);
    });

    it("refuse bodies and batches that are too large, and go on", async () => {
        const large = await server.invoke("m", " ".repeat(65_537));
        expect({ status: large.status, content: large.content }).to.deep.equal({
            status: 413,
            content: { error: "The body is too large: allowed are 65536 bytes", problems: [] },
        });
        // Of unknown length: found out on the way.
        const stream = new Blob(["x".repeat(200_000)]).stream();
        const init = {
            body: stream,
            duplex: "half" as const,
            headers: { "Content-Type": "application/json" },
        };
        expect((await server.request("POST", "/models/m/invoke", init)).status).to.equal(413);
        const many = { rows: Array<number[]>(MAX_ROWS + 1).fill([1, 1, 1]) };
        const tooMany = await server.invoke("m", many);
        expect(tooMany.status).to.equal(413);
        expect(tooMany.text).to.contain(`Too many rows: got ${MAX_ROWS + 1}, allowed: ${MAX_ROWS}`);
        expect(await forecastsOf({ rows: many.rows.slice(1) })).to.deep.equal(Array(MAX_ROWS).fill(3.5));
    });

    it("leave nothing of what was sent in the log", async () => {
        await server.invoke("m", { rows: [[1234.5, "secret", 2]] });
        await server.invoke("m", '{"rows": [[1234.5, secret');
        await server.invoke("m", { rows: [[1234.5, 1, 2]] });
        // The answer may be here before its line is.
        await eventually(() =>
            expect(server.lines.at(-1)).to.include({
                ...{ message: "request", method: "POST", path: "/models/m/invoke", status: 200 },
                ...{ model: "m", pair: "eurusd", modelVersion, rows: 1 },
            }),
        );
        expect(server.lines.at(-2)).to.include({
            status: 400,
            error: "The rows cannot be used",
            problems: 1,
        });
        expect(JSON.stringify(server.lines)).not.to.match(/1234|2469|secret/);
    });
});
