import {
    BatchDescribeModelPackageCommand,
    CreateModelPackageCommand,
    DeleteModelPackageCommand,
    DescribeModelPackageCommand,
    DescribeModelPackageGroupCommand,
    ListModelPackageGroupsCommand,
    ListModelPackagesCommand,
    UpdateModelPackageCommand,
    type CreateModelPackageCommandInput,
    type ListModelPackagesCommandInput,
    type UpdateModelPackageCommandInput,
} from "@aws-sdk/client-sagemaker";
import { expect } from "chai";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { refusal } from "../harness";
import { GROUP, SageMakerFixture } from "./fixture";

const arnOf = (version: number, group = GROUP) =>
    `arn:aws:sagemaker:us-east-1:123456789012:model-package/${group}/${version}`;

describe("SageMaker model registry", function () {
    this.timeout(20_000);
    const test = SageMakerFixture.use();
    beforeEach(() => test.deployGroup());

    const create = async (more: Partial<CreateModelPackageCommandInput> = {}) => {
        const request = { ModelPackageGroupName: GROUP, ...more };
        const { ModelPackageArn } = await test.client.send(new CreateModelPackageCommand(request));
        return ModelPackageArn!;
    };
    const describePackage = (ModelPackageName: string) =>
        test.client.send(new DescribeModelPackageCommand({ ModelPackageName }));
    const update = (ModelPackageArn: string, change: Partial<UpdateModelPackageCommandInput>) =>
        test.client.send(new UpdateModelPackageCommand({ ModelPackageArn, ...change }));
    const remove = (ModelPackageName: string) =>
        test.client.send(new DeleteModelPackageCommand({ ModelPackageName }));
    const list = async (query: ListModelPackagesCommandInput) => {
        const answer = await test.client.send(new ListModelPackagesCommand(query));
        const versions = answer.ModelPackageSummaryList!.map((each) => each.ModelPackageVersion);
        return { versions, NextToken: answer.NextToken };
    };
    const metadata = (count: number, prefix = "key") =>
        Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, "value"]));

    it("keeps what it is given, and answers with it after a restart too", async () => {
        const source = { ContentType: "application/json", S3Uri: "s3://data/metrics.json" };
        const given = {
            ModelPackageDescription: "eurusd",
            InferenceSpecification: {
                Containers: [{ Image: "image:1", ModelDataUrl: "s3://data/models/a/output/model.tar.gz" }],
                SupportedContentTypes: ["text/csv"],
                SupportedResponseMIMETypes: ["application/json"],
            },
            ModelMetrics: { ModelQuality: { Statistics: source }, Explainability: { Report: source } },
            MetadataProperties: { CommitId: "abc", GeneratedBy: "arn:aws:sagemaker:job" },
            CustomerMetadataProperties: { pair: "eurusd", r2: "0.42", "größe/1": "2017-08-17T21:29Z" },
            SourceUri: "s3://data/source",
        };
        const arn = await create(given);
        expect(arn).to.equal(arnOf(1));
        await test.harness.restart();
        const described = await describePackage(arn);
        expect(described).to.deep.include({
            ...given,
            ModelPackageArn: arn,
            ModelPackageGroupName: GROUP,
            ModelPackageName: GROUP,
            ModelPackageVersion: 1,
            ModelPackageStatus: "Completed",
            ModelPackageStatusDetails: { ValidationStatuses: [], ImageScanStatuses: [] },
            ModelApprovalStatus: "PendingManualApproval",
        });
        expect(described.CreationTime!.getTime()).to.be.closeTo(Date.now(), 10_000);
        expect(described.LastModifiedTime).to.be.undefined;
        expect((await describePackage(`${GROUP}/1`)).ModelPackageArn).to.equal(arn);
    });

    it("counts versions up in each group, and never gives one twice", async () => {
        await test.deployGroup("other");
        expect(await create()).to.equal(arnOf(1));
        expect(await create()).to.equal(arnOf(2));
        expect(await create({ ModelPackageGroupName: "other" })).to.equal(arnOf(1, "other"));
        await remove(arnOf(2));
        await test.harness.restart();
        const groupArn = "arn:aws:sagemaker:us-east-1:123456789012:model-package-group/";
        expect(await create({ ModelPackageGroupName: groupArn + GROUP })).to.equal(arnOf(3));
        expect((await list({ ModelPackageGroupName: GROUP })).versions).to.deep.equal([1, 3]);
        expect(await refusal(describePackage(arnOf(2)))).to.equal(
            `ValidationException: ModelPackage ${arnOf(2)} does not exist.`,
        );
        expect(await refusal(remove(arnOf(2)))).to.match(/^ValidationException: .* does not exist/);
    });

    it("skips the version of which it was killed between counting and keeping", async () => {
        await create();
        await create();
        rmSync(join(test.harness.dataDir, "packages", GROUP, "2.json"));
        await test.harness.restart();
        expect(await create()).to.equal(arnOf(3));
    });

    it("answers a repeated request by its token with what it has made", async () => {
        const arn = await create({ ClientToken: "run-1" });
        expect(await create({ ClientToken: "run-1" })).to.equal(arn);
        expect(await create({ ClientToken: "run-2" })).to.equal(arnOf(2));
    });

    it("changes what is given, and keeps the rest", async () => {
        const arn = await create({
            ModelPackageDescription: "eurusd",
            CustomerMetadataProperties: { pair: "eurusd", r2: "0.4", old: "x" },
        });
        await update(arn, { ModelApprovalStatus: "Approved", ApprovalDescription: "Promoted by #7" });
        const approved = await describePackage(arn);
        expect(approved).to.deep.include({
            ModelApprovalStatus: "Approved",
            ApprovalDescription: "Promoted by #7",
            ModelPackageDescription: "eurusd",
            CustomerMetadataProperties: { pair: "eurusd", r2: "0.4", old: "x" },
        });
        expect(approved.LastModifiedTime!.getTime()).to.be.at.least(approved.CreationTime!.getTime());
        await update(arn, {
            CustomerMetadataProperties: { r2: "0.5", new: "y" },
            CustomerMetadataPropertiesToRemove: ["old", "none"],
        });
        await test.harness.restart();
        expect(await describePackage(arn)).to.deep.include({
            ModelApprovalStatus: "Approved",
            ApprovalDescription: "Promoted by #7",
            CustomerMetadataProperties: { pair: "eurusd", r2: "0.5", new: "y" },
        });
    });

    it("keeps 50 entries of metadata, and refuses the 51st without changing anything", async () => {
        const arn = await create({ CustomerMetadataProperties: metadata(50) });
        expect(await refusal(update(arn, { CustomerMetadataProperties: { one: "more" } }))).to.match(
            /^ValidationException: CustomerMetadataProperties: at most 50 entries, those that are there/,
        );
        expect((await describePackage(arn)).CustomerMetadataProperties).to.deep.equal(metadata(50));
        await update(arn, {
            CustomerMetadataProperties: { one: "more" },
            CustomerMetadataPropertiesToRemove: ["key0"],
        });
        expect((await describePackage(arn)).CustomerMetadataProperties).to.include({ one: "more" });
    });

    it("lists versions by approval, time, order and page", async () => {
        for (const ModelApprovalStatus of ["Approved", "Rejected", "Approved"] as const) {
            await create({ ModelApprovalStatus });
            await new Promise((resolve) => setTimeout(resolve, 5));
        }
        const ModelPackageGroupName = GROUP;
        expect((await list({ ModelPackageGroupName })).versions).to.deep.equal([1, 2, 3]);
        const approved = { ModelPackageGroupName, ModelApprovalStatus: "Approved" } as const;
        expect((await list({ ...approved, SortOrder: "Descending" })).versions).to.deep.equal([3, 1]);
        const { CreationTime } = await describePackage(arnOf(2));
        const after = { ModelPackageGroupName, CreationTimeAfter: CreationTime };
        const before = { ModelPackageGroupName, CreationTimeBefore: CreationTime };
        expect((await list(after)).versions).to.deep.equal([3]);
        expect((await list(before)).versions).to.deep.equal([1]);
        const first = await list({ ModelPackageGroupName, MaxResults: 2 });
        expect(first.versions).to.deep.equal([1, 2]);
        const NextToken = first.NextToken;
        expect((await list({ ModelPackageGroupName, MaxResults: 2, NextToken })).versions).to.deep.equal([3]);
        expect(
            (await list({ NameContains: "models", ModelPackageType: "Versioned" })).versions,
        ).to.have.length(3);
        expect((await list({ NameContains: "none", ModelPackageType: "Both" })).versions).to.deep.equal([]);
        // AWS lists packages without versions unless it is asked for others.
        expect((await list({})).versions).to.deep.equal([]);
    });

    it("gives the versions of one moment in the order of their numbers, both ways", async () => {
        const all = await Promise.all(Array.from({ length: 12 }, () => create()));
        const versions = all.map((arn) => Number(arn.split("/").at(-1))).sort((a, b) => a - b);
        expect(versions).to.deep.equal(Array.from({ length: 12 }, (_, index) => index + 1));
        await test.harness.restart();
        const query = { ModelPackageGroupName: GROUP, MaxResults: 100 };
        expect((await list(query)).versions).to.deep.equal(versions);
        const descending = await list({ ...query, SortOrder: "Descending" });
        expect(descending.versions).to.deep.equal([...versions].reverse());
    });

    it("describes several at once, and says of each what is wrong with it", async () => {
        const specification = { Containers: [{ Image: "image:1" }] };
        const arn = await create({ InferenceSpecification: specification, ModelPackageDescription: "a" });
        const answer = await test.client.send(
            new BatchDescribeModelPackageCommand({ ModelPackageArnList: [arn, arnOf(9), "nonsense"] }),
        );
        expect(answer.ModelPackageSummaries![arn]).to.deep.include({
            ModelPackageArn: arn,
            ModelPackageVersion: 1,
            ModelPackageDescription: "a",
            InferenceSpecification: specification,
        });
        expect(Object.keys(answer.ModelPackageSummaries!)).to.deep.equal([arn]);
        expect(answer.BatchDescribeModelPackageErrorMap).to.deep.equal({
            [arnOf(9)]: {
                ErrorCode: "ValidationException",
                ErrorResponse: `ModelPackage ${arnOf(9)} does not exist.`,
            },
            nonsense: {
                ErrorCode: "ValidationException",
                ErrorResponse: "the ARN of a version: of packages without one the local stack has none",
            },
        });
    });

    it("knows the groups that are deployed, and since when", async () => {
        const group = await test.client.send(
            new DescribeModelPackageGroupCommand({ ModelPackageGroupName: GROUP }),
        );
        const arn = `arn:aws:sagemaker:us-east-1:123456789012:model-package-group/${GROUP}`;
        expect(group).to.deep.include({
            ModelPackageGroupName: GROUP,
            ModelPackageGroupArn: arn,
            ModelPackageGroupDescription: "Forex models",
            ModelPackageGroupStatus: "Completed",
        });
        await test.deployGroup("another");
        await test.harness.restart();
        const { ModelPackageGroupSummaryList: [first, second] = [] } = await test.client.send(
            new ListModelPackageGroupsCommand({ SortBy: "Name", SortOrder: "Descending" }),
        );
        expect(first).to.deep.equal({
            ...first,
            ModelPackageGroupArn: arn,
            CreationTime: group.CreationTime,
        });
        expect(second!.ModelPackageGroupName).to.equal("another");
        const none = new DescribeModelPackageGroupCommand({ ModelPackageGroupName: "none" });
        expect(await refusal(test.client.send(none))).to.match(
            /^ValidationException: ModelPackageGroup arn:.*:model-package-group\/none does not exist\.$/,
        );
    });

    it("keeps a group that is not empty; one of its name that comes later starts anew", async () => {
        const record = await test.deployGroup("temporary");
        const arn = await create({ ModelPackageGroupName: "temporary" });
        expect(await refusal(test.harness.destroy(record))).to.match(
            /^ConflictException: .*temporary cannot be deleted: it has 1 model packages/,
        );
        await remove(arn);
        await test.harness.destroy(record);
        await test.deployGroup("temporary");
        expect(await create({ ModelPackageGroupName: "temporary" })).to.equal(arnOf(1, "temporary"));
    });

    const refusals: { title: string; change: object; expected: RegExp }[] = [
        {
            title: "a group that is not deployed",
            change: { ModelPackageGroupName: "none" },
            expected: /^ValidationException: ModelPackageGroup arn:.*\/none does not exist/,
        },
        {
            title: "a package without versions",
            change: { ModelPackageName: "single" },
            expected: /ModelPackageName: the local stack has versions of a group only/,
        },
        {
            title: "tags of a version",
            change: { Tags: [{ Key: "a", Value: "b" }] },
            expected: /Tags: versions of a group take the tags of their group/,
        },
        {
            title: "more than 50 entries of metadata",
            change: { CustomerMetadataProperties: metadata(51) },
            expected: /CustomerMetadataProperties: at most 50 entries/,
        },
        {
            title: "keys and values of metadata that are too long or not of AWS's letters",
            change: {
                CustomerMetadataProperties: { ["k".repeat(129)]: "x", "a,b": "x", empty: "", note: 'a"b' },
            },
            expected:
                /keys of 1 to 128.*keys of 1 to 128.*empty: values of 1 to 256.*note: values of 1 to 256/,
        },
        {
            title: "a value of 257 characters",
            change: { CustomerMetadataProperties: { long: "x".repeat(257) } },
            expected: /CustomerMetadataProperties.long: values of 1 to 256/,
        },
        {
            title: "fields that it does not know",
            change: { ModelLifeCycle: { Stage: "x", StageStatus: "y" } },
            expected: /ModelLifeCycle/,
        },
        {
            title: "no container, and an unknown status",
            change: { InferenceSpecification: { Containers: [] }, ModelApprovalStatus: "Maybe" },
            expected: /InferenceSpecification.Containers: Too small.*ModelApprovalStatus: Invalid option/,
        },
    ];
    for (const { title, change, expected } of refusals) {
        it(`refuses ${title}`, async () => {
            expect(await refusal(create(change))).to.match(expected);
            expect((await list({ ModelPackageGroupName: GROUP })).versions).to.deep.equal([]);
        });
    }
});
