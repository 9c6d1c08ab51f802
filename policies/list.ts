import type { Policies } from "@pulumi/policy";
import { bucketAclPrivate } from "./rules/bucketAclPrivate";
import { bucketEncrypted } from "./rules/bucketEncrypted";
import { bucketPrivate } from "./rules/bucketPrivate";
import { bucketTlsOnly } from "./rules/bucketTlsOnly";
import { bucketVersioned } from "./rules/bucketVersioned";
import { cacheAuthenticated } from "./rules/cacheAuthenticated";
import { cacheEncrypted } from "./rules/cacheEncrypted";
import { cacheSizes } from "./rules/cacheSizes";
import { cacheSnapshots } from "./rules/cacheSnapshots";
import { captureEncrypted } from "./rules/captureEncrypted";
import { databaseBackedUp } from "./rules/databaseBackedUp";
import { databaseCredentialsManaged } from "./rules/databaseCredentialsManaged";
import { databaseDeletionProtected } from "./rules/databaseDeletionProtected";
import { databaseEncrypted } from "./rules/databaseEncrypted";
import { databasePrivate } from "./rules/databasePrivate";
import { databaseSizes } from "./rules/databaseSizes";
import { endpointRollback } from "./rules/endpointRollback";
import { endpointSizes } from "./rules/endpointSizes";
import { ingressNotWorld } from "./rules/ingressNotWorld";
import { jobSizes } from "./rules/jobSizes";
import { keyRotation } from "./rules/keyRotation";
import { lambdaBounds } from "./rules/lambdaBounds";
import { logRetention } from "./rules/logRetention";
import { noFullAccess } from "./rules/noFullAccess";
import { noPlainSecrets } from "./rules/noPlainSecrets";
import { noPublicPrincipal } from "./rules/noPublicPrincipal";
import { noWildcardAccess } from "./rules/noWildcardAccess";
import { repositoryGuarded } from "./rules/repositoryGuarded";
import { requiredTags } from "./rules/requiredTags";

/** Every rule of the pack, by what it guards. A file in rules/ that is not here fails the build (tools/policiesBuild.ts). */
export const rules = [
    // Sizes and tags
    endpointSizes,
    jobSizes,
    databaseSizes,
    cacheSizes,
    requiredTags,
    // Buckets
    bucketPrivate,
    bucketAclPrivate,
    bucketEncrypted,
    bucketVersioned,
    bucketTlsOnly,
    // Databases, caches and their network
    databasePrivate,
    databaseEncrypted,
    databaseBackedUp,
    databaseDeletionProtected,
    databaseCredentialsManaged,
    cacheEncrypted,
    cacheAuthenticated,
    cacheSnapshots,
    ingressNotWorld,
    // Access
    noWildcardAccess,
    noFullAccess,
    noPublicPrincipal,
    noPlainSecrets,
    keyRotation,
    // What runs
    lambdaBounds,
    logRetention,
    endpointRollback,
    captureEncrypted,
    repositoryGuarded,
] satisfies Policies;
