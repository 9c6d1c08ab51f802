import { expect } from "chai";
import { PAIRS } from "../../../config/pairs";
import { readSettings } from "../../../sagemaker/processing/settings";

const DATABASE = {
    DATABASE_HOST: "database.test",
    DATABASE_PORT: "5432",
    DATABASE_NAME: "bqx",
    DATABASE_SECRET_ARN: "arn:aws:secretsmanager:us-east-1:111122223333:secret:database",
};

describe("readSettings", () => {
    it("takes a year of bars of all pairs where it is told no more than the database", () => {
        expect(readSettings(DATABASE)).to.deep.equal({
            source: "bars",
            pairs: PAIRS,
            toMs: Infinity,
            historyDays: 365,
            database: {
                host: "database.test",
                port: 5432,
                name: "bqx",
                secretArn: DATABASE.DATABASE_SECRET_ARN,
            },
            baseDir: "/opt/ml",
        });
    });

    it("takes what it is told", () => {
        const told = { SOURCE: "tables", PAIRS: "eurusd, usdjpy", TO: "2017-10-01T00:00:00Z" };
        const settings = readSettings({
            ...DATABASE,
            ...told,
            HISTORY_DAYS: "30",
            SAGEMAKER_BASE_DIR: "/elsewhere",
        });
        expect(settings).to.deep.include({
            source: "tables",
            pairs: ["eurusd", "usdjpy"],
            toMs: Date.UTC(2017, 9, 1),
            historyDays: 30,
            baseDir: "/elsewhere",
        });
    });

    it("lists everything that cannot be used", () => {
        const wrong = {
            ...{ SOURCE: "files", PAIRS: "eurusd,eurxxx", TO: "tomorrow", HISTORY_DAYS: "0" },
            ...{ DATABASE_PORT: "65536", DATABASE_NAME: "" },
        };
        expect(() => readSettings(wrong)).to.throw(
            [
                "The environment of the job cannot be used:",
                '  - SOURCE: got "files", allowed: bars or tables',
                `  - PAIRS: got "eurusd,eurxxx", allowed: pairs separated by commas, none twice, of ${PAIRS.join(", ")}`,
                '  - TO: got "tomorrow", allowed: an instant such as 2017-10-01T00:00:00Z',
                '  - HISTORY_DAYS: got "0", allowed: a whole number, 1 to 36500',
                "  - DATABASE_HOST: got nothing, allowed: a text",
                '  - DATABASE_PORT: got "65536", allowed: a whole number, 1 to 65535',
                '  - DATABASE_NAME: got "", allowed: a text',
                "  - DATABASE_SECRET_ARN: got nothing, allowed: a text",
            ].join("\n"),
        );
    });

    it("takes no pair twice", () =>
        expect(() => readSettings({ ...DATABASE, PAIRS: "eurusd,eurusd" })).to.throw(/PAIRS: got/));
});
