import { expect } from "chai";
import { readSettings } from "../../../sagemaker/inference/settings";

describe("settings of the inference server", () => {
    it("suit SageMaker where nothing is set", () =>
        expect(readSettings({})).to.deep.equal({
            port: 8080,
            address: "0.0.0.0",
            maxBodyBytes: 6_291_456,
            maxRows: 10_000,
            maxQueue: 64,
            modelMemoryBytes: 2_147_483_648,
            requestMilliseconds: 55_000,
            drainMilliseconds: 25_000,
            baseDir: "/opt/ml",
        }));

    it("are what the environment says", () =>
        expect(
            readSettings({
                SAGEMAKER_BIND_TO_PORT: "9000",
                BIND_ADDRESS: "127.0.0.1",
                MAX_BODY_BYTES: "2048",
                MODEL_MEMORY_MIB: "2",
            }),
        ).to.include({ port: 9000, address: "127.0.0.1", maxBodyBytes: 2_048, modelMemoryBytes: 2_097_152 }));

    it("are refused all at once", () =>
        expect(() =>
            readSettings({
                SAGEMAKER_BIND_TO_PORT: "65536",
                BIND_ADDRESS: "",
                MAX_ROWS: "1.5",
                MAX_QUEUE: "0",
            }),
        ).to.throw(
            [
                "The environment of the server cannot be used:",
                '  - SAGEMAKER_BIND_TO_PORT: got "65536", allowed: a whole number, 0 to 65535',
                '  - BIND_ADDRESS: got "", allowed: an address',
                '  - MAX_ROWS: got "1.5", allowed: a whole number, 1 to 1000000',
                '  - MAX_QUEUE: got "0", allowed: a whole number, 1 to 10000',
            ].join("\n"),
        ));
});
