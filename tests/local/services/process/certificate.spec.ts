import { expect } from "chai";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:tls";
import { ensureCertificate, type CertificateFiles } from "../../../../local/services/certificate";
import { freePort, refusal, Workplace } from "./workplace";

describe("the local certificate", () => {
    let place: Workplace;
    let files: CertificateFiles;

    beforeEach(async () => {
        place = new Workplace();
        files = await place.certificate();
    });
    afterEach(() => place.remove());

    async function handshake(host: string, ca: string | undefined): Promise<void> {
        const key = readFileSync(files.keyPath);
        const server = createServer({ key, cert: readFileSync(files.certPath) });
        const port = await freePort();
        server.listen(port, "127.0.0.1");
        await once(server, "listening");
        const client = connect({ host, port, ca: ca === undefined ? undefined : readFileSync(ca) });
        try {
            await once(client, "secureConnect");
        } finally {
            client.destroy();
            server.close();
        }
    }

    for (const host of ["localhost", "127.0.0.1"]) {
        it(`proves ${host} to those who trust it`, () => handshake(host, files.caPath));
    }

    it("proves nothing to those who do not", async () => {
        expect(await refusal(handshake("localhost", undefined))).to.match(/self-signed certificate/);
    });

    it("is valid for ten years, and its key is closed to others", () => {
        const { validToDate } = new X509Certificate(readFileSync(files.certPath));
        expect(validToDate.getFullYear() - new Date().getFullYear()).to.equal(10);
        expect(statSync(files.keyPath).mode & 0o777).to.equal(0o600);
    });

    it("stays the same at the next start", async () => {
        const before = readFileSync(files.certPath, "utf8");
        expect(await place.certificate()).to.deep.equal(files);
        expect(readFileSync(files.certPath, "utf8")).to.equal(before);
    });

    it("is made anew when certificate and key do not fit, or one is torn", async () => {
        const other = await ensureCertificate(`${place.dir}/other`);
        writeFileSync(files.keyPath, readFileSync(other.keyPath));
        await place.certificate();
        await handshake("localhost", files.caPath);
        writeFileSync(files.certPath, "-----BEGIN CERT");
        await place.certificate();
        await handshake("localhost", files.caPath);
    });
});
