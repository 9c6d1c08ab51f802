import { expect } from "chai";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readCsv } from "../../data/csv";
import { readHistdata, type HistdataZone } from "../../data/histdata";
import { describeInstant } from "../../features/time/instant";
import { temporaryDir } from "../support/temporary";
import { problemsOf, REAL_BARS, realZips, zipOf, type ZipEntry } from "./fixture";

const NAME = "HISTDATA_COM_ASCII_EURUSD_M1_201707.zip";
const ROWS = [
    "20170702 170000;1.141680;1.141870;1.141680;1.141840;0",
    "20170703 041500;1.2;1.3;1.1;1.2;0",
    "",
];
const ENTRY: ZipEntry = { name: "DAT_ASCII_EURUSD_M1_201707.csv", text: ROWS.join("\r\n") };

describe("HistData's zips", () => {
    const dir = temporaryDir();
    const file = (bytes: Uint8Array) => {
        const path = join(dir(), NAME);
        writeFileSync(path, bytes);
        return path;
    };
    const read = (bytes: Uint8Array, zone: HistdataZone = "America/New_York") =>
        readHistdata(file(bytes), "eurusd", zone);
    const problems = async (...entries: ZipEntry[]) => (await problemsOf(read(zipOf(entries)))).join();

    it("follow New York's clock", async () => {
        const { timestamps, close } = await read(zipOf([ENTRY]));
        expect(Array.from(timestamps, describeInstant)).to.deep.equal([
            "2017-07-02T21:00Z",
            "2017-07-03T08:15Z",
        ]);
        expect([...close]).to.deep.equal([1.14184, 1.2]);
    });

    it("may follow Eastern Standard Time all year", async () => {
        const { timestamps } = await read(zipOf([ENTRY]), "Etc/GMT+5");
        expect(Array.from(timestamps, describeInstant)).to.deep.equal([
            "2017-07-02T22:00Z",
            "2017-07-03T09:15Z",
        ]);
    });

    it("may hold a note beside the bars, and may hold them unpacked", async () => {
        const note = { name: "DAT_ASCII_EURUSD_M1_201707.txt", text: "Gaps: none" };
        const { timestamps } = await read(zipOf([note, { ...ENTRY, method: 0 }]));
        expect(timestamps.length).to.equal(2);
    });

    it("are refused where a row is another file's", async () => {
        expect(await problems({ ...ENTRY, text: "2017-07-03T08:15:00Z,1.1,1.2,1.0,1.1,0\n" })).to.equal(
            `  - ${NAME}, line 1: not a row; got "2017-07-03T08:15:00Z,1.1,1.2,1.0,1.1,0", ` +
                'allowed: 6 fields with ";" between them',
        );
        expect(await problems({ ...ENTRY, text: "20170312 023000;1.1;1.2;1.0;1.1;0\n" })).to.equal(
            `  - ${NAME}, line 1: time not usable; got "20170312 023000", ` +
                "allowed: a whole minute in America/New_York, such as 20170703 041500",
        );
    });

    describe("are refused where they are", () => {
        const whole = zipOf([ENTRY]);
        for (const [title, bytes, got] of [
            ["half a file", whole.subarray(0, whole.length / 2), "no end of a zip's directory"],
            ["no zip at all", Buffer.from(ROWS.join("\n")), "no end of a zip's directory"],
            ["without their beginning", whole.subarray(40), "a directory of 76 bytes"],
            ["empty", Buffer.alloc(0), "no end of a zip's directory"],
        ] as const) {
            it(title, async () =>
                expect((await problemsOf(read(bytes))).join()).to.contain(`; got ${got}, `),
            );
        }

        it("damaged inside", async () => {
            const bytes = zipOf([{ ...ENTRY, method: 0 }]);
            bytes.write("9", bytes.indexOf("1.141680"));
            expect((await problemsOf(read(bytes))).join()).to.contain(`got other content in ${ENTRY.name}`);
        });

        const entries: Record<string, [ZipEntry[], string]> = {
            "without bars": [[{ name: "a.txt", text: "" }], "got 0 .csv files in the zip, allowed: one"],
            "of two files": [[ENTRY, ENTRY], "got 2 .csv files in the zip, allowed: one"],
            encrypted: [[{ ...ENTRY, flags: 1 }], `got ${ENTRY.name} encrypted`],
            "packed in another way": [[{ ...ENTRY, method: 14 }], `got ${ENTRY.name} packed by method 14`],
            "longer than they say": [[{ ...ENTRY, bytes: 60 }], `got other content in ${ENTRY.name}`],
            "shorter than they say": [[{ ...ENTRY, bytes: 600 }], `got other content in ${ENTRY.name}`],
            "too long": [[{ ...ENTRY, bytes: 2 ** 30 + 1 }], `got ${ENTRY.name} of 1073741825 bytes`],
            "of no bars": [[{ ...ENTRY, text: "" }], "no rows"],
        };
        for (const [title, [zipped, got]] of Object.entries(entries)) {
            it(title, async () => expect(await problems(...zipped)).to.contain(got));
        }
    });

    it("hold what the CSV of the same bars holds, and nothing in the wrong time zone", async function () {
        const path = realZips().find((zip) => zip.endsWith(NAME));
        if (REAL_BARS === undefined || path === undefined) this.skip();
        const zip = await readHistdata(path, "eurusd", "America/New_York");
        const until = { fromMs: -Infinity, toMs: (zip.timestamps.at(-1) ?? NaN) + 1 };
        const csv = await readCsv(join(REAL_BARS, "eurusd.csv.gz"), "eurusd", until);
        expect(zip.timestamps.length).to.be.above(30_000);
        for (const column of ["timestamps", "open", "high", "low", "close", "volume"] as const) {
            expect(Buffer.compare(bytesOf(zip[column]), bytesOf(csv[column])), column).to.equal(0);
        }
        expect((await problemsOf(readHistdata(path, "eurusd", "Etc/GMT+5"))).join()).to.contain(
            "bars while the market is closed",
        );
    });
});

function bytesOf(values: Float64Array): Buffer {
    return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}
