import { expect } from "chai";
import { Images } from "../../components/images";
import { lifecyclePolicy, pullPolicy } from "../../components/images/plan";
import { ACCOUNT, arnOf, deploy, REGION } from "../support/mocks";
import { scopeOf, tagsOf } from "../support/scope";

const REPOSITORY = "aws:ecr/repository:Repository";
const LIFECYCLE = "aws:ecr/lifecyclePolicy:LifecyclePolicy";
const POLICY = "aws:ecr/repositoryPolicy:RepositoryPolicy";
const KEYS = ["training", "processing", "inference"] as const;

const images = (settings: Record<string, unknown> = {}) =>
    deploy(() => new Images("images", { scope: scopeOf(settings) }).repositories);

describe("Images", () => {
    it("makes three repositories with their lifecycle, and no more", async () => {
        const { resources, only } = await images();
        expect(only(REPOSITORY)).to.have.length(3);
        expect(only(LIFECYCLE)).to.have.length(3);
        expect(resources).to.have.length(7);
        expect(new Set(resources.slice(1).map(({ parent }) => parent))).to.deep.equal(new Set(["images"]));
    });

    for (const key of KEYS) {
        it(`scans ${key} images and never moves their tags`, async () => {
            const { named } = await images();
            expect(named(`images-${key}`).inputs).to.deep.equal({
                name: `bqx-ml-${key}-dev`,
                imageTagMutability: "IMMUTABLE",
                imageScanningConfiguration: { scanOnPush: true },
                encryptionConfigurations: [{ encryptionType: "AES256" }],
                tags: tagsOf("images"),
            });
            const { repository, policy } = named(`images-${key}-lifecycle`).inputs;
            expect(repository).to.equal(`bqx-ml-${key}-dev`);
            expect(JSON.parse(String(policy))).to.deep.equal(
                lifecyclePolicy({ keptImages: 20, untaggedDays: 7 }),
            );
        });
    }

    it("keeps as many images as the settings say", async () => {
        const settings = { keptImages: 3, untaggedDays: 2 };
        for (const { inputs } of (await images({ images: settings })).only(LIFECYCLE)) {
            expect(JSON.parse(String(inputs.policy))).to.deep.equal(lifecyclePolicy(settings));
        }
    });

    it("lets the accounts that read the registry pull inference images alone", async () => {
        const { only } = await images({ registry: { readerAccounts: ["444455556666"] } });
        const [policy, ...others] = only(POLICY);
        expect(others).to.deep.equal([]);
        expect(policy?.name).to.equal("images-inference-policy");
        expect(policy?.inputs.repository).to.equal("bqx-ml-inference-dev");
        expect(JSON.parse(String(policy?.inputs.policy))).to.deep.equal(pullPolicy(["444455556666"]));
    });

    it("tells the others addresses and ARNs", async () => {
        const { outputs } = await images();
        expect(outputs).to.deep.equal(
            Object.fromEntries(
                KEYS.map((key) => [
                    key,
                    {
                        url: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/bqx-ml-${key}-dev`,
                        arn: arnOf(`images-${key}`),
                    },
                ]),
            ),
        );
    });
});
