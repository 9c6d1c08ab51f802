import { expect } from "chai";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { CSV_HEADER_WITH_SPREAD, csvRows, readCsv } from "../../data/csv";
import { DataError } from "../../data/report";
import { describeInstant } from "../../features/time/instant";
import { refusalOf } from "../support/refusal";
import { temporaryDir } from "../support/temporary";
import { csvFile, problemsOf } from "./fixture";

const GOOD = [
    "2017-07-03T08:15:00Z,1.14168,1.14187,1.14161,1.14184,3",
    "2017-07-03T08:16:00Z,1.14184,1.14184,1.14183,1.14183,0",
    "2017-07-03T08:19:00Z,1.14183,1.14202,1.14177,1.1418,12.5",
] as const;
const [FIRST, SECOND, THIRD] = GOOD;

describe("this project's CSV", () => {
    const dir = temporaryDir();
    const file = (rows: readonly string[], header?: string) =>
        csvFile(join(dir(), "eurusd.csv.gz"), rows, header);
    const problems = (rows: readonly string[], header?: string) =>
        problemsOf(readCsv(file(rows, header), "eurusd"));

    it("is read as it stands", async () => {
        const bars = await readCsv(file(GOOD), "eurusd");
        expect(bars.pair).to.equal("eurusd");
        expect(bars.source).to.equal("eurusd.csv.gz");
        expect(Array.from(bars.timestamps, describeInstant)).to.deep.equal([
            "2017-07-03T08:15Z",
            "2017-07-03T08:16Z",
            "2017-07-03T08:19Z",
        ]);
        expect([...bars.open]).to.deep.equal([1.14168, 1.14184, 1.14183]);
        expect([...bars.high]).to.deep.equal([1.14187, 1.14184, 1.14202]);
        expect([...bars.low]).to.deep.equal([1.14161, 1.14183, 1.14177]);
        expect([...bars.close]).to.deep.equal([1.14184, 1.14183, 1.1418]);
        expect([...bars.volume]).to.deep.equal([3, 0, 12.5]);
        expect(bars.spread).to.equal(undefined);
    });

    it("may be plain, may end its lines as Windows does, and may lack the last line's end", async () => {
        const path = join(dir(), "eurusd.csv");
        writeFileSync(path, readFileSync(csvFile(path, GOOD), "utf8").trimEnd().replaceAll("\n", "\r\n"));
        expect([...(await readCsv(path, "eurusd")).close]).to.deep.equal([1.14184, 1.14183, 1.1418]);
    });

    it("may tell the spread", async () => {
        const rows = GOOD.map((row) => `${row},0.00012`);
        const { spread } = await readCsv(file(rows, CSV_HEADER_WITH_SPREAD), "eurusd");
        expect([...(spread ?? [])]).to.deep.equal([0.00012, 0.00012, 0.00012]);
    });

    it("gives the bars of a range", async () => {
        const range = { fromMs: Date.parse("2017-07-03T08:16Z"), toMs: Date.parse("2017-07-03T08:19Z") };
        const { timestamps } = await readCsv(file(GOOD), "eurusd", range);
        expect(Array.from(timestamps, describeInstant)).to.deep.equal(["2017-07-03T08:16Z"]);
    });

    it("is written as it is read", async () => {
        const rows = GOOD.map((row) => `${row},0.00012`);
        const bars = await readCsv(file(rows, CSV_HEADER_WITH_SPREAD), "eurusd");
        expect(csvRows(bars, 0, 2, 5)).to.equal(`${rows[0]}\n${rows[1]}\n`);
    });

    describe("is refused with one line for each kind of problem:", () => {
        const bar = (values: string, minute = 17) => `2017-07-03T08:${minute}:00Z,${values}`;
        const time = (text: string) => `${text},1.1,1.2,1.0,1.1,0`;
        const price = (got: string) => [
            `  - eurusd.csv.gz, line 4: price not usable; got "${got}", allowed: a number above 0`,
        ];
        const cases: Record<string, { row: string; report: string[] }> = {
            "a price of 0": { row: bar("1.1,1.2,0,1.1,0"), report: price("0") },
            "a negative price": { row: bar("1.1,1.2,-1.0,1.1,0"), report: price("-1.0") },
            "a price that is not finite": { row: bar("1.1,1e999,1.0,1.1,0"), report: price("1e999") },
            "a price that is no number": { row: bar("1.1,NaN,1.0,1.1,0"), report: price("NaN") },
            "a price that is missing": { row: bar("1.1,,1.0,1.1,0"), report: price("") },
            "a price in another notation": { row: bar("0x1,1.2,1.0,1.1,0"), report: price("0x1") },
            "a negative volume": {
                row: bar("1.1,1.2,1.0,1.1,-1"),
                report: ['  - eurusd.csv.gz, line 4: amount not usable; got "-1", allowed: 0 or more'],
            },
            "high below low": {
                row: bar("1.1,1.0,1.2,1.1,0"),
                report: [
                    "  - eurusd.csv.gz, line 4: high below low; got high 1, low 1.2, allowed: high >= low",
                ],
            },
            "an open outside the bar": {
                row: bar("1.3,1.2,1.0,1.1,0"),
                report: [
                    "  - eurusd.csv.gz, line 4: open or close outside the bar; " +
                        "got open 1.3, high 1.2, low 1, close 1.1, allowed: between low and high",
                ],
            },
            "a close outside the bar": {
                row: bar("1.1,1.2,1.0,0.9,0"),
                report: [
                    "  - eurusd.csv.gz, line 4: open or close outside the bar; " +
                        "got open 1.1, high 1.2, low 1, close 0.9, allowed: between low and high",
                ],
            },
            "a minute that occurs twice": {
                row: bar("1.1,1.2,1.0,1.1,0", 16),
                report: [
                    "  - eurusd.csv.gz, line 4: minute occurs twice; " +
                        "got 2017-07-03T08:16:00Z, allowed: a time after 2017-07-03T08:16Z",
                ],
            },
            "a row out of order": {
                row: bar("1.1,1.2,1.0,1.1,0", 15),
                report: [
                    "  - eurusd.csv.gz, line 4: not in order of time; " +
                        "got 2017-07-03T08:15:00Z, allowed: a time after 2017-07-03T08:16Z",
                ],
            },
            ...Object.fromEntries(
                [
                    "2017-07-03T10:17:00+02:00",
                    "2017-07-03T08:17:00",
                    "2017-07-03T08:17:30Z",
                    "2017-02-30T08:17:00Z",
                    "2017-07-03T24:17:00Z",
                    "20170703 081700",
                ].map((text) => [
                    `the time ${text}`,
                    {
                        row: time(text),
                        report: [
                            `  - eurusd.csv.gz, line 4: time not usable; got "${text}", ` +
                                "allowed: a whole minute in UTC, such as 2017-07-03T08:15:00Z",
                        ],
                    },
                ]),
            ),
            "another delimiter in a row": {
                row: bar("1.1,1.2,1.0,1.1,0").replaceAll(",", ";"),
                report: [
                    "  - eurusd.csv.gz, line 4: not a row; got " +
                        '"2017-07-03T08:17:00Z;1.1;1.2;1.0;1.1;0", allowed: 6 fields with "," between them',
                ],
            },
        };
        for (const [title, { row, report }] of Object.entries(cases)) {
            it(title, async () => expect(await problems([FIRST, SECOND, row, THIRD])).to.deep.equal(report));
        }

        for (const header of ["ts_utc;open;high;low;close;volume", "ts,open,high,low,close,volume", FIRST]) {
            it(`the header ${header}`, async () => {
                expect(await problems(GOOD, header)).to.deep.equal([
                    `  - eurusd.csv.gz, line 1: wrong header; got ${JSON.stringify(header)}, allowed: ` +
                        "ts_utc,open,high,low,close,volume or ts_utc,open,high,low,close,volume,spread",
                ]);
            });
        }

        it("no rows", async () => {
            expect(await problems([])).to.deep.equal([
                "  - eurusd.csv.gz: no rows; got none, allowed: at least one",
            ]);
        });
    });

    it("has all its problems in one report, which stays short however many lines are wrong", async () => {
        const day = Date.parse("2017-07-03T00:00:00Z");
        const rows = Array.from({ length: 3_000 }, (_, i) => {
            const time = new Date(day + i * 60_000).toISOString().replace(".000Z", "Z");
            return i % 2 === 0 ? `${time},1.1,1.2,0,1.1,0` : `${time},1.1,1.0,1.2,1.1,0`;
        });
        expect(await problems(rows)).to.deep.equal([
            "  - eurusd.csv.gz, lines 2, 4, 6, 8, 10 and 1495 more: " +
                'price not usable; got "0", allowed: a number above 0',
            "  - eurusd.csv.gz, lines 3, 5, 7, 9, 11 and 1495 more: " +
                "high below low; got high 1, low 1.2, allowed: high >= low",
        ]);
    });

    it("is refused where it is cut short, or not what its name says", async () => {
        const path = file(GOOD);
        const whole = readFileSync(path);
        writeFileSync(path, whole.subarray(0, whole.length - 12));
        expect((await problemsOf(readCsv(path, "eurusd"))).join()).to.match(
            /cannot be read to its end; got "unexpected end of file" after line \d, allowed: a whole file$/,
        );
        writeFileSync(path, "ts_utc,open,high,low,close,volume\n");
        expect((await problemsOf(readCsv(path, "eurusd"))).join()).to.contain("incorrect header check");
    });

    it("is refused where a line never ends", async () => {
        const path = join(dir(), "eurusd.csv.gz");
        writeFileSync(path, gzipSync(Buffer.alloc(1 << 24)));
        expect(await problemsOf(readCsv(path, "eurusd"))).to.deep.equal([
            "  - eurusd.csv.gz: cannot be read to its end; got more in line 1, allowed: 512 bytes in a line",
        ]);
    });

    it("says what is wrong as data too", async () => {
        const error = await refusalOf(readCsv(file([SECOND, FIRST]), "eurusd"));
        if (!(error instanceof DataError)) throw error;
        expect(error.problems).to.deep.equal([
            {
                file: "eurusd.csv.gz",
                what: "not in order of time",
                got: "2017-07-03T08:15:00Z",
                allowed: "a time after 2017-07-03T08:16Z",
                lines: [3],
                count: 1,
            },
        ]);
    });

    it("loses stray bars of closed hours, and counts them", async () => {
        const bars = await readCsv(file([...GOOD, "2017-07-08T12:00:00Z,1.1,1.2,1.0,1.1,0"]), "eurusd");
        expect([bars.timestamps.length, bars.closedHoursDropped]).to.deep.equal([3, 1]);
    });

    it("is refused where so many are outside that its time zone must be wrong", async () => {
        const open = Date.parse("2017-07-02T20:00:00Z");
        const rows = Array.from({ length: 120 }, (_, i) => {
            const time = new Date(open + i * 60_000).toISOString().replace(".000Z", "Z");
            return `${time},1.1,1.2,1.0,1.1,0`;
        });
        expect(await problems(rows)).to.deep.equal([
            "  - eurusd.csv.gz, lines 32, 33, 34, 35, 36 and 25 more: bars while the market is closed; " +
                "got 2017-07-02T20:30Z, allowed: at most 30 bars of a weekend; is the time zone right?",
        ]);
    });
});
