import type { Place } from "./derive";
import type { Properties } from "./values";

/** Regions with more zones than three. */
const ZONE_LETTERS: Readonly<Record<string, readonly string[]>> = {
    "us-east-1": ["a", "b", "c", "d", "e", "f"],
    "us-west-2": ["a", "b", "c", "d"],
};

const DEFAULT_ZONES = ["a", "b", "c"];

const FUNCTIONS: Readonly<Record<string, (place: Place, args: Properties) => Properties>> = {
    "aws:index/getCallerIdentity:getCallerIdentity": ({ account }) => ({
        id: account,
        accountId: account,
        arn: `arn:aws:iam::${account}:user/local`,
        userId: "AIDALOCALSTACKUSER000",
    }),
    "aws:index/getRegion:getRegion": (place, args) => {
        const region = regionOf(place, args);
        return {
            id: region,
            name: region,
            region,
            description: region,
            endpoint: `ec2.${region}.amazonaws.com`,
        };
    },
    "aws:index/getPartition:getPartition": () => ({
        id: "aws",
        partition: "aws",
        dnsSuffix: "amazonaws.com",
        reverseDnsPrefix: "com.amazonaws",
    }),
    "aws:index/getAvailabilityZones:getAvailabilityZones": availabilityZones,
    "aws:rds/getCluster:getCluster": adoptedCluster,
};

/** Answers a function call (`aws.getRegion()`). Throws where this stack does not know the function. */
export function invoke(token: string, args: Properties, place: Place): Properties {
    const answer = FUNCTIONS[token];
    if (answer === undefined) {
        const known = Object.keys(FUNCTIONS).join(", ");
        throw new Error(`${token} is not a function that this local stack knows; it knows ${known}`);
    }
    return answer(place, args);
}

/** The zones of a region, as `us-east-1a`, without those that the call excludes. */
function availabilityZones(place: Place, args: Properties): Properties {
    if (args.filters !== undefined) {
        throw new Error(
            "getAvailabilityZones: filters are not known here; allowed: state, excludeNames, region",
        );
    }
    const region = regionOf(place, args);
    const excluded = Array.isArray(args.excludeNames) ? args.excludeNames : [];
    const zones = (ZONE_LETTERS[region] ?? DEFAULT_ZONES)
        .map((letter, index) => ({ name: `${region}${letter}`, id: `${shortRegion(region)}-az${index + 1}` }))
        .filter(({ name }) => !excluded.includes(name));
    return {
        id: region,
        region,
        state: args.state ?? "available",
        names: zones.map(({ name }) => name),
        zoneIds: zones.map(({ id }) => id),
        groupNames: [`${region}-zg-1`],
    };
}

/**
 * A cluster that the program adopts and does not make. Only AWS has it: here it stands for one that is there, so that a
 * stack which adopts can be previewed; nothing answers at its address.
 */
function adoptedCluster({ account, region }: Place, { clusterIdentifier }: Properties): Properties {
    if (typeof clusterIdentifier !== "string" || clusterIdentifier === "") {
        throw new Error("getCluster: clusterIdentifier is missing");
    }
    return {
        id: clusterIdentifier,
        clusterIdentifier,
        arn: `arn:aws:rds:${region}:${account}:cluster:${clusterIdentifier}`,
        engine: "aurora-postgresql",
        endpoint: `${clusterIdentifier}.cluster-local.${region}.rds.amazonaws.com`,
        readerEndpoint: `${clusterIdentifier}.cluster-ro-local.${region}.rds.amazonaws.com`,
        port: 5432,
        region,
    };
}

/** `us-east-1` is `use1` in zone ids, `ap-northeast-2` is `apne2`. */
function shortRegion(region: string): string {
    const [area = "", direction = "", number = ""] = region.split("-");
    const initials = (direction.match(/north|south|east|west|central/g) ?? []).map((word) => word.charAt(0));
    return `${area}${initials.join("")}${number}`;
}

function regionOf(place: Place, args: Properties): string {
    return typeof args.region === "string" ? args.region : place.region;
}
